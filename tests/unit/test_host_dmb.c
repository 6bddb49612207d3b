// SPDX-License-Identifier: GPL-2.0-or-later
/* dmb_replay: recorded maps, changed in memory as the kernel would change them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/host/dmb.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;

#define MPATHA_TABLE                                                                               \
	"1 queue_if_no_path 1 alua 2 1 service-time 0 1 2 8:0 1 1 service-time 0 1 2 8:16 1 1 "
#define MPATHA_STATUS "2 0 0 0 2 1 A 0 1 2 8:0 A 0 0 1 E 0 1 2 8:16 F 3 0 1 "

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "dm/mpatha",
		    "# recorded\n\nuuid: mpath-3600a\ndev: 254:1\nopen: 1\nevent: 7\n"
		    "table: 0 2048 multipath " MPATHA_TABLE
		    "\nstatus: 0 2048 multipath " MPATHA_STATUS "\n");
	tmpdir_file(&tmp, "dm/data-lv",
		    "uuid: LVM-x\ndev: 254:0\nflags: read-only suspended\r\n"
		    "table: 0 100 linear 8:32 0\ntable: 100 50 linear 8:48 0\n");
	tmpdir_file(&tmp, "dm/file", "name: odd name\ndev: 254:5\n");
	tmpdir_file(&tmp, "dm/.version", "kernel: 4.39.0\ntarget: 1.13.1\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

static struct dmb *replay(void)
{
	struct dmb *d;
	char path[PATH_MAX];

	assert_int_equal(dmb_replay(tmpdir_path(&tmp, "dm", path), &d), 0);
	return d;
}

static struct dm_map get(struct dmb *d, const char *name)
{
	struct dm_map m;

	assert_int_equal(d->ops->get(d, name, 0, DM_TABLE | DM_STATUS, &m), 0);
	return m;
}

static void check_texts(struct dmb *d, const char *name, const char *table, const char *status)
{
	struct dm_map m = get(d, name);

	assert_string_equal(m.table, table);
	assert_string_equal(m.status, status);
	dm_map_done(&m);
}

static void test_list(void **state)
{
	unsigned int kernel[3], target[3];
	struct dmb *d = replay();
	struct dm_maps maps;

	(void)state;
	assert_int_equal(d->ops->list(d, DM_TABLE | DM_STATUS, &maps), 0);
	assert_int_equal(maps.n, 3);
	assert_string_equal(maps.list[0].name, "data-lv");
	assert_int_equal(maps.list[0].n_targets, 2);
	assert_int_equal(maps.list[0].size, 150);
	assert_string_equal(maps.list[0].table, "8:32 0");
	assert_null(maps.list[0].status);
	assert_true(maps.list[0].read_only);
	assert_true(maps.list[0].suspended);
	assert_string_equal(maps.list[1].name, "mpatha");
	assert_string_equal(maps.list[1].uuid, "mpath-3600a");
	assert_string_equal(maps.list[1].target, "multipath");
	assert_string_equal(maps.list[1].table, MPATHA_TABLE);
	assert_string_equal(maps.list[1].status, MPATHA_STATUS);
	assert_int_equal(maps.list[1].open_count, 1);
	assert_int_equal(maps.list[1].event_nr, 7);
	assert_true(maps.list[1].live_table);
	assert_string_equal(maps.list[2].name, "odd name");
	assert_null(maps.list[2].target);
	assert_false(maps.list[2].live_table);
	dm_maps_done(&maps);
	assert_int_equal(d->ops->list(d, DM_INFO, &maps), 0);
	assert_null(maps.list[1].table);
	assert_null(maps.list[1].status);
	dm_maps_done(&maps);
	assert_int_equal(d->ops->version(d, kernel, target), 0);
	assert_int_equal(kernel[1], 39);
	assert_int_equal(target[1], 13);
	dmb_free(d);
}

static void test_get(void **state)
{
	struct dmb *d = replay();
	struct dm_map m;

	(void)state;
	assert_int_equal(d->ops->get(d, NULL, makedev(254, 1), DM_INFO, &m), 0);
	assert_string_equal(m.name, "mpatha");
	dm_map_done(&m);
	assert_int_equal(d->ops->get(d, "none", 0, DM_INFO, &m), -ENXIO);
	assert_int_equal(d->ops->get(d, NULL, makedev(254, 77), DM_INFO, &m), -ENXIO);
	dmb_free(d);
}

static void test_create(void **state)
{
	struct dm_spec s = { .name = "mpathb",
			     .uuid = "mpath-3600b",
			     .target = "multipath",
			     .size = 4096,
			     .params = "1 queue_if_no_path 0 2 2 service-time 0 2 1 8:0 1 8:16 1 "
				       "round-robin 1 x 1 1 8:32 1" };
	struct dmb *d = replay();
	struct dm_map m;

	(void)state;
	assert_int_equal(d->ops->batch_begin(d), 0);
	assert_int_equal(d->ops->create(d, &s), 0);
	assert_int_equal(d->ops->batch_wait(d), 0);
	assert_int_equal(d->ops->create(d, &s), -EBUSY);
	s.name = "other";
	assert_int_equal(d->ops->create(d, &s), -EBUSY); /* the UUID is taken */
	m = get(d, "mpathb");
	assert_int_equal(m.major, 254);
	assert_int_equal(m.minor, 2);
	assert_int_equal(m.size, 4096);
	assert_string_equal(m.table, "1 queue_if_no_path 0 2 2 service-time 0 2 2 8:0 1 1 8:16 1 1 "
				     "round-robin 1 x 1 1 8:32 1");
	assert_string_equal(m.status, "2 0 0 0 2 2 E 0 2 2 8:0 A 0 0 1 8:16 A 0 0 1 "
				      "A 0 1 0 8:32 A 0");
	dm_map_done(&m);
	s.name = "empty";
	s.uuid = NULL;
	s.params = "0 0 0 0";
	s.read_only = true;
	assert_int_equal(d->ops->create(d, &s), 0);
	m = get(d, "empty");
	assert_string_equal(m.table, "0 0 0 0");
	assert_string_equal(m.status, "2 0 0 0 0 0");
	assert_true(m.read_only);
	assert_int_equal(m.minor, 3);
	dm_map_done(&m);
	dmb_free(d);
}

