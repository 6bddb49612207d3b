// SPDX-License-Identifier: GPL-2.0-or-later
/* host_replay: a whole recorded machine; two hosts side by side; host_live without privileges. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/host/host.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "snap/sys/devices/h0/block/sda/dev", "8:0\n");
	tmpdir_link(&tmp, "snap/sys/class/block/sda", "../../devices/h0/block/sda");
	tmpdir_file(&tmp, "snap/proc/swaps", "Filename Type Size\n");
	tmpdir_file(&tmp, "snap/udev/export",
		    "E: SUBSYSTEM=block\nE: MAJOR=8\nE: MINOR=0\nE: USEC_INITIALIZED=1\n"
		    "E: ID_SERIAL=3600a\n");
	tmpdir_file(&tmp, "snap/scsi/sda/000000000000", "0 0 0 -\n");
	tmpdir_file(&tmp, "snap/dm/mpatha", "uuid: mpath-3600a\ndev: 254:3\n");
	tmpdir_file(&tmp, "snap/etc/multipath/wwids", "/3600a/\n");
	tmpdir_file(&tmp, "snap/time", "1700000000\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

static struct host *replay(void)
{
	struct host *h;
	char path[PATH_MAX];

	assert_int_equal(host_replay(tmpdir_path(&tmp, "snap", path), &h), 0);
	return h;
}

static void test_parts(void **state)
{
	struct host *h = replay();
	struct udev_props p;
	char *text;

	(void)state;
	assert_true(h->replay);
	assert_int_equal(fstree_slurp(h->proc, "swaps", 4096, &text), 0);
	assert_string_equal(text, "Filename Type Size\n");
	free(text);
	assert_int_equal(udb_get(h->udb, makedev(8, 0), &p), 0);
	assert_string_equal(udev_prop(&p, "ID_SERIAL"), "3600a");
	udev_props_done(&p);
	assert_int_equal(state_read(h->state, STATE_WWIDS, &text), 0);
	assert_string_equal(text, "/3600a/\n");
	free(text);
	assert_int_equal(clock_real(&h->clock), 1700000000 * NSEC_PER_SEC);
	assert_int_equal(clock_mono(&h->clock), 0);
	assert_non_null(host_jobs(h));
	assert_ptr_equal(host_jobs(h), h->jobs);
	host_free(h);
	host_free(NULL);
}

static void test_nodes(void **state)
{
	const struct dm_spec s = {
		.name = "new", .target = "linear", .params = "8:0 0", .size = 8
	};
	struct host *h = replay();
	dev_t d = 0;

	(void)state;
	assert_int_equal(host_node(h, "/dev/sda", &d), 0);
	assert_int_equal(d, makedev(8, 0));
	assert_int_equal(host_node(h, "/dev/mapper/mpatha", &d), 0);
	assert_int_equal(d, makedev(254, 3));
	assert_int_equal(host_node(h, "/dev/dm-3", &d), 0);
	assert_int_equal(h->dmb->ops->create(h->dmb, &s), 0);
	assert_int_equal(host_node(h, "/dev/dm-0", &d), 0);
	assert_int_equal(d, makedev(254, 0));
	assert_int_equal(host_node(h, "/dev/dm-0x", &d), -ENOENT);
	assert_int_equal(host_node(h, "/dev/sdz", &d), -ENOENT);
	assert_int_equal(host_node(h, "/dev/mapper/none", &d), -ENOENT);
	assert_int_equal(host_node(h, "/dev/mapper/control", &d), -ENOTBLK);
	assert_int_equal(host_node(h, "/dev/null", &d), -ENOTBLK);
	assert_int_equal(host_node(h, "/dev/../etc/passwd", &d), -ENOENT);
	assert_int_equal(host_node(h, "/etc/passwd", &d), -ENOENT);
	host_free(h);
}

static void test_two_hosts(void **state)
{
	struct host *a = replay(), *b = replay();
	struct dm_map m;

	(void)state;
	assert_int_equal(a->dmb->ops->rename(a->dmb, "mpatha", "other", 0), 0);
	assert_int_equal(state_replace(a->state, STATE_WWIDS, ""), 0);
	clock_turn(&a->clock, 5);
	assert_int_equal(b->dmb->ops->get(b->dmb, "mpatha", 0, 0, &m), 0);
	dm_map_done(&m);
	assert_int_equal(clock_mono(&b->clock), 0);
	host_free(a);
	host_free(b);
}

static void test_bad_folder(void **state)
{
	struct host *h;
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(host_replay(tmpdir_path(&tmp, "none", path), &h), -ENOENT);
	assert_int_equal(host_replay(tmpdir_path(&tmp, "snap/time", path), &h), -ENOTDIR);
	tmpdir_file(&tmp, "bad/time", "tomorrow\n");
	assert_int_equal(host_replay(tmpdir_path(&tmp, "bad", path), &h), -EINVAL);
	tmpdir_file(&tmp, "bad/time", "99999999999999999\n");
	assert_int_equal(host_replay(path, &h), -EINVAL);
	tmpdir_file(&tmp, "empty/nothing", "");
	assert_int_equal(host_replay(tmpdir_path(&tmp, "empty", path), &h), 0);
	host_free(h);
}

static void test_live(void **state)
{
	struct host *h, *second;
	dev_t d;

	(void)state;
	assert_int_equal(host_live(&h), 0);
	assert_int_equal(host_live(&second), 0);
	assert_false(h->replay);
	assert_string_equal(h->root, "");
	assert_int_equal(host_node(h, "/dev/null", &d), -ENOTBLK);
	assert_int_equal(host_node(h, "/nonexistent", &d), -ENOENT);
	assert_true(fstree_exists(h->proc, "self/mountinfo"));
	assert_string_equal(h->dmb->ops->error(h->dmb), "");
	host_free(h);
	host_free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),	  cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_two_hosts), cmocka_unit_test(test_bad_folder),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests_name("host", tests, setup, teardown);
}
