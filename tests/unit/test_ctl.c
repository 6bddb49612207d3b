// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl: the wire format, order, time-outs and limits, on socket pairs and a virtual clock. Who a
 * client is, is what the test says: a table from descriptor to user id.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "core/engine/log.h"
#include "core/host/clock.h"
#include "core/host/ctlsock.h"
#include "core/host/host.h"
#include "daemon/ctl.h"
#include "daemon/loop.h"
#include "tests/unit/tmpdir.h"

#define MAX_FD	  4096
#define MAX_CALLS 512

struct server {
	struct host host;
	struct loop *l;
	struct ctl *ctl;
	struct ctl_call *held[MAX_CALLS]; /* "hold" commands, in order */
	unsigned int n_held;
	char log[512]; /* the first letter of each command, as they come */
	unsigned int n_log;
	char *big;
};

static uid_t uid_of[MAX_FD];

static int fake_uid(int fd, uid_t *ret_uid)
{
	*ret_uid = fd < MAX_FD ? uid_of[fd] : 0;
	return 0;
}

static void on_command(void *ctx, struct ctl_call *call)
{
	struct server *s = ctx;

	if (s->n_log + 1 < sizeof(s->log))
		s->log[s->n_log++] = call->text[0];
	if (!strcmp(call->text, "hold") && s->n_held < MAX_CALLS)
		s->held[s->n_held++] = call;
	else if (!strcmp(call->text, "big"))
		ctl_answer(call, 0, s->big);
	else if (!strncmp(call->text, "status ", 7))
		ctl_answer(call, -atoi(call->text + 7), NULL);
	else
		ctl_answer(call, 0, call->text);
}

static int setup_at(void **state, const char *socket_name)
{
	struct server *s = calloc(1, sizeof(*s));
	struct ctl_options opt = { .timeout_ms = 4000, .peer_uid = fake_uid };

	log_verbosity(-1);
	if (socket_name)
		setenv("MULTIPATH_SOCKET_NAME", socket_name, 1);
	else
		unsetenv("MULTIPATH_SOCKET_NAME");
	s->host.replay = true;
	s->host.clock = (struct clock){ .virtual = true, .mono = NSEC_PER_SEC };
	s->big = malloc((4u << 20) + 1);
	memset(s->big, 'x', 4u << 20);
	s->big[4u << 20] = '\0';
	*state = s;
	assert_int_equal(loop_new(&s->host.clock, &s->l), 0);
	return ctl_new(s->l, &s->host, &opt, on_command, s, &s->ctl);
}

static int setup(void **state)
{
	return setup_at(state, NULL);
}

static int teardown(void **state)
{
	struct server *s = *state;

	ctl_free(s->ctl);
	for (unsigned int i = 0; i < s->n_held; i++)
		if (s->held[i])
			ctl_answer(s->held[i], 0, "to nobody");
	loop_free(s->l);
	free(s->big);
	free(s);
	return 0;
}

/* The client's end of a new connection of @uid. */
static int client(struct server *s, uid_t uid)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
			 0);
	assert_true(fds[1] < MAX_FD);
	uid_of[fds[1]] = uid;
	ctl_adopt(s->ctl, fds[1]);
	return fds[0];
}

static void put_raw(int fd, const void *p, size_t n)
{
	assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), (ssize_t)n);
}

static void put_command(int fd, const char *text)
{
	size_t len = strlen(text) + 1;

	put_raw(fd, &len, sizeof(len));
	put_raw(fd, text, len);
}

/* All that is ready happens, no time passes. */
static void settle(struct server *s)
{
	assert_int_equal(loop_run_until(s->l, clock_mono(&s->host.clock)), 0);
}

static void pass(struct server *s, int64_t ns)
{
	assert_int_equal(loop_run_until(s->l, clock_mono(&s->host.clock) + ns), 0);
}

