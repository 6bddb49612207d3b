// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state: whole files or none, locks between processes and hosts, names from hostile targets. A
 * full disk is played by RLIMIT_FSIZE in a child: write(2) fails there half way, as on ENOSPC.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <dirent.h>

#include <cmocka.h>

#include "core/host/state.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

static struct state *opened(bool replay)
{
	struct state *s;
	char etc[PATH_MAX], run[PATH_MAX];

	snprintf(etc, sizeof(etc), "%s/etc/multipath", tmp.path);
	snprintf(run, sizeof(run), "%s/run/multipath", tmp.path);
	assert_int_equal(state_open(etc, run, replay, &s), 0);
	return s;
}

static void check_text(struct state *s, enum state_file f, const char *want)
{
	char *text;

	assert_int_equal(state_read(s, f, &text), 0);
	assert_string_equal(text, want);
	free(text);
}

static unsigned int files_in(const char *rel)
{
	char path[PATH_MAX];
	unsigned int n = 0;
	DIR *dir = opendir(tmpdir_path(&tmp, rel, path));

	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void test_replace(void **state)
{
	struct state *s = opened(false);
	char *text, path[PATH_MAX];
	struct stat st;

	(void)state;
	assert_int_equal(state_read(s, STATE_WWIDS, &text), -ENOENT);
	assert_int_equal(state_lock(s, STATE_WWIDS), 0);
	check_text(s, STATE_WWIDS, "");
	assert_int_equal(state_replace(s, STATE_WWIDS, "one\n"), 0);
	assert_int_equal(state_replace(s, STATE_WWIDS, "two\n"), 0);
	state_unlock(s, STATE_WWIDS);
	state_unlock(s, STATE_WWIDS);
	check_text(s, STATE_WWIDS, "two\n");
	assert_int_equal(stat(tmpdir_path(&tmp, "etc/multipath/wwids", path), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_string_equal(state_path(s, STATE_WWIDS), path);
	assert_int_equal(chmod(path, 0644), 0);
	/* Without a lock of the caller's, with what a crash left: the mode of the file is kept. */
	tmpdir_file(&tmp, "etc/multipath/wwids.new", "left by a crash");
	assert_int_equal(state_replace(s, STATE_WWIDS, "three\n"), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(files_in("etc/multipath"), 1);
	state_free(s);
}

static void test_linked_file(void **state)
{
	struct state *s = opened(false);
	char path[PATH_MAX];
	struct stat st;

	(void)state;
	tmpdir_file(&tmp, "var/bindings", "old\n");
	tmpdir_link(&tmp, "etc/multipath/bindings", "../../var/bindings");
	assert_int_equal(state_replace(s, STATE_BINDINGS, "new\n"), 0);
	check_text(s, STATE_BINDINGS, "new\n");
	assert_int_equal(lstat(tmpdir_path(&tmp, "etc/multipath/bindings", path), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(files_in("var"), 1);
	unlink(path);
	state_free(s);
}

static int child_status(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_full_disk(void **state)
{
	struct state *s = opened(false);
	char *big = malloc(100000);
	pid_t pid;

	(void)state;
	assert_non_null(big);
	memset(big, 'x', 99999);
	big[99999] = '\0';
	assert_int_equal(state_replace(s, STATE_PRKEYS, "whole\n"), 0);
	pid = fork();
	if (pid == 0) {
		struct rlimit small = { .rlim_cur = 5000, .rlim_max = 5000 };

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &small);
		_exit(state_replace(s, STATE_PRKEYS, big) == -EFBIG ? 0 : 1);
	}
	assert_int_equal(child_status(pid), 0);
	check_text(s, STATE_PRKEYS, "whole\n");
	assert_int_equal(access(state_path(s, STATE_PRKEYS), F_OK), 0);
	assert_int_equal(files_in("etc/multipath"), 1);
	free(big);
	state_free(s);
}

#define WRITERS 6
#define ROUNDS	20

/* Read, add a letter, write: without the lock, or with one that is lost at rename, some get lost. */
static int append_rounds(char letter)
{
	struct state *s = opened(false);
	int r = 0;

	for (int i = 0; i < ROUNDS && r == 0; i++) {
		char *text = NULL, *more = NULL;

		r = state_lock(s, STATE_BINDINGS);
		if (r == 0)
			r = state_read(s, STATE_BINDINGS, &text);
		if (r == 0 && asprintf(&more, "%s%c", text, letter) < 0)
			r = -ENOMEM;
		if (r == 0)
			r = state_replace(s, STATE_BINDINGS, more);
		state_unlock(s, STATE_BINDINGS);
		free(text);
		free(more);
	}
	state_free(s);
	return r;
}

static void test_concurrent_writers(void **state)
{
	struct state *s = opened(false);
	unsigned int count[WRITERS] = { 0 };
	pid_t pid[WRITERS];
	char *text;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(append_rounds((char)('a' + i)) == 0 ? 0 : 1);
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(child_status(pid[i]), 0);
	assert_int_equal(state_read(s, STATE_BINDINGS, &text), 0);
	for (const char *p = text; *p; p++)
		count[*p - 'a']++;
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(count[i], ROUNDS);
	free(text);
	state_free(s);
}

/* The lock of multipath-tools: POSIX, from another process; and of a second host in this one. */
static void test_lock_excludes(void **state)
{
	struct state *a = opened(false), *b = opened(false);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	pid_t pid;

	(void)state;
	assert_int_equal(state_lock(a, STATE_WWIDS), 0);
	assert_int_equal(state_lock(a, STATE_WWIDS), -EBUSY);
	assert_int_equal(state_lock(b, STATE_BINDINGS), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(state_path(a, STATE_WWIDS), O_RDWR | O_CLOEXEC);

		_exit(fcntl(fd, F_SETLK, &lock) < 0 && errno == EAGAIN ? 0 : 1);
	}
	assert_int_equal(child_status(pid), 0);
	/* The lock goes along with the new file. */
	assert_int_equal(state_replace(a, STATE_WWIDS, "new\n"), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(state_path(a, STATE_WWIDS), O_RDWR | O_CLOEXEC);

		_exit(fcntl(fd, F_SETLK, &lock) < 0 && errno == EAGAIN ? 0 : 1);
	}
	assert_int_equal(child_status(pid), 0);
	state_unlock(a, STATE_WWIDS);
	assert_int_equal(state_lock(b, STATE_WWIDS), 0);
	state_free(a);
	state_free(b);
}

static void test_markers(void **state)
{
	struct state *s = opened(false);
	int64_t ns = -1;

	(void)state;
	assert_int_equal(state_unmark(s, STATE_FAILED_WWIDS, "3600a"), 0);
	assert_false(state_marked(s, STATE_FAILED_WWIDS, "3600a"));
	assert_int_equal(state_mark_time(s, STATE_FAILED_WWIDS, "3600a", &ns), -ENOENT);
	assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, "3600a"), 0);
	assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, "3600a"), 0);
	assert_true(state_marked(s, STATE_FAILED_WWIDS, "3600a"));
	assert_false(state_marked(s, STATE_FIND_MULTIPATHS, "3600a"));
	assert_int_equal(state_mark(s, STATE_FIND_MULTIPATHS, "8:0"), 0);
	assert_int_equal(
		state_set_mark_time(s, STATE_FIND_MULTIPATHS, "8:0", 1500000000123456789LL), 0);
	assert_int_equal(state_mark_time(s, STATE_FIND_MULTIPATHS, "8:0", &ns), 0);
	assert_int_equal(ns, 1500000000123456789LL);
	assert_int_equal(state_set_mark_time(s, STATE_FIND_MULTIPATHS, "8:1", 1), -ENOENT);
	assert_int_equal(state_unmark(s, STATE_FAILED_WWIDS, "3600a"), 0);
	assert_false(state_marked(s, STATE_FAILED_WWIDS, "3600a"));
	state_free(s);
}

static void hostile_names(bool replay)
{
	static const char *const bad[] = { "",	       ".",    "..",	      "../x",
					   "a/b",      "/",    "/etc/passwd", "a\nb",
					   "a\033[2J", "\x7f", "a\tb" };
	struct state *s = opened(replay);
	char longest[129];
	int64_t ns;

	memset(longest, 'a', sizeof(longest));
	longest[128] = '\0';
	assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, longest), -EINVAL);
	longest[127] = '\0';
	assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, longest), 0);
	assert_int_equal(state_unmark(s, STATE_FAILED_WWIDS, longest), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, bad[i]), -EINVAL);
		assert_int_equal(state_unmark(s, STATE_FAILED_WWIDS, bad[i]), -EINVAL);
		assert_false(state_marked(s, STATE_FAILED_WWIDS, bad[i]));
		assert_int_equal(state_mark_time(s, STATE_FAILED_WWIDS, bad[i], &ns), -EINVAL);
		assert_int_equal(state_set_mark_time(s, STATE_FAILED_WWIDS, bad[i], 1), -EINVAL);
	}
	assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, "T10 blanks  are \xc3\xa9 fine"), 0);
	assert_int_equal(state_unmark(s, STATE_FAILED_WWIDS, "T10 blanks  are \xc3\xa9 fine"), 0);
	state_free(s);
}

