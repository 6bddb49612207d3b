// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reply: commands over a socket to the daemon's core, on a recorded host with a virtual clock. Who
 * asks is said by the test: root or not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/engine/log.h"
#include "core/model/evlog.h"
#include "daemon/loop.h"
#include "daemon/reply.h"

#define SNAPSHOT "tests/snapshots/sdebug-4paths"
#define START_NS (60 * NSEC_PER_SEC)

static struct {
	struct host *host;
	struct loop *loop;
	struct multipathd *d;
	struct ctl *ctl;
	int client;
	char reply[65536];
} t;

static uid_t asker;

static int fake_uid(int fd, uid_t *ret_uid)
{
	(void)fd;
	*ret_uid = asker;
	return 0;
}

static int connect_as(uid_t uid)
{
	int fds[2];

	asker = uid;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
			 0);
	assert_int_equal(ctl_adopt(t.ctl, fds[1]), 0);
	return fds[0];
}

static const char *ask_on(int fd, const char *text)
{
	size_t len = strlen(text) + 1, got = 0;

	assert_int_equal(send(fd, &len, sizeof(len), MSG_NOSIGNAL), sizeof(len));
	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
	for (int tries = 0; tries < 100 && recv(fd, &len, sizeof(len), 0) != sizeof(len); tries++)
		loop_run_until(t.loop, clock_mono(&t.host->clock) + NSEC_PER_MSEC);
	assert_true(len <= sizeof(t.reply));
	while (got < len) {
		ssize_t n = recv(fd, t.reply + got, len - got, 0);

		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_int_equal(t.reply[len - 1], '\0');
	return t.reply;
}

static const char *ask(const char *text)
{
	return ask_on(t.client, text);
}

static int setup(void **state)
{
	struct ctl_options opt = { .timeout_ms = 4000, .peer_uid = fake_uid };
	struct daemon_options dopt = { .verbosity = 0 };

	(void)state;
	unsetenv("MULTIPATH_SOCKET_NAME");
	log_verbosity(0);
	if (host_replay(SNAPSHOT, &t.host) || loop_new(&t.host->clock, &t.loop))
		return -1;
	t.d = daemon_new(t.host, t.loop, &dopt);
	if (!t.d || ctl_new(t.loop, t.host, &opt, reply_command, t.d, &t.ctl))
		return -1;
	t.client = connect_as(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(t.client);
	ctl_free(t.ctl);
	daemon_free(t.d);
	loop_free(t.loop);
	host_free(t.host);
	return 0;
}

/* Before anything was looked at. */
static void test_before_start(void **state)
{
	char want[64];

	(void)state;
	snprintf(want, sizeof(want), "pid %d init\n", (int)getpid());
	assert_string_equal(ask("show daemon"), want);
	assert_string_equal(ask("show maps"), "fail\ntimeout\n");
	assert_int_equal(
		strncmp(ask("show wildcards"), "multipath format wildcards:\n%n  name\n", 36), 0);
	assert_int_equal(daemon_start(t.d), 0);
	loop_run_until(t.loop, clock_mono(&t.host->clock) + START_NS);
	assert_non_null(t.d->e);
}

/* The command, and how its reply begins. */
static void test_shows(void **state)
{
	static const struct {
		const char *text, *begins;
	} rows[] = {
		{ "show paths", "hcil    dev dev_t pri dm_st  chk_st dev_st  next_check" },
		{ "show paths raw format \"%d %t\"",
		  "sda active\nsdb active\nsdc active\nsdd active\n" },
		{ "show paths format \"%\"", "\n\n\n\n\n" },
		{ "show paths format \"%d%\"", "dev\nsda\nsdb\nsdc\nsdd\n" },
		{ "show path sda", "running\n" },
		{ "show path 8:16", "running\n" },
		{ "show path /dev/sdc", "running\n" },
		{ "show path sdx", "fail\ndevice not found\n" },
		{ "show maps", "name   sysfs uuid" },
		{ "show maps status", "name   failback queueing paths dm-st  write_prot" },
		{ "show maps stats",
		  "name   path_faults switch_grp map_loads total_q_time q_timeouts" },
		{ "show maps raw format %n:%N", "mpatha:4\n" },
		{ "show map mpatha raw format %n", "mpatha\n" },
		{ "show map mpatha format %N|", "4    |\n" }, /* as wide as its header */
		{ "show map nosuch format %n", "fail\ndevice not found\n" },
		{ "show topology", "mpatha (" },
		{ "show maps topology", "mpatha (" },
		{ "show map mpatha topology", "mpatha (" },
		{ "show map dm-99 topology", "fail\ndevice not found\n" },
		{ "show maps json",
		  "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n   \"maps\": [{\n" },
		{ "show map mpatha json",
		  "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n   \"map\":{\n" },
		{ "show status", "path checker states:\nup                  " },
		{ "show config", "defaults {\n" },
		{ "show config local", "defaults {\n" },
		{ "show blacklist",
		  "device node rules:\n- blacklist:\n        (default rule)     " },
		{ "show devices", "available block devices:\n" },
		{ "getprstatus map mpatha", "unset\n" },
		{ "getprkey map mpatha", "none\n" },
		{ "getprhold map mpatha", "unknown\n" },
		{ "setprhold map mpatha", "ok\n" },
		{ "getprhold map mpatha", "set\n" },
		{ "unsetprhold map mpatha", "ok\n" },
		{ "getprhold map mpatha", "unset\n" },
		{ "setprkey map mpatha key nonsense", "fail\n" },
		{ "setprkey map nosuch key 1", "fail\ndevice not found\n" },
		{ "unsetprstatus map mpatha", "ok\n" },
		{ "show why nosuch", "fail\ndevice not found\n" },
		{ "show workers", "workers: " },
		{ "quit", "ok\n" },
		{ "show", "fail\nshow: Missing argument\n" },
		{ "fail path sdx", "fail\ndevice not found\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = ask(rows[i].text);

		if (strncmp(got, rows[i].begins, strlen(rows[i].begins)) != 0)
			fail_msg("%s: %s", rows[i].text, got);
	}
}

static void test_whole_replies(void **state)
{
	(void)state;
	assert_non_null(strstr(ask("show status"), "\n\npaths: 4\nbusy: "));
	assert_non_null(strstr(ask("show devices"), "    sda  devnode whitelisted, monitored\n"));
	assert_non_null(strstr(ask("show blacklist"),
			       "device rules:\n- blacklist:\n        (default rule)     "));
	assert_non_null(strstr(ask("show blacklist"), "- exceptions:\n        <empty>\n"));
	assert_non_null(strstr(ask("show map mpatha topology"), "policy='service-time 0'"));
	assert_null(strchr(ask("show topology"), '\033')); /* whatever our own standard output is */
}

/* Every byte after '%': a table, never more. */
static void test_formats(void **state)
{
	char text[64];

	(void)state;
	for (int c = 1; c < 256; c++) {
		if (c == '"')
			continue;
		snprintf(text, sizeof(text), "show paths raw format \"[%%%c\"", c);
		assert_int_equal(ask(text)[0], '[');
		snprintf(text, sizeof(text), "show maps format \"[%%%c\"", c);
		assert_int_equal(ask(text)[0], '[');
	}
}

static void test_not_root(void **state)
{
	unsigned int n;
	const struct verb *rows = verb_rows(&n);
	int fd = connect_as(1000);

	(void)state;
	assert_int_equal(strncmp(ask_on(fd, "show maps"), "name ", 5), 0);
	for (unsigned int i = 0; i < n; i++) {
		char text[128] = "";

		for (unsigned int k = 0; rows[i].root && k < rows[i].n; k++) {
			strcat(text, word_name(rows[i].words[k]));
			strcat(text, word_has_param(rows[i].words[k]) ? " mpatha " : " ");
		}
		if (rows[i].root)
			assert_string_equal(ask_on(fd, text),
					    "fail\npermission deny: need to be root\n");
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_start),  cmocka_unit_test(test_shows),
		cmocka_unit_test(test_whole_replies), cmocka_unit_test(test_formats),
		cmocka_unit_test(test_not_root),
	};

	return cmocka_run_group_tests_name("reply", tests, setup, teardown);
}