/* The next reply is whole and is this. */
static void expect(int fd, const char *text)
{
	char buf[256];
	size_t len = 0;

	assert_int_equal(recv(fd, &len, sizeof(len), 0), sizeof(len));
	assert_int_equal(len, strlen(text) + 1);
	assert_int_equal(recv(fd, buf, len, 0), (ssize_t)len);
	assert_string_equal(buf, text);
}

static bool silent(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

static bool closed(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_PEEK);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static struct ctl_stats stats(struct server *s)
{
	struct ctl_stats st;

	ctl_stats(s->ctl, &st);
	return st;
}

static void test_commands_in_order(void **state)
{
	struct server *s = *state;
	int fd = client(s, 0);

	put_command(fd, "one");
	put_command(fd, "hold");
	put_command(fd, "two");
	settle(s);
	expect(fd, "one");
	assert_true(silent(fd)); /* "two" waits for "hold" */
	assert_int_equal(s->n_held, 1);
	assert_true(s->held[0]->root);
	ctl_answer(s->held[0], 0, NULL);
	s->n_held = 0;
	settle(s);
	expect(fd, "ok\n");
	expect(fd, "two");
	assert_int_equal(stats(s).commands, 3);
	assert_int_equal(stats(s).calls, 0);
	close(fd);
	settle(s);
	assert_int_equal(stats(s).clients, 0);
}

static void test_byte_by_byte(void **state)
{
	struct server *s = *state;
	size_t len = 6;
	char wire[sizeof(len) + 6];
	int fd = client(s, 7);

	memcpy(wire, &len, sizeof(len));
	memcpy(wire + sizeof(len), "hello", 6);
	for (size_t i = 0; i < sizeof(wire); i++) {
		assert_true(silent(fd));
		put_raw(fd, wire + i, 1);
		settle(s);
	}
	expect(fd, "hello");
	close(fd);
}

static void test_status_texts(void **state)
{
	static const struct {
		int err;
		const char *text;
	} rows[] = {
		{ 0, "ok\n" },
		{ EPERM, "fail\npermission deny: need to be root\n" },
		{ ETIMEDOUT, "fail\ntimeout\n" },
		{ EBUSY, "fail\nmap or partition in use\n" },
		{ ENODEV, "fail\ndevice not found\n" },
		{ EINVAL, "fail\n" },
		{ EIO, "fail\n" },
	};
	struct server *s = *state;
	int fd = client(s, 0);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];

		snprintf(text, sizeof(text), "status %d", rows[i].err);
		put_command(fd, text);
		settle(s);
		expect(fd, rows[i].text);
	}
	close(fd);
}

static void test_lengths(void **state)
{
	static const size_t bad[] = { 0, 513, 1u << 20, (size_t)1 << 63, SIZE_MAX };
	struct server *s = *state;
	char text[512];
	int fd;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fd = client(s, 5);
		put_raw(fd, &bad[i], sizeof(bad[i]));
		settle(s);
		assert_true(closed(fd));
		close(fd);
	}
	assert_int_equal(stats(s).dropped, 5);
	assert_int_equal(stats(s).clients, 0);
	memset(text, 'a', sizeof(text));
	text[511] = '\0';
	fd = client(s, 5);
	put_command(fd, text); /* 512 bytes with its NUL */
	settle(s);
	assert_false(closed(fd));
	assert_int_equal(stats(s).commands, 1);
	close(fd);
}

/* Text without a NUL, and with one too early: neither reads past what came. */
static void test_nul(void **state)
{
	struct server *s = *state;
	size_t len = 5;
	int fd = client(s, 0);

	put_raw(fd, &len, sizeof(len));
	put_raw(fd, "abcde", 5);
	put_raw(fd, &len, sizeof(len));
	put_raw(fd, "ab\0de", 5);
	settle(s);
	expect(fd, "abcde");
	expect(fd, "ab");
	close(fd);
}