static void test_hostile_names(void **state)
{
	(void)state;
	hostile_names(false);
	assert_int_equal(files_in("run/multipath/failed_wwids"), 0);
	hostile_names(true);
}

/* A marker that is a link is neither followed nor written through. */
static void test_marker_link(void **state)
{
	struct state *s = opened(false);
	char path[PATH_MAX];

	(void)state;
	tmpdir_link(&tmp, "run/multipath/failed_wwids/link", "../../../planted");
	assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, "link"), 0);
	assert_int_equal(access(tmpdir_path(&tmp, "planted", path), F_OK), -1);
	assert_int_equal(state_unmark(s, STATE_FAILED_WWIDS, "link"), 0);
	state_free(s);
}

static void test_replay(void **state)
{
	struct state *s;
	int64_t ns = -1;

	(void)state;
	tmpdir_file(&tmp, "etc/multipath/wwids", "recorded\n");
	tmpdir_file(&tmp, "run/multipath/find_multipaths/8:64", "");
	s = opened(true);
	check_text(s, STATE_WWIDS, "recorded\n");
	assert_int_equal(state_lock(s, STATE_WWIDS), 0);
	assert_int_equal(state_replace(s, STATE_WWIDS, "changed\n"), 0);
	state_unlock(s, STATE_WWIDS);
	check_text(s, STATE_WWIDS, "changed\n");
	assert_true(state_marked(s, STATE_FIND_MULTIPATHS, "8:64"));
	assert_int_equal(state_set_mark_time(s, STATE_FIND_MULTIPATHS, "8:64", 42), 0);
	assert_int_equal(state_mark_time(s, STATE_FIND_MULTIPATHS, "8:64", &ns), 0);
	assert_int_equal(ns, 42);
	assert_int_equal(state_unmark(s, STATE_FIND_MULTIPATHS, "8:64"), 0);
	assert_false(state_marked(s, STATE_FIND_MULTIPATHS, "8:64"));
	assert_int_equal(state_mark(s, STATE_FAILED_WWIDS, "3600z"), 0);
	assert_true(state_marked(s, STATE_FAILED_WWIDS, "3600z"));
	state_free(s);
	s = opened(true);
	check_text(s, STATE_WWIDS, "recorded\n");
	assert_true(state_marked(s, STATE_FIND_MULTIPATHS, "8:64"));
	assert_false(state_marked(s, STATE_FAILED_WWIDS, "3600z"));
	state_free(s);
	state_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_linked_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_concurrent_writers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock_excludes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_markers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_marker_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replay, setup, teardown),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