static void test_tables_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"0",
		"0 0",
		"0 0 1",
		"0 0 1 2",
		"0 0 1 0",
		"x 0 0 0",
		"-1 0 0 0",
		"9 0 0 0",
		"0 0 1 1 round-robin 0 1 1 8:0",
		"0 0 1 1 round-robin 0 0 0",
		"0 0 1 1 round-robin 0 1 1 8:0 1 more",
		"99999999999 0 0 0",
		"0 0 1 1 round-robin 4096 4096 4096",
	};
	struct dm_spec s = { .name = "x", .target = "multipath", .size = 8 };
	struct dmb *d = replay();
	struct dm_map m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s.params = bad[i];
		assert_int_equal(d->ops->create(d, &s), -EINVAL);
		assert_true(*d->ops->error(d));
	}
	assert_int_equal(d->ops->get(d, "x", 0, 0, &m), -ENXIO);
	s.name = "mpatha";
	assert_int_equal(d->ops->reload(d, &s, false), -EINVAL);
	check_texts(d, "mpatha", MPATHA_TABLE, MPATHA_STATUS);
	s.params = "0 0 0 0";
	s.name = "a/b";
	assert_int_equal(d->ops->create(d, &s), -EINVAL);
	s.name = "none";
	assert_int_equal(d->ops->reload(d, &s, false), -ENXIO);
	dmb_free(d);
}

static void test_reload(void **state)
{
	struct dm_spec s = { .name = "mpatha",
			     .target = "multipath",
			     .size = 1024,
			     .params = "0 0 1 1 queue-length 0 1 1 8:0 1" };
	struct dmb *d = replay();
	struct dm_map m;

	(void)state;
	assert_int_equal(d->ops->reload(d, &s, true), 0);
	m = get(d, "mpatha");
	assert_int_equal(m.size, 1024);
	assert_int_equal(m.minor, 1);
	assert_string_equal(m.uuid, "mpath-3600a");
	assert_string_equal(m.status, "2 0 0 0 1 1 A 0 1 1 8:0 A 0 0");
	dm_map_done(&m);
	s.target = "linear";
	s.params = "8:0 0";
	assert_int_equal(d->ops->reload(d, &s, false), 0);
	check_texts(d, "mpatha", "8:0 0", "");
	assert_int_equal(d->ops->message(d, "mpatha", "queue_if_no_path"), -EINVAL);
	dmb_free(d);
}