static void test_timeout(void **state)
{
	struct server *s = *state;
	int fd = client(s, 0);

	put_command(fd, "hold");
	put_command(fd, "next");
	pass(s, 3900 * NSEC_PER_MSEC);
	assert_true(silent(fd));
	pass(s, 100 * NSEC_PER_MSEC);
	expect(fd, "fail\ntimeout\n");
	expect(fd, "next");
	assert_int_equal(stats(s).timeouts, 1);
	assert_int_equal(stats(s).calls, 1);
	ctl_answer(s->held[0], 0, "late");
	s->n_held = 0;
	settle(s);
	assert_true(silent(fd));
	assert_int_equal(stats(s).calls, 0);
	close(fd);
}

/* A caller that is gone: answered harmlessly. One that only sent and left: still carried out. */
static void test_client_gone(void **state)
{
	struct server *s = *state;
	int fd = client(s, 9);

	put_command(fd, "hold");
	settle(s);
	close(fd);
	settle(s);
	assert_int_equal(stats(s).clients, 0);
	assert_int_equal(stats(s).calls, 1);
	ctl_answer(s->held[0], 0, "hello?");
	s->n_held = 0;
	assert_int_equal(stats(s).calls, 0);
	fd = client(s, 9);
	put_command(fd, "meant");
	close(fd);
	settle(s);
	assert_int_equal(stats(s).commands, 2);
	assert_int_equal(stats(s).clients, 0);
}

/* shutdown(SHUT_WR) behind the command: the reply still comes. */
static void test_half_closed(void **state)
{
	struct server *s = *state;
	int fd = client(s, 0);

	put_command(fd, "last");
	shutdown(fd, SHUT_WR);
	settle(s);
	expect(fd, "last");
	assert_true(closed(fd));
	close(fd);
}

static void test_half_command(void **state)
{
	struct server *s = *state;
	int fd = client(s, 1), idle = client(s, 1);
	size_t len = 100;

	put_raw(fd, &len, sizeof(len));
	put_raw(fd, "show", 4);
	pass(s, 3900 * NSEC_PER_MSEC);
	assert_false(closed(fd));
	pass(s, 200 * NSEC_PER_MSEC);
	assert_true(closed(fd));
	pass(s, 3600 * NSEC_PER_SEC);
	assert_false(closed(idle)); /* saying nothing is no offence */
	close(fd);
	close(idle);
}

/* Memory for a client that never reads is bounded in size, per user, and in time. */
static void test_never_reads(void **state)
{
	struct server *s = *state;
	int fd[4], other = client(s, 2);

	for (int i = 0; i < 4; i++) {
		fd[i] = client(s, 1);
		put_command(fd[i], "big");
		settle(s);
		assert_true(stats(s).unread <= CTL_UID_UNREAD);
	}
	assert_int_equal(stats(s).dropped, 3);
	assert_int_equal(stats(s).clients, 2);
	put_command(other, "still here");
	settle(s);
	expect(other, "still here");
	pass(s, CTL_STALLED_NS);
	assert_int_equal(stats(s).dropped, 4);
	assert_int_equal(stats(s).unread, 0);
	for (int i = 0; i < 4; i++)
		close(fd[i]);
	close(other);
}

/* A slow reader gets all of it. */
static void test_slow_reader(void **state)
{
	struct server *s = *state;
	size_t total = 0;
	char buf[60000];
	int fd = client(s, 1);

	put_command(fd, "big");
	while (total < sizeof(size_t) + (4u << 20) + 1) {
		ssize_t n;

		pass(s, CTL_STALLED_NS / 2);
		n = recv(fd, buf, sizeof(buf), 0);
		assert_true(n > 0);
		total += (size_t)n;
	}
	put_command(fd, "more");
	settle(s);
	expect(fd, "more");
	close(fd);
}

