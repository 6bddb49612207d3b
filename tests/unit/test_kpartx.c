// SPDX-License-Identifier: GPL-2.0-or-later
/* kpartx on a recorded host: list, add, update and remove maps in memory; kpartx_id from sysfs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/engine/kpartx.h"
#include "core/engine/log.h"
#include "core/engine/partid.h"
#include "parser/strbuf.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;
static struct host *h;
static const struct kpartx_opts plain;

/* A DOS table in 512 bytes, the rest zeros: three partitions, the third ends behind the device. */
static void write_disk(const char *folder, const char *third)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	char path[128];

	sb_add(&sb, "0 0 0 -\n");
	sb_fill(&sb, '0', 2 * 0x1be);
	sb_add(&sb, "\n00000000 83000000 00080000 00080000\n"
		    "00000000 83000000 00100000 00040000\n");
	sb_add(&sb, third);
	sb_fill(&sb, '0', 32);
	sb_add(&sb, "\n55aa\n");
	snprintf(path, sizeof(path), "scsi/%s/read-0", folder);
	tmpdir_file(&tmp, path, sb_str(&sb));
	snprintf(path, sizeof(path), "scsi/%s/read", folder);
	tmpdir_file(&tmp, path, "0 0 0 -\n");
}

#define NO_THIRD   "00000000 00000000 00000000 00000000\n"
#define FAR_THIRD  "00000000 83000000 003f0000 00020000\n"
#define GOOD_THIRD "00000000 83000000 00180000 00020000\n"

static int setup(void **state)
{
	(void)state;
	log_verbosity(-1);
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "dm/mpatha",
		    "uuid: mpath-3600a\ndev: 254:3\n"
		    "table: 0 16384 multipath 0 0 1 1 service-time 0 1 2 8:0 1 1 \n");
	tmpdir_file(&tmp, "dm/mpath0",
		    "uuid: mpath-3600b\ndev: 254:4\n"
		    "table: 0 16384 multipath 1 no_partitions 0 1 1 service-time 0 1 2 8:0 1 1 \n");
	write_disk("dm-3", NO_THIRD);
	write_disk("dm-4", NO_THIRD);
	tmpdir_file(&tmp, "sys/devices/sda/size", "16384\n");
	tmpdir_file(&tmp, "sys/devices/sda/ro", "1\n");
	tmpdir_file(&tmp, "sys/devices/sda/dev", "8:0\n");
	tmpdir_file(&tmp, "sys/devices/dm-3/dm/name", "mpatha\n");
	tmpdir_file(&tmp, "sys/devices/dm-3/dm/uuid", "mpath-3600a\n");
	tmpdir_link(&tmp, "sys/devices/dm-3/slaves/sda", "../../sda");
	tmpdir_link(&tmp, "sys/devices/dm-5/slaves/dm-3", "../../dm-3");
	tmpdir_link(&tmp, "sys/class/block/sda", "../../devices/sda");
	tmpdir_link(&tmp, "sys/class/block/dm-3", "../../devices/dm-3");
	tmpdir_link(&tmp, "sys/class/block/dm-5", "../../devices/dm-5");
	tmpdir_link(&tmp, "sys/dev/block/8:0", "../../devices/sda");
	tmpdir_link(&tmp, "sys/dev/block/254:3", "../../devices/dm-3");
	tmpdir_link(&tmp, "sys/dev/block/254:5", "../../devices/dm-5");
	write_disk("sda", NO_THIRD);
	assert_int_equal(host_replay(tmp.path, &h), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	host_free(h);
	tmpdir_remove(&tmp);
	return 0;
}

static struct kpartx_disk opened(const char *path)
{
	struct kpartx_disk d;

	assert_int_equal(kpartx_open(h, path, &plain, false, &d), KPARTX_OPEN);
	return d;
}

static void expect_list(const char *path, const struct kpartx_opts *o, const char *want)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct kpartx_disk d = opened(path);
	struct ptable t;

	assert_int_equal(kpartx_table(h, &d, o, &t), 0);
	kpartx_list(&d, o, &t, &out);
	assert_string_equal(sb_str(&out), want);
	assert_int_equal(kpartx_close(h, &d, true), 0);
}

static void test_list(void **state)
{
	const struct kpartx_opts part = { .delim = "-part" };

	(void)state;
	expect_list("/dev/mapper/mpatha", &plain,
		    "mpatha1 : 0 2048 /dev/mapper/mpatha 2048\n"
		    "mpatha2 : 0 1024 /dev/mapper/mpatha 4096\n");
	expect_list("/dev/mapper/mpath0", &part,
		    "mpath0-part1 : 0 2048 /dev/mapper/mpath0 2048\n"
		    "mpath0-part2 : 0 1024 /dev/mapper/mpath0 4096\n");
	expect_list("/dev/sda", &plain,
		    "sda1 : 0 2048 /dev/sda 2048\nsda2 : 0 1024 /dev/sda 4096\n");
}

