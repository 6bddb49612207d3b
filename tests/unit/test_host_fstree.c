// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fstree: the same behaviour live and in replay, and a root that nothing leads out of. Every
 * replay test runs a second time in a child where a seccomp filter forbids openat2, so that the
 * walk that stands in for it is tested, too.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/host/fstree.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "secret", "outside\n");
	tmpdir_file(&tmp, "sys/devices/h0/block/sda/size", "2097152\n");
	tmpdir_file(&tmp, "sys/devices/h0/block/sda/dev", "8:0\n");
	tmpdir_file(&tmp, "sys/devices/h0/vendor", "LIO-ORG \n");
	tmpdir_file(&tmp, "sys/devices/h0/empty", "");
	tmpdir_file(&tmp, "sys/devices/h0/minus", "-1\n");
	tmpdir_file(&tmp, "sys/devices/h0/big", "18446744073709551616\n");
	tmpdir_file(&tmp, "sys/devices/h0/hex", "0x1f\n");
	tmpdir_link(&tmp, "sys/devices/h0/block/sda/device", "../..");
	tmpdir_link(&tmp, "sys/class/block/sda", "../../devices/h0/block/sda");
	tmpdir_link(&tmp, "sys/class/block/abs", "/devices/h0/block/sda");
	tmpdir_link(&tmp, "sys/class/up", "../../../../../../secret");
	tmpdir_link(&tmp, "sys/class/upabs", "/../../etc/passwd");
	tmpdir_link(&tmp, "sys/class/loop", "loop");
	tmpdir_link(&tmp, "sys/class/gone", "../nothing");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

static struct fstree *tree(bool replay)
{
	struct fstree *t;
	char root[PATH_MAX];

	assert_int_equal(fstree_open(tmpdir_path(&tmp, "sys", root), replay, &t), 0);
	return t;
}

static void reads(bool replay)
{
	struct fstree *t = tree(replay);
	char buf[64] = "kept", real[PATH_MAX];
	uint64_t v = 7;

	assert_int_equal(fstree_text(t, buf, sizeof(buf), "class/block/%s/device/vendor", "sda"),
			 7);
	assert_string_equal(buf, "LIO-ORG");
	assert_int_equal(fstree_text(t, buf, 8, "devices/h0/vendor"), 7);
	assert_int_equal(fstree_text(t, buf, 7, "devices/h0/vendor"), -EOVERFLOW);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "devices/h0/empty"), 0);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "class/none"), -ENOENT);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "class"), -EISDIR);
	assert_int_equal(fstree_u64(t, &v, "devices/h0/minus"), -EINVAL);
	assert_int_equal(fstree_u64(t, &v, "devices/h0/empty"), -EINVAL);
	assert_int_equal(fstree_u64(t, &v, "devices/h0/big"), -ERANGE);
	assert_int_equal(fstree_u64(t, &v, "class/block/sda/dev"), -EINVAL);
	assert_int_equal(v, 7);
	assert_int_equal(fstree_u64(t, &v, "class/block/abs/size"), 0);
	assert_int_equal(v, 2097152);
	assert_int_equal(fstree_u64(t, &v, "devices/h0/hex"), 0);
	assert_int_equal(v, 0x1f);
	assert_int_equal(fstree_read(t, "class/block/sda/size", buf, 3), 3);
	assert_memory_equal(buf, "209", 3);
	assert_int_equal(fstree_real(t, "class/block/sda/device", real, sizeof(real)), 0);
	assert_string_equal(real, "devices/h0");
	assert_int_equal(fstree_real(t, "/class/../class//block/./sda/", real, sizeof(real)), 0);
	assert_string_equal(real, "devices/h0/block/sda");
	assert_int_equal(fstree_real(t, "class/block/sda", real, 5), -EOVERFLOW);
	assert_true(fstree_exists(t, "class/block/%s", "sda"));
	assert_false(fstree_exists(t, "class/block/sdb"));
	assert_false(fstree_exists(t, "class/gone"));
	fstree_free(t);
}

static void confines(bool replay)
{
	struct fstree *t = tree(replay);
	char buf[64], real[PATH_MAX];

	assert_int_equal(fstree_text(t, buf, sizeof(buf), "class/up"), -ENOENT);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "class/upabs"), -ENOENT);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "../secret"), -ENOENT);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "/secret"), -ENOENT);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "%s", tmp.path), -ENOENT);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "class/loop"), -ELOOP);
	assert_int_equal(fstree_real(t, "class/loop", real, sizeof(real)), -ELOOP);
	assert_int_equal(fstree_real(t, "../../../class", real, sizeof(real)), 0);
	assert_string_equal(real, "class");
	fstree_free(t);
}

static void lists(bool replay)
{
	struct fstree *t = tree(replay);
	struct names n;

	assert_int_equal(fstree_list(t, "class/block/sda/device", &n), 0);
	assert_int_equal(n.n, 6);
	assert_string_equal(n.list[0], "big");
	assert_string_equal(n.list[5], "vendor");
	names_done(&n);
	assert_int_equal(fstree_list(t, "class/none", &n), -ENOENT);
	assert_int_equal(fstree_list(t, "devices/h0/vendor", &n), -ENOTDIR);
	assert_int_equal(fstree_list(t, "", &n), 0);
	assert_int_equal(n.n, 2);
	names_done(&n);
	fstree_free(t);
}