/* One turn's worth of ready commands: root's first, then user by user. */
static void test_turns(void **state)
{
	struct server *s = *state;
	int greedy[20], modest, root;

	for (int i = 0; i < 20; i++) {
		greedy[i] = client(s, 1);
		put_command(greedy[i], "greedy");
	}
	modest = client(s, 2);
	put_command(modest, "modest");
	root = client(s, 0);
	put_command(root, "root");
	settle(s);
	assert_int_equal(s->log[0], 'r');
	assert_true(s->log[1] == 'm' || s->log[2] == 'm');
	assert_int_equal(s->n_log, 22);
	for (int i = 0; i < 20; i++)
		close(greedy[i]);
	close(modest);
	close(root);
}

/* A user at the limit pays with that user's own idle connections; others and root do not notice. */
static void test_limit_per_user(void **state)
{
	static int fd[CTL_UID_CLIENTS + 50];
	struct server *s = *state;
	int busy = client(s, 1), other = client(s, 2), root;
	unsigned int gone = 0;

	put_command(busy, "hold");
	settle(s);
	for (unsigned int i = 0; i < CTL_UID_CLIENTS + 50; i++)
		fd[i] = client(s, 1);
	settle(s);
	for (unsigned int i = 0; i < CTL_UID_CLIENTS + 50; i++)
		gone += closed(fd[i]);
	assert_true(gone >= 51);
	assert_true(closed(fd[0]));
	assert_false(closed(fd[CTL_UID_CLIENTS + 49]));
	assert_true(stats(s).others <= CTL_UID_CLIENTS + 1);
	assert_int_equal(stats(s).refused, gone);
	root = client(s, 0);
	put_command(root, "root");
	put_command(other, "other");
	ctl_answer(s->held[0], 0, "done");
	s->n_held = 0;
	settle(s);
	expect(root, "root");
	expect(other, "other");
	expect(busy, "done");
	for (unsigned int i = 0; i < CTL_UID_CLIENTS + 50; i++)
		close(fd[i]);
	close(busy);
	close(other);
	close(root);
}

/* Many users at once: the greediest gives way to whoever has less. */
static void test_limit_of_all(void **state)
{
	static int fd[CTL_ALL_CLIENTS + 200];
	struct server *s = *state;
	unsigned int n = 0;

	for (uid_t uid = 1; uid <= 8; uid++)
		for (int i = 0; i < 140; i++)
			fd[n++] = client(s, uid);
	settle(s);
	assert_true(stats(s).others <= CTL_ALL_CLIENTS);
	fd[n++] = client(s, 99);
	put_command(fd[n - 1], "newcomer");
	settle(s);
	expect(fd[n - 1], "newcomer");
	while (n)
		close(fd[--n]);
}

/* Calls a user leaves behind, one connection after the other, are counted too. */
static void test_limit_of_calls(void **state)
{
	struct server *s = *state;
	int fd;

	for (unsigned int i = 0; i < CTL_UID_CALLS; i++) {
		fd = client(s, 1);
		put_command(fd, "hold");
		settle(s);
		close(fd);
	}
	fd = client(s, 1);
	put_command(fd, "hold");
	settle(s);
	expect(fd, "fail\ntimeout\n");
	close(fd);
	fd = client(s, 0);
	put_command(fd, "root");
	settle(s);
	expect(fd, "root");
	close(fd);
	assert_int_equal(s->n_held, CTL_UID_CALLS);
}

static int connect_to(const char *name)
{
	struct sockaddr_un sa;
	socklen_t len;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(ctl_address(name, &sa, &len), 0);
	if (connect(fd, (struct sockaddr *)&sa, len)) {
		close(fd);
		return -errno;
	}
	return fd;
}

static void ask(struct server *s, const char *name)
{
	int fd = connect_to(name);

	assert_true(fd >= 0);
	put_command(fd, "hello");
	settle(s);
	expect(fd, "hello");
	close(fd);
}