static void test_messages(void **state)
{
	struct dmb *d = replay();
	struct dm_map m;

	(void)state;
	assert_int_equal(d->ops->message(d, "mpatha", "fail_path 8:0"), 0);
	check_texts(d, "mpatha",
		    "1 queue_if_no_path 1 alua 2 1 service-time 0 1 2 8:0 1 1 service-time 0 1 2 "
		    "8:16 1 1",
		    "2 0 0 0 2 1 A 0 1 2 8:0 F 1 0 1 E 0 1 2 8:16 F 3 0 1");
	assert_int_equal(d->ops->message(d, "mpatha", "fail_path 8:0"), 0); /* counts once */
	assert_int_equal(d->ops->message(d, "mpatha", "reinstate_path 8:16"), 0);
	assert_int_equal(d->ops->message(d, "mpatha", "switch_group 2"), 0);
	assert_int_equal(d->ops->message(d, "mpatha", "disable_group 1"), 0);
	assert_int_equal(d->ops->message(d, "mpatha", "fail_if_no_path"), 0);
	check_texts(d, "mpatha",
		    "0 1 alua 2 2 service-time 0 1 2 8:0 1 1 service-time 0 1 2 8:16 1 1",
		    "2 0 0 0 2 2 D 0 1 2 8:0 F 1 0 1 A 0 1 2 8:16 A 3 0 1");
	assert_int_equal(d->ops->message(d, "mpatha", "enable_group 1"), 0);
	m = get(d, "mpatha");
	assert_int_equal(m.event_nr, 14);
	dm_map_done(&m);
	assert_int_equal(d->ops->message(d, "mpatha", "fail_path 9:9"), -EINVAL);
	assert_int_equal(d->ops->message(d, "mpatha", "switch_group 3"), -EINVAL);
	assert_int_equal(d->ops->message(d, "mpatha", "switch_group 0"), -EINVAL);
	assert_int_equal(d->ops->message(d, "mpatha", "frob 1"), -EINVAL);
	assert_int_equal(d->ops->message(d, "mpatha", "frob"), -EINVAL);
	assert_int_equal(d->ops->message(d, "mpatha", ""), -EINVAL);
	assert_int_equal(d->ops->message(d, "data-lv", "queue_if_no_path"), -EINVAL);
	assert_int_equal(d->ops->message(d, "none", "queue_if_no_path"), -ENXIO);
	dmb_free(d);
}

static void test_rename_remove(void **state)
{
	struct dmb *d = replay();
	struct dm_map m;

	(void)state;
	assert_int_equal(d->ops->rename(d, "mpatha", "data-lv", 0), -EBUSY);
	assert_int_equal(d->ops->rename(d, "mpatha", "a/../b", 0), -EINVAL);
	assert_int_equal(d->ops->rename(d, "none", "zz", 0), -ENXIO);
	assert_int_equal(d->ops->rename(d, "mpatha", "zz", 0), 0);
	check_texts(d, "zz", MPATHA_TABLE, MPATHA_STATUS);
	assert_int_equal(d->ops->remove(d, "mpatha", false, 0), -ENXIO);
	assert_int_equal(d->ops->remove(d, "zz", false, 0), -EBUSY);
	assert_int_equal(d->ops->remove(d, "zz", true, 0), 0);
	m = get(d, "zz");
	assert_true(m.deferred_remove);
	dm_map_done(&m);
	assert_int_equal(d->ops->message(d, "zz", "@cancel_deferred_remove"), 0);
	m = get(d, "zz");
	assert_false(m.deferred_remove);
	dm_map_done(&m);
	assert_int_equal(d->ops->remove(d, "odd name", false, 0), 0);
	assert_int_equal(d->ops->get(d, "odd name", 0, 0, &m), -ENXIO);
	assert_int_equal(d->ops->resume(d, "data-lv", 0), 0);
	m = get(d, "data-lv");
	assert_false(m.suspended);
	dm_map_done(&m);
	assert_int_equal(d->ops->suspend(d, "none", false), -ENXIO);
	dmb_free(d);
}

static void test_bad_records(void **state)
{
	struct tmpdir bad;
	struct dm_maps maps;
	struct dmb *d;
	char path[PATH_MAX];

	(void)state;
	tmpdir_make(&bad);
	assert_int_equal(dmb_replay(tmpdir_path(&bad, "dm", path), &d), 0);
	assert_int_equal(d->ops->list(d, 0, &maps), 0); /* no folder: no maps */
	assert_int_equal(maps.n, 0);
	dm_maps_done(&maps);
	dmb_free(d);
	tmpdir_file(&bad, "dm/mpatha", "dev: 254:0\nwhat is this\n");
	assert_int_equal(dmb_replay(path, &d), 0);
	assert_int_equal(d->ops->list(d, 0, &maps), -EINVAL);
	assert_non_null(strstr(d->ops->error(d), "mpatha"));
	tmpdir_file(&bad, "dm/mpatha", "dev: 254:0\n"); /* mended: the next call reads again */
	assert_int_equal(d->ops->list(d, 0, &maps), 0);
	assert_int_equal(maps.n, 1);
	dm_maps_done(&maps);
	dmb_free(d);
	dmb_free(NULL);
	tmpdir_remove(&bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),	      cmocka_unit_test(test_get),
		cmocka_unit_test(test_create),	      cmocka_unit_test(test_tables_refused),
		cmocka_unit_test(test_reload),	      cmocka_unit_test(test_messages),
		cmocka_unit_test(test_rename_remove), cmocka_unit_test(test_bad_records),
	};

	return cmocka_run_group_tests_name("dmb", tests, setup, teardown);
}