static void writes_stay_in_memory(void)
{
	struct fstree *t = tree(true);
	char buf[64], path[PATH_MAX], *text;
	FILE *f;

	assert_int_equal(fstree_write(t, "class/block/sda/device/vendor", "NEW\n"), 0);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "devices/h0/vendor"), 3);
	assert_string_equal(buf, "NEW");
	assert_int_equal(fstree_write(t, "devices/h0/vendor", "NEWER"), 0);
	assert_int_equal(fstree_slurp(t, "class/block/abs/device/vendor", 100, &text), 0);
	assert_string_equal(text, "NEWER");
	free(text);
	assert_int_equal(fstree_slurp(t, "devices/h0/vendor", 4, &text), -EFBIG);
	assert_int_equal(fstree_write(t, "devices/h0/none", "x"), -ENOENT);
	assert_int_equal(fstree_write(t, "class/up", "x"), -ENOENT);
	fstree_free(t);
	f = fopen(tmpdir_path(&tmp, "sys/devices/h0/vendor", path), "r");
	assert_non_null(f);
	assert_non_null(fgets(buf, sizeof(buf), f));
	fclose(f);
	assert_string_equal(buf, "LIO-ORG \n");
}

static void all_of_replay(void)
{
	reads(true);
	confines(true);
	lists(true);
	writes_stay_in_memory();
}

static void test_replay(void **state)
{
	(void)state;
	all_of_replay();
}

static void test_live(void **state)
{
	struct fstree *t;
	char buf[16], path[PATH_MAX], *text;

	(void)state;
	reads(false);
	confines(false);
	lists(false);
	t = tree(false);
	tmpdir_file(&tmp, "sys/devices/h0/attr", "old");
	assert_int_equal(fstree_write(t, "class/block/sda/device/attr", "new"), 0);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "devices/h0/attr"), 3);
	assert_string_equal(buf, "new");
	assert_int_equal(fstree_slurp(t, "devices/h0/attr", 100, &text), 0);
	assert_string_equal(text, "new");
	free(text);
	fstree_free(t);
	unlink(tmpdir_path(&tmp, "sys/devices/h0/attr", path));
}

static int forbid_openat2(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = 4, .filter = rules };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
			       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0
		       ? 0
		       : -errno;
}

/* The filter cannot be taken off again, so this is the last test of the group. */
static void test_without_openat2(void **state)
{
	(void)state;
	if (forbid_openat2() < 0)
		skip();
	assert_int_equal(syscall(SYS_openat2, -1, NULL, NULL, 0), -1);
	assert_int_equal(errno, ENOSYS);
	all_of_replay();
	reads(false);
	confines(false);
}

static void test_no_root(void **state)
{
	struct fstree *t;
	struct names n;
	char buf[8];

	(void)state;
	assert_int_equal(fstree_open("/nonexistent/sys", true, &t), 0);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "class"), -ENOENT);
	assert_int_equal(fstree_list(t, "", &n), -ENOENT);
	assert_int_equal(fstree_write(t, "class", "x"), -ENOENT);
	assert_int_equal(fstree_real(t, "class", buf, sizeof(buf)), -ENOENT);
	assert_false(fstree_exists(t, "class"));
	fstree_free(t);
}

static void test_odd_files(void **state)
{
	char path[PATH_MAX], buf[8], deep[3 * PATH_MAX / 4];
	struct fstree *t = tree(true);

	(void)state;
	/* Opening a FIFO would wait for a writer. */
	assert_int_equal(mkfifo(tmpdir_path(&tmp, "sys/fifo", path), 0600), 0);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "fifo"), -EINVAL);
	memset(deep, 'a', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "%s", deep), -ENAMETOOLONG);
	assert_int_equal(fstree_text(t, buf, sizeof(buf), "%s%s", deep, deep), -ENAMETOOLONG);
	unlink(path);
	fstree_free(t);
}

/* A directory that is held is known again, and given up when its device is another's. */
static void test_held_dirs(void **state)
{
	char path[PATH_MAX], text[32];
	struct fstree *t = tree(false);

	(void)state;
	tmpdir_file(&tmp, "sys/devices/h7/state", "running\n");
	tmpdir_link(&tmp, "sys/class/h7", "../devices/h7");
	assert_int_equal(fstree_hold_dirs(t), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(fstree_text(t, text, sizeof(text), "devices/h7/state"), 7);
		assert_string_equal(text, "running");
		assert_int_equal(fstree_text(t, text, sizeof(text), "class/h7/state"), 7);
		assert_int_equal(fstree_text(t, text, sizeof(text), "devices/h7/none"), -ENOENT);
		assert_int_equal(fstree_text(t, text, sizeof(text), "devices/h8/state"), -ENOENT);
	}
	assert_int_equal(fstree_text(t, text, sizeof(text), "devices/h7/state"), 7);
	unlink(tmpdir_path(&tmp, "sys/devices/h7/state", path));
	rmdir(tmpdir_path(&tmp, "sys/devices/h7", path));
	assert_int_equal(fstree_text(t, text, sizeof(text), "devices/h7/state"), -ENOENT);
	tmpdir_file(&tmp, "sys/devices/h7/state", "offline\n");
	assert_int_equal(fstree_text(t, text, sizeof(text), "devices/h7/state"), 7);
	assert_string_equal(text, "offline");
	fstree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),		cmocka_unit_test(test_live),
		cmocka_unit_test(test_no_root),		cmocka_unit_test(test_odd_files),
		cmocka_unit_test(test_without_openat2), cmocka_unit_test(test_held_dirs),
	};

	return cmocka_run_group_tests_name("fstree", tests, setup, teardown);
}
