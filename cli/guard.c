/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process is not gone before its last thread is, and a thread in an uninterruptible ioctl is not
 * gone before the device answers. So the work is done by a child; the parent only waits for one
 * byte, the exit status, on a pipe. The child closes its standard output and error before it sends
 * that byte: nobody who reads them waits for a thread that hangs. A child that dies without a word
 * is reported as what killed it.
 */
#include "cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

static int status_fd = -1;

struct limit { /* timeout_ms -1: none */
	int timeout_ms, status;
	const char *late;
};

static _Noreturn void give_up(pid_t child, const struct limit *l)
{
	kill(child, SIGKILL);
	if (l->late && write(STDOUT_FILENO, l->late, strlen(l->late)) < 0)
		_exit(l->status);
	_exit(l->status);
}

static _Noreturn void wait_for_child(pid_t child, int fd, const struct limit *l)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned char status;
	int how;
	ssize_t n;

	do
		n = poll(&p, 1, l->timeout_ms);
	while (n < 0 && errno == EINTR);
	if (!n)
		give_up(child, l);
	do
		n = read(fd, &status, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(status);
	if (waitpid(child, &how, 0) == child && WIFSIGNALED(how)) {
		signal(WTERMSIG(how), SIG_DFL);
		kill(getpid(), WTERMSIG(how));
	}
	_exit(1);
}

static void start(const struct limit *l)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC))
		return; /* without the pipe we work all the same, only less guarded */
	fflush(NULL);
	child = fork();
	if (child > 0) {
		close(fds[1]);
		wait_for_child(child, fds[0], l);
	}
	close(fds[0]);
	if (child < 0) {
		close(fds[1]);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	status_fd = fds[1];
}

void guard_start(void)
{
	start(&(struct limit){ .timeout_ms = -1 });
}

void guard_start_until(int timeout_ms, const char *late, int status)
{
	start(&(struct limit){ timeout_ms, status, late });
}

_Noreturn void guard_exit(int status)
{
	unsigned char byte = (unsigned char)status;

	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "standard output could not be written\n");
		byte = status ? (unsigned char)status : 1;
	}
	if (status_fd < 0)
		exit(byte);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	if (write(status_fd, &byte, 1) != 1)
		_exit(byte);
	_exit(byte);
}
