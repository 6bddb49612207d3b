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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

static int status_fd = -1;

static _Noreturn void wait_for_child(pid_t child, int fd)
{
	unsigned char status;
	int how;
	ssize_t n;

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

void guard_start(void)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC))
		return; /* without the pipe we work all the same, only less guarded */
	fflush(NULL);
	child = fork();
	if (child > 0) {
		close(fds[1]);
		wait_for_child(child, fds[0]);
	}
	close(fds[0]);
	if (child < 0) {
		close(fds[1]);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	status_fd = fds[1];
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
