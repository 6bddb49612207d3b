// SPDX-License-Identifier: GPL-2.0-or-later
/* sdnotify: what arrives at the manager's socket, by path and by abstract name; the watchdog. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/host/clock.h"
#include "core/host/ctlsock.h"
#include "daemon/loop.h"
#include "daemon/sdnotify.h"
#include "tests/unit/tmpdir.h"

static int manager(const char *name)
{
	struct sockaddr_un sa;
	socklen_t len;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(ctl_address(name, &sa, &len), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static void expect(int fd, const char *text)
{
	char buf[256] = "";
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, 0);

	assert_int_equal(n, (ssize_t)strlen(text));
	assert_string_equal(buf, text);
}

static void expect_nothing(int fd)
{
	char c;

	assert_true(recv(fd, &c, 1, 0) < 0 && errno == EAGAIN);
}

static void messages(const char *name)
{
	struct clock clock = { .virtual = true };
	struct clock kernel = { 0 };
	struct sdnotify *n;
	struct loop *l;
	int fd = manager(name);
	int64_t before = clock_mono(&kernel) / 1000, usec = 0;
	char buf[128] = "";

	assert_int_equal(loop_new(&clock, &l), 0);
	assert_int_equal(sdnotify_new(l, &n), 0);
	assert_null(getenv("NOTIFY_SOCKET"));
	expect_nothing(fd); /* no watchdog */
	sdnotify_status(n, "startup");
	expect(fd, "STATUS=startup");
	sdnotify_ready(n);
	expect(fd, "READY=1");
	sdnotify_reloading(n);
	assert_true(recv(fd, buf, sizeof(buf) - 1, 0) > 0);
	assert_int_equal(sscanf(buf, "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &usec), 1);
	assert_true(usec >= before && usec <= clock_mono(&kernel) / 1000);
	sdnotify_stopping(n);
	expect(fd, "STOPPING=1");
	sdnotify_errno(n, 5);
	expect(fd, "ERRNO=5");
	sdnotify_free(n);
	loop_free(l);
	close(fd);
}

static void test_messages(void **state)
{
	struct tmpdir t;
	char path[PATH_MAX], name[64];

	(void)state;
	tmpdir_make(&t);
	messages(tmpdir_path(&t, "notify", path));
	tmpdir_remove(&t);
	snprintf(name, sizeof(name), "@mp-unit-notify/%d", (int)getpid());
	messages(name);
}

/* Half the time the manager allows; only when it is meant for us. */
static void test_watchdog(void **state)
{
	struct clock clock = { .virtual = true };
	struct sdnotify *n;
	struct loop *l;
	char name[64], pid[16];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@mp-unit-watchdog/%d", (int)getpid());
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	fd = manager(name);
	assert_int_equal(loop_new(&clock, &l), 0);
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(sdnotify_new(l, &n), 0);
	expect(fd, "WATCHDOG=1");
	assert_int_equal(loop_run_until(l, 1499 * NSEC_PER_MSEC), 0);
	expect_nothing(fd);
	assert_int_equal(loop_run_until(l, 1500 * NSEC_PER_MSEC), 0);
	expect(fd, "WATCHDOG=1");
	assert_int_equal(loop_run_until(l, 6000 * NSEC_PER_MSEC), 0);
	for (int i = 0; i < 3; i++)
		expect(fd, "WATCHDOG=1");
	expect_nothing(fd);
	sdnotify_free(n);
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(sdnotify_new(l, &n), 0);
	expect_nothing(fd);
	sdnotify_free(n);
	loop_free(l);
	close(fd);
}

/* Nobody listens, or never reads: nothing of ours waits. */
static void test_nobody(void **state)
{
	struct clock clock = { .virtual = true };
	struct sdnotify *n = NULL;
	struct loop *l;
	char name[64];
	int fd;

	(void)state;
	assert_int_equal(loop_new(&clock, &l), 0);
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(sdnotify_new(l, &n), 0);
	sdnotify_ready(n);
	sdnotify_free(n);
	sdnotify_ready(NULL);
	sdnotify_free(NULL);
	setenv("NOTIFY_SOCKET", "@mp-unit/no-such-manager", 1);
	n = NULL;
	assert_int_equal(sdnotify_new(l, &n), -ECONNREFUSED);
	setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
	assert_int_equal(sdnotify_new(l, &n), -EAFNOSUPPORT);
	assert_null(n);
	snprintf(name, sizeof(name), "@mp-unit-deaf/%d", (int)getpid());
	fd = manager(name);
	assert_int_equal(sdnotify_new(l, &n), 0);
	for (int i = 0; i < 5000; i++)
		sdnotify_status(n, "running");
	sdnotify_free(n);
	loop_free(l);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests_name("sdnotify", tests, NULL, NULL);
}