static void test_open(void **state)
{
	struct kpartx_disk d;

	(void)state;
	assert_int_equal(kpartx_open(h, "/dev/nosuch", &plain, true, &d), KPARTX_MISSING);
	assert_int_equal(kpartx_open(h, "/dev/null", &plain, true, &d), KPARTX_FAILED);
	d = opened("/dev/mapper/mpath0");
	assert_true(d.skip);
	assert_string_equal(d.uuid, "mpath-3600b");
	kpartx_close(h, &d, false);
	d = opened("/dev/sda");
	assert_false(d.skip);
	assert_true(d.read_only);
	assert_string_equal(d.uuid, "devnode_8:0_Wh5pYvM");
	kpartx_close(h, &d, false);
}

/* Make the maps be those of the table; the number of failures. */
static unsigned int update(struct kpartx_disk *d, const struct kpartx_opts *o)
{
	struct partmap_plan p;
	unsigned int failures;
	struct ptable t;

	assert_int_equal(kpartx_table(h, d, o, &t), 0);
	assert_int_equal(kpartx_plan(h, d, o, &t, true, &p), 0);
	failures = kpartx_carry_out(h, d, o, &p);
	partmap_plan_done(&p);
	return failures + t.n_refused;
}

static void expect_map(const char *name, const char *uuid, const char *table)
{
	struct dm_map m;

	if (!table) {
		assert_int_equal(h->dmb->ops->get(h->dmb, name, 0, DM_TABLE, &m), -ENXIO);
		return;
	}
	assert_int_equal(h->dmb->ops->get(h->dmb, name, 0, DM_TABLE, &m), 0);
	assert_string_equal(m.uuid, uuid);
	assert_string_equal(m.target, "linear");
	assert_string_equal(m.table, table);
	dm_map_done(&m);
}

static void test_add_update_remove(void **state)
{
	const struct kpartx_opts part = { .delim = "-part", .no_wait = true };
	struct kpartx_disk d = opened("/dev/mapper/mpatha");
	struct partmap_plan p;

	(void)state;
	assert_int_equal(update(&d, &plain), 0);
	expect_map("mpatha1", "part1-mpath-3600a", "254:3 2048");
	expect_map("mpatha2", "part2-mpath-3600a", "254:3 4096");
	write_disk("dm-3", FAR_THIRD);
	assert_int_equal(update(&d, &plain), 1);
	expect_map("mpatha3", NULL, NULL);
	write_disk("dm-3", GOOD_THIRD);
	assert_int_equal(update(&d, &part), 0);
	expect_map("mpatha1", NULL, NULL);
	expect_map("mpatha-part1", "part1-mpath-3600a", "254:3 2048");
	expect_map("mpatha-part3", "part3-mpath-3600a", "254:3 6144");
	write_disk("dm-3", NO_THIRD);
	assert_int_equal(update(&d, &part), 0);
	expect_map("mpatha-part3", NULL, NULL);
	assert_int_equal(kpartx_plan_removal(h, &d, &plain, &p), 0);
	assert_int_equal(p.n, 2);
	assert_int_equal(kpartx_carry_out(h, &d, &plain, &p), 0);
	partmap_plan_done(&p);
	expect_map("mpatha-part1", NULL, NULL);
	kpartx_close(h, &d, false);
}

static void test_unreadable(void **state)
{
	struct kpartx_disk d = opened("/dev/mapper/mpatha");
	struct ptable t;

	(void)state;
	tmpdir_file(&tmp, "scsi/dm-3/read-0", "error EIO\n");
	assert_int_equal(kpartx_table(h, &d, &plain, &t), -EIO);
	assert_int_equal(t.n, 0);
	kpartx_close(h, &d, false);
}

static void expect_id(dev_t devno, const char *uuid, const char *want)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;

	part_id(h, devno, uuid, &out);
	assert_string_equal(sb_str(&out), want);
}

static void test_part_id(void **state)
{
	(void)state;
	expect_id(makedev(254, 3), "mpath-3600a", "DM_TYPE=scsi\nDM_WWN=0x600a\nDM_SERIAL=3600a\n");
	expect_id(makedev(254, 5), "part2-mpath-3600a",
		  "DM_MPATH=mpatha\nDM_PART=2\nDM_TYPE=scsi\nDM_WWN=0x600a\nDM_SERIAL=3600a\n");
	expect_id(makedev(254, 9), "part3-devnode_7:0_Wh5pYvM", "DM_PART=3\nDM_TYPE=raid\n");
	expect_id(makedev(254, 9), "LVM-x", "DM_TYPE=raid\n");
	expect_id(makedev(254, 9), "", "DM_TYPE=raid\n");
	expect_id(makedev(254, 3), "mpath-3\nDM_SERIAL=x", "DM_TYPE=scsi\n");
	tmpdir_file(&tmp, "sys/devices/sda/dev", "94:0\n");
	expect_id(makedev(254, 3), "mpath-IBM.75", "DM_TYPE=ccw\nDM_SERIAL=IBM.75\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_add_update_remove, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_part_id, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