/* The file: made with mode 0666, taken over from a dead daemon, not from a living one, removed. */
static void test_socket_file(void **state)
{
	struct ctl_options opt = { .timeout_ms = 4000, .peer_uid = fake_uid };
	struct ctl *second = NULL;
	void *a = NULL, *b = NULL;
	struct tmpdir t;
	char path[PATH_MAX];
	struct stat st;
	int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un sa;
	socklen_t len;

	(void)state;
	tmpdir_make(&t);
	tmpdir_path(&t, "sock", path);
	assert_int_equal(ctl_address(path, &sa, &len), 0);
	assert_int_equal(bind(stale, (struct sockaddr *)&sa, len), 0);
	close(stale);
	assert_int_equal(setup_at(&a, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	ask(a, path);
	assert_int_equal(ctl_new(((struct server *)a)->l, &((struct server *)a)->host, &opt,
				 on_command, a, &second),
			 -EADDRINUSE);
	assert_null(second);
	ask(a, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(setup_at(&b, path), 0);
	teardown(&a);
	ask(b, path); /* the first removed only what was its own */
	teardown(&b);
	assert_int_equal(stat(path, &st), -1);
	tmpdir_remove(&t);
}

static void test_abstract_name(void **state)
{
	static char path_too_long[200];
	char name[64];
	void *s = NULL;

	(void)state;
	snprintf(name, sizeof(name), "@mp-unit/%d", (int)getpid());
	assert_int_equal(setup_at(&s, name), 0);
	ask(s, name);
	teardown(&s);
	assert_true(connect_to(name) < 0);
	memset(path_too_long, 'x', sizeof(path_too_long) - 1);
	assert_int_equal(setup_at(&s, path_too_long), -ENAMETOOLONG);
	teardown(&s);
	unsetenv("MULTIPATH_SOCKET_NAME");
}

/* Descriptors of systemd are looked at before they are believed. */
static void test_passed_fds(void **state)
{
	char pid[16];
	int fds[2];

	(void)state;
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	assert_int_equal(ctl_passed_fds(fds), 0); /* somebody else's */
	assert_null(getenv("LISTEN_FDS"));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "3", 1);
	assert_int_equal(ctl_passed_fds(fds), -EINVAL);
	assert_int_equal(ctl_passed_fds(fds), 0);
}

/* What arrives by a passed socket is answered like any other. */
static void test_serves_passed_socket(void **state)
{
	struct server *s = *state;
	char name[64];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct ctl_options opt = {
		.timeout_ms = 100, .fds = &fd, .n_fds = 1, .peer_uid = fake_uid
	};
	struct ctl *passed;
	struct sockaddr_un sa;
	socklen_t len;

	snprintf(name, sizeof(name), "@mp-unit-passed/%d", (int)getpid());
	assert_int_equal(ctl_address(name, &sa, &len), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(ctl_new(s->l, &s->host, &opt, on_command, s, &passed), 0);
	ask(s, name);
	ctl_free(passed);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Both ends of all connections are ours. */
static int many_fds(void **state)
{
	struct rlimit fds;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &fds);
	fds.rlim_cur = fds.rlim_max < MAX_FD ? fds.rlim_max : MAX_FD;
	return setrlimit(RLIMIT_NOFILE, &fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_commands_in_order),
		T(test_byte_by_byte),
		T(test_status_texts),
		T(test_lengths),
		T(test_nul),
		T(test_timeout),
		T(test_client_gone),
		T(test_half_closed),
		T(test_half_command),
		T(test_never_reads),
		T(test_slow_reader),
		T(test_turns),
		T(test_limit_per_user),
		T(test_limit_of_all),
		T(test_limit_of_calls),
		cmocka_unit_test(test_socket_file),
		cmocka_unit_test(test_abstract_name),
		cmocka_unit_test(test_passed_fds),
		T(test_serves_passed_socket),
	};

	return cmocka_run_group_tests_name("ctl", tests, many_fds, NULL);
}
