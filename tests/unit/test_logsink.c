/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines to readers that have stopped: nobody waits, what is lost is counted and said, lines stay whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/engine/log.h"
#include "core/host/logsink.h"
#include "tests/unit/tmpdir.h"

#define LINES 5000

static size_t lost_text(char *buf, size_t len, unsigned long n)
{
	return (size_t)snprintf(buf, len, "lost %lu\n", n);
}

/* A writer that waits would wait for ever: the test ends then. */
static int no_waiting(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as in the daemon */
	alarm(20);
	return 0;
}

static void write_lines(struct logsink *s, unsigned int n)
{
	char line[200];

	for (unsigned int i = 0; i < n; i++) {
		memset(line, 'a' + (int)(i % 26), sizeof(line) - 1);
		line[sizeof(line) - 1] = '\n';
		logsink_write(s, line, sizeof(line));
	}
}

/* All that is there, without waiting. */
static char *drain(int fd)
{
	size_t have = 0, cap = 4 << 20;
	char *text = malloc(cap);
	ssize_t n;

	assert_non_null(text);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((n = read(fd, text + have, cap - have - 1)) > 0)
		have += (size_t)n;
	text[have] = '\0';
	return text;
}

/* Whole lines of one letter, and lines of loss; returns how many of the former, adds up the latter. */
static unsigned int count(const char *text, unsigned long *lost)
{
	unsigned int n = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		unsigned long k;

		assert_int_equal(text[len], '\n');
		if (sscanf(text, "lost %lu", &k) == 1) {
			*lost += k;
		} else {
			assert_int_equal(len, 199);
			assert_int_equal(strspn(text, (char[]){ text[0], 0 }), 199);
			n++;
		}
		text += len + 1;
	}
	return n;
}

static void check_stream(struct logsink *s, int reader)
{
	unsigned long lost = 0;
	char *text, *more, *all;
	unsigned int n;

	write_lines(s, LINES);
	text = drain(reader);
	write_lines(s, 1); /* what was taken in part is ended, the loss is told */
	more = drain(reader);
	assert_true(asprintf(&all, "%s%s", text, more) > 0);
	n = count(all, &lost);
	free(all);
	free(more);
	free(text);
	assert_true(lost > 0);
	assert_int_equal(n + lost, LINES + 1);
}

static void pipe_nobody_reads(void **state)
{
	struct logsink *s;
	int p[2];
	(void)state;

	assert_int_equal(pipe(p), 0);
	assert_int_equal(logsink_fd(p[1], lost_text, &s), 0);
	check_stream(s, p[0]);
	assert_false(fcntl(p[1], F_GETFL) & O_NONBLOCK); /* others' descriptor stays as it was */
	close(p[0]);
	write_lines(s, 3); /* nobody is there any more: no signal, no wait */
	logsink_free(s);
	close(p[1]);
}

static void socket_nobody_reads(void **state)
{
	struct logsink *s;
	int p[2];
	(void)state;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, p), 0);
	assert_int_equal(logsink_fd(p[1], lost_text, &s), 0);
	check_stream(s, p[0]);
	close(p[0]);
	write_lines(s, 3);
	logsink_free(s);
	close(p[1]);
}

static int listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static unsigned int received(int fd, char *last, size_t len)
{
	unsigned int n = 0;
	ssize_t r;

	while ((r = recv(fd, last, len - 1, MSG_DONTWAIT)) >= 0) {
		last[r] = '\0';
		n++;
	}
	return n;
}

static void syslogd_that_is_busy(void **state)
{
	struct tmpdir t;
	struct logsink *s;
	char path[128], text[300];
	unsigned long lost;
	unsigned int n;
	int fd;
	(void)state;

	tmpdir_make(&t);
	snprintf(path, sizeof(path), "%s/log", t.path);
	assert_int_equal(logsink_datagram(path, lost_text, &s), 0);
	write_lines(s, 2); /* it is not there yet */
	fd = listen_at(path);
	write_lines(s, 1);
	assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), strlen("lost 2\n"));
	assert_int_equal(received(fd, text, sizeof(text)), 1);
	write_lines(s, LINES);
	n = received(fd, text, sizeof(text));
	assert_true(n < LINES);
	write_lines(s, 1);
	assert_true(recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0);
	assert_int_equal(sscanf(text, "lost %lu", &lost), 1);
	assert_int_equal(n + lost, LINES);
	/* started anew */
	close(fd);
	fd = listen_at(path);
	write_lines(s, 1);
	assert_true(received(fd, text, sizeof(text)) >= 1);
	assert_int_equal(strspn(text, "a"), 199);
	logsink_reset(s);
	write_lines(s, 1);
	assert_int_equal(received(fd, text, sizeof(text)), 1);
	logsink_free(s);
	close(fd);
	tmpdir_remove(&t);
}

/* The log itself, on a standard error that nobody reads. */
static void mlog_does_not_wait(void **state)
{
	int p[2], saved = dup(STDERR_FILENO);
	char *text;
	(void)state;

	assert_int_equal(pipe(p), 0);
	dup2(p[1], STDERR_FILENO);
	log_setup(LOG_TO_STDERR_PLAIN, "test");
	log_verbosity(2);
	log_never_wait();
	for (unsigned int i = 0; i < LINES; i++)
		mlog(1, "%u: a line of a log that nobody reads", i);
	free(drain(p[0]));
	mlog(1, "heard again");
	dup2(saved, STDERR_FILENO);
	close(saved);
	text = drain(p[0]);
	assert_non_null(strstr(text, "messages were lost"));
	assert_non_null(strstr(text, "\nheard again\n"));
	free(text);
	log_close();
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pipe_nobody_reads, no_waiting),
		cmocka_unit_test_setup(socket_nobody_reads, no_waiting),
		cmocka_unit_test_setup(syslogd_that_is_busy, no_waiting),
		cmocka_unit_test_setup(mlog_does_not_wait, no_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
