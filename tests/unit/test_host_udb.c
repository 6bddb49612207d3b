// SPDX-License-Identifier: GPL-2.0-or-later
/* udb_replay: the text of `udevadm info -e`. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/host/udb.h"
#include "tests/unit/tmpdir.h"

static const char export_text[] = "P: /devices/h0/block/sda\n"
				  "N: sda\n"
				  "L: 0\n"
				  "S: disk/by-id/x\n"
				  "E: DEVNAME=/dev/sda\n"
				  "E: SUBSYSTEM=block\n"
				  "E: MAJOR=8\n"
				  "E: MINOR=0\n"
				  "E: USEC_INITIALIZED=1\n"
				  "E: ID_SERIAL=3600=with=signs\n"
				  "E: A_EMPTY=\n"
				  "E: novalue\n"
				  "\n"
				  "P: /devices/char\n"
				  "E: SUBSYSTEM=mem\n"
				  "E: MAJOR=8\n"
				  "E: MINOR=16\n"
				  "E: USEC_INITIALIZED=1\n"
				  "E: ID_SERIAL=wrong\n"
				  "\n"
				  "P: /devices/unhandled\n"
				  "E: SUBSYSTEM=block\n"
				  "E: MAJOR=8\n"
				  "E: MINOR=32\n"
				  "\n"
				  "P: /devices/odd\n"
				  "E: SUBSYSTEM=block\n"
				  "E: MAJOR=-8\n"
				  "E: MINOR=99999999999\n"
				  "\n\n"
				  "P: /devices/last\n"
				  "E: SUBSYSTEM=block\r\n"
				  "E: MAJOR=259\n"
				  "E: MINOR=300\n"
				  "E: USEC_INITIALIZED=1";

static void test_records(void **state)
{
	struct tmpdir tmp;
	struct udev_props p = { 0 };
	struct udb *u;
	char path[PATH_MAX];

	(void)state;
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "export", export_text);
	assert_int_equal(udb_replay(tmpdir_path(&tmp, "export", path), &u), 0);
	assert_int_equal(udb_get(u, makedev(8, 0), &p), 0);
	assert_true(p.initialized);
	assert_int_equal(p.n, 7);
	assert_string_equal(p.list[0].key, "A_EMPTY");
	assert_string_equal(udev_prop(&p, "A_EMPTY"), "");
	assert_string_equal(udev_prop(&p, "ID_SERIAL"), "3600=with=signs");
	assert_null(udev_prop(&p, "ID"));
	udev_props_done(&p);
	assert_null(udev_prop(&p, "ID_SERIAL"));
	assert_int_equal(udb_get(u, makedev(8, 16), &p), -ENODATA);
	assert_int_equal(udb_get(u, makedev(8, 32), &p), -ENODATA);
	assert_int_equal(udb_get(u, makedev(8, 48), &p), -ENODATA);
	assert_int_equal(udb_get(u, makedev(259, 300), &p), 0);
	udev_props_done(&p);
	udb_free(u);
	tmpdir_remove(&tmp);
}

static void test_absent_and_odd(void **state)
{
	struct tmpdir tmp;
	struct udev_props p;
	struct udb *u;
	char path[PATH_MAX];

	(void)state;
	tmpdir_make(&tmp);
	assert_int_equal(udb_replay(tmpdir_path(&tmp, "none", path), &u), 0);
	assert_int_equal(udb_get(u, makedev(8, 0), &p), -ENODATA);
	udb_free(u);
	assert_int_equal(udb_replay(tmp.path, &u), -EISDIR);
	tmpdir_link(&tmp, "export", "/etc/passwd");
	assert_int_equal(udb_replay(tmpdir_path(&tmp, "export", path), &u), -ELOOP);
	tmpdir_file(&tmp, "empty", "\n\n\n");
	assert_int_equal(udb_replay(tmpdir_path(&tmp, "empty", path), &u), 0);
	udb_free(u);
	tmpdir_remove(&tmp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_absent_and_odd),
	};

	return cmocka_run_group_tests_name("udb", tests, NULL, NULL);
}
