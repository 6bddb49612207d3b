/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a WWID comes from, what is done to it, and which texts are safe; states and words of paths;
 * detection. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/detect.h"
#include "core/model/wwid.h"

static struct udev_prop props[2];

static uint8_t page83[] = { 0, 0x83, 0, 20,   1, 3,    0, 8, 0x50, 1, 2, 3,
			    4, 5,    6, 0xff, 1, 0x95, 0, 4, 0,	   0, 1, 2 };

static struct blkdev dev_with(enum bus bus, const char *key, const char *value)
{
	struct blkdev d = { .name = "sda", .bus = bus };

	if (key) {
		props[0] = (struct udev_prop){ (char *)key, (char *)value };
		d.udev = (struct udev_props){ .list = props, .n = 1, .initialized = true };
	}
	return d;
}

static void expect(const struct blkdev *d, const char *property, const char *env, const char *wwid,
		   const char *source, bool fallback)
{
	struct wwid_result r = { .text = "untouched" };
	int rc = wwid_resolve(d, property, env, &r);

	assert_int_equal(rc, wwid ? 0 : -ENODATA);
	assert_string_equal(r.text, wwid ? wwid : "untouched");
	if (!wwid)
		return;
	assert_string_equal(r.source, source);
	assert_int_equal(r.fallback, fallback);
}

static void from_udev(void **state)
{
	struct blkdev d = dev_with(BUS_SCSI, "ID_SERIAL", "36001 405  ");

	(void)state;
	expect(&d, "ID_SERIAL", NULL, "36001 405", "udev", false);
	expect(&d, "ID_SERIAL", "env", "36001 405", "udev", false);
	expect(&d, "ID_UID", "36-from-environment", "36-from-environment", "udev", false);
	expect(&d, "ID_UID", NULL, NULL, NULL, false);
	d = dev_with(BUS_CCISS, "ID_SERIAL", "36001405");
	expect(&d, "ID_SERIAL", NULL, "36001405", "udev", false);
	d.udev.n = 0;
	expect(&d, "ID_SERIAL", NULL, NULL, NULL, false);
	expect(&d, "", NULL, NULL, NULL, false);
}

static void from_vpd83(void **state)
{
	struct blkdev d = dev_with(BUS_SCSI, "ID_SERIAL", "");
	struct wwid_result r = { 0 };

	(void)state;
	assert_int_equal(wwid_resolve(&d, "ID_SERIAL", NULL, &r), -EAGAIN);
	assert_true(r.need_vpd83);
	d.vpd83 = (struct bytes){ page83, sizeof(page83) };
	expect(&d, "ID_SERIAL", NULL, "350010203040506ff", "sysfs", true);
	expect(&d, "", NULL, "350010203040506ff", "sysfs", true);
	expect(&d, "ID_WWN", NULL, NULL, NULL, false); /* not this bus's own property */
	d.vpd83_asked = true;
	expect(&d, "ID_SERIAL", NULL, "350010203040506ff", "sgio", true);
	d.vpd83.len = 3;
	expect(&d, "ID_SERIAL", NULL, NULL, NULL, false);
	/* uid_attribute "" never looks at udev */
	d = dev_with(BUS_SCSI, "ID_SERIAL", "36001405");
	d.vpd83 = (struct bytes){ page83, sizeof(page83) };
	expect(&d, "", NULL, "350010203040506ff", "sysfs", true);
}

static void from_nvme_and_dasd(void **state)
{
	struct blkdev d = dev_with(BUS_NVME, NULL, NULL);

	(void)state;
	strcpy(d.nvme_wwid, "uuid.0f4dd8aa \n");
	expect(&d, "ID_WWN", NULL, "uuid.0f4dd8aa", "sysfs", true);
	expect(&d, "ID_SERIAL", NULL, NULL, NULL, false);
	d = dev_with(BUS_CCW, NULL, NULL);
	expect(&d, "ID_UID", NULL, NULL, NULL, false);
	strcpy(d.ccw_uid, "IBM.750000000W2091.6e20.1f.00000000000000010000000000000000");
	expect(&d, "ID_UID", NULL, "IBM.750000000W2091.6e20.1f", "sysfs", true);
	strcpy(d.ccw_uid, "IBM.7500");
	expect(&d, "ID_UID", NULL, "IBM.7500", "sysfs", true);
	memset(d.ccw_uid, 'x', sizeof(d.ccw_uid) - 1);
	assert_int_equal(wwid_resolve(&d, "ID_UID", NULL, &(struct wwid_result){ 0 }), 0);
}

static void over_long_nvme_is_shortened(void **state)
{
	struct blkdev d = dev_with(BUS_NVME, NULL, NULL);
	struct wwid_result r;
	char *at = d.nvme_wwid;

	(void)state;
	at += sprintf(at, "nvme.1234-"); /* "AB" and "CD", padded to 20 and 40 bytes */
	at += sprintf(at, "4142%036d-", 0);
	sprintf(at, "4344%076d-00000001", 0);
	assert_int_equal(strlen(d.nvme_wwid), 140);
	assert_int_equal(wwid_resolve(&d, "ID_WWN", NULL, &r), 0);
	assert_string_equal(r.text, "nvme.1234-4142-4344-00000001");
	assert_true(r.shortened);
	assert_false(r.overflow);
	/* blanks instead of zeros: nothing to strip */
	memset(d.nvme_wwid + 10, '2', 40);
	memset(d.nvme_wwid + 51, '2', 80);
	assert_int_equal(wwid_resolve(&d, "ID_WWN", NULL, &r), 0);
	assert_true(r.overflow);
	assert_false(r.shortened);
	assert_int_equal(strlen(r.text), 127);
	/* no such form at all */
	for (size_t n = 128; n < 250; n++) {
		memset(d.nvme_wwid, 'n', n);
		d.nvme_wwid[n] = '\0';
		assert_int_equal(wwid_resolve(&d, "ID_WWN", NULL, &r), 0);
		assert_true(r.overflow);
	}
	strcpy(d.nvme_wwid, "nvme.1-");
	assert_int_equal(wwid_resolve(&d, "ID_WWN", NULL, &r), 0);
	assert_string_equal(r.text, "nvme.1-");
}

static void over_long_property_is_cut(void **state)
{
	char text[5000];
	struct wwid_result r;
	struct blkdev d;

	(void)state;
	for (size_t n = 126; n < sizeof(text); n += n < 130 ? 1 : 700) {
		memset(text, 'a', n);
		text[n] = '\0';
		d = dev_with(BUS_SCSI, "ID_SERIAL", text);
		assert_int_equal(wwid_resolve(&d, "ID_SERIAL", NULL, &r), 0);
		assert_int_equal(strlen(r.text), n < 127 ? n : 127);
		assert_int_equal(r.overflow, n > 127);
	}
}

static void uid_attrs(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(wwid_uid_attr("sd:ID_SERIAL dasd:ID_UID", "dasda", buf, 32), "ID_UID");
	assert_string_equal(wwid_uid_attr(" sd:ID_SERIAL", "sdzz", buf, 32), "ID_SERIAL");
	assert_string_equal(wwid_uid_attr("a:b:ID_X", "a:b1", buf, 32), "ID_X");
	assert_null(wwid_uid_attr("sd:ID_SERIAL", "nvme0n1", buf, 32));
	assert_null(wwid_uid_attr("", "sda", buf, 32));
	assert_null(wwid_uid_attr(NULL, "sda", buf, 32));
	assert_null(wwid_uid_attr("sd", "sda", buf, 32));
	assert_null(wwid_uid_attr("sd:ID_SERIAL", "sda", buf, 9));
	assert_true(wwid_default_property(BUS_SCSI, "ID_SERIAL"));
	assert_false(wwid_default_property(BUS_SCSI, "ID_WWN"));
	assert_true(wwid_default_property(BUS_NVME, "ID_WWN"));
	assert_true(wwid_default_property(BUS_CCW, "ID_UID"));
	assert_false(wwid_default_property(BUS_CCISS, "ID_SERIAL"));
}

/* Advisory: path traversal in failed_wwids. */
static void advisory_path_traversal_in_failed_wwids(void **state)
{
	char text[4097];

	(void)state;
	assert_true(wwid_safe("3600140059e8ba68638854e9093f3ba3a"));
	assert_true(wwid_safe("1LIO-ORG a.b..c"));
	assert_true(wwid_safe("..."));
	assert_true(wwid_safe("h\xc3\xa9llo"));
	assert_false(wwid_safe(""));
	assert_false(wwid_safe("."));
	assert_false(wwid_safe(".."));
	assert_false(wwid_safe("../../etc/shadow"));
	assert_false(wwid_safe("/etc"));
	assert_false(wwid_safe("a/b"));
	assert_false(wwid_safe("a\nmpatha b"));
	assert_false(wwid_safe("a\033[2J"));
	assert_false(wwid_safe("a\x7f"));
	assert_false(wwid_safe("a\x9b"
			       "2J")); /* CSI as one byte */
	assert_false(wwid_safe("a\xc2\x9b"
			       "2J"));	      /* and in UTF-8 */
	assert_false(wwid_safe("a\xc0\xaf")); /* '/' in too many bytes */
	assert_false(wwid_safe("a\xed\xa0\x80"));
	assert_false(wwid_safe("a\xf4\x90\x80\x80"));
	assert_false(wwid_safe("a\xe2\x82"));
	memset(text, 'a', 4096);
	for (size_t n = 1; n <= 4096; n = n < 130 ? n + 1 : n * 2) {
		text[n] = '\0';
		assert_int_equal(wwid_safe(text), n < WWID_MAX);
		text[n] = 'a';
	}
	for (int c = 1; c < 0x20; c++)
		assert_false(wwid_safe((char[]){ 'a', (char)c, 0 }));
}

static enum path_state scsi_state(enum bus bus, const char *text)
{
	struct blkdev d = { .bus = bus };

	strcpy(d.state, text);
	return path_sysfs_state(&d);
}

static void state_attribute(void **state)
{
	(void)state;
	assert_int_equal(scsi_state(BUS_SCSI, "running"), PATH_UP);
	assert_int_equal(scsi_state(BUS_SCSI, "running\n"), PATH_UP);
	assert_int_equal(scsi_state(BUS_SCSI, "offline"), PATH_DOWN);
	assert_int_equal(scsi_state(BUS_SCSI, "transport-offline"), PATH_DOWN);
	assert_int_equal(scsi_state(BUS_SCSI, "blocked"), PATH_PENDING);
	assert_int_equal(scsi_state(BUS_SCSI, "quiesce"), PATH_PENDING);
	assert_int_equal(scsi_state(BUS_SCSI, "created"), PATH_PENDING);
	assert_int_equal(scsi_state(BUS_SCSI, "cancel"), PATH_DOWN);
	assert_int_equal(scsi_state(BUS_SCSI, "live"), PATH_DOWN);
	assert_int_equal(scsi_state(BUS_SCSI, ""), PATH_REMOVED);
	assert_int_equal(scsi_state(BUS_NVME, "live"), PATH_UP);
	assert_int_equal(scsi_state(BUS_NVME, "new"), PATH_PENDING);
	assert_int_equal(scsi_state(BUS_NVME, "deleting"), PATH_PENDING);
	assert_int_equal(scsi_state(BUS_NVME, "dead"), PATH_DOWN);
	assert_int_equal(scsi_state(BUS_NVME, ""), PATH_REMOVED);
	assert_int_equal(scsi_state(BUS_CCW, ""), PATH_UP);
}

static void words(void **state)
{
	(void)state;
	assert_string_equal(path_state_log(PATH_UP), "up");
	assert_string_equal(path_state_shown(PATH_UP), "ready");
	assert_string_equal(path_state_shown(PATH_DOWN), "faulty");
	assert_string_equal(path_state_shown(PATH_PENDING), "i/o pending");
	assert_string_equal(path_state_shown(PATH_WILD), "undef");
	assert_string_equal(path_state_log((enum path_state)99), "wild");
	assert_string_equal(protocol_name(PROTO_SCSI_ISCSI), "scsi:iscsi");
	assert_string_equal(protocol_name(PROTO_NVME_APPLE), "nvme:apple-nvme");
	assert_string_equal(protocol_name((enum protocol)99), "undef");
}

static const char *prio_of(const struct blkdev *d, int tpgs, bool rdac, bool ana)
{
	const struct prioritizer *p =
		detect_prio(d, &(struct detect_facts){ .tpgs = tpgs, .rdac = rdac, .ana = ana });

	return p ? p->name : "";
}

static const char *checker_of(const struct blkdev *d, int tpgs, bool rdac)
{
	const struct checker *c =
		detect_checker(d, &(struct detect_facts){ .tpgs = tpgs, .rdac = rdac });

	return c ? c->name : "";
}

static void detection(void **state)
{
	static uint8_t inq[36] = { 0, 0, 6, 2, 31, 0x10 };
	struct blkdev d = { .bus = BUS_SCSI };

	(void)state;
	assert_string_equal(prio_of(&d, 0, false, true), "");
	assert_string_equal(prio_of(&d, 1, false, false), "alua");
	assert_string_equal(checker_of(&d, 0, false), "");
	assert_string_equal(checker_of(&d, 1, false), "tur");
	assert_string_equal(checker_of(&d, 3, true), "rdac");
	assert_string_equal(checker_of(&d, 0, true), "rdac");
	strcpy(d.access_state, "standby");
	assert_string_equal(prio_of(&d, 0, false, false), "");
	assert_string_equal(prio_of(&d, 1, false, false), "sysfs");
	assert_string_equal(prio_of(&d, 2, true, false), "sysfs");
	assert_string_equal(prio_of(&d, 3, true, false), "sysfs");
	assert_string_equal(prio_of(&d, 1, true, false), "alua");
	assert_int_equal(detect_tpgs(&d, true), 0);
	d.inquiry = (struct bytes){ inq, sizeof(inq) };
	assert_int_equal(detect_tpgs(&d, true), 0);
	d.vpd83 = (struct bytes){ page83, sizeof(page83) };
	assert_int_equal(detect_tpgs(&d, true), 1);
	assert_int_equal(detect_tpgs(&d, false), 0);
	assert_true(detect_wants_rdac(&d, NULL));
	assert_true(detect_wants_rdac(&d, "rdac"));
	assert_false(detect_wants_rdac(&d, "directio"));
	d.bus = BUS_NVME;
	assert_string_equal(prio_of(&d, 1, true, false), "");
	assert_string_equal(prio_of(&d, 0, false, true), "ana");
	assert_string_equal(checker_of(&d, 1, true), "");
	assert_int_equal(detect_tpgs(&d, true), 0);
	d.bus = BUS_CCW;
	assert_string_equal(prio_of(&d, 1, true, true), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_udev),
		cmocka_unit_test(from_vpd83),
		cmocka_unit_test(from_nvme_and_dasd),
		cmocka_unit_test(over_long_nvme_is_shortened),
		cmocka_unit_test(over_long_property_is_cut),
		cmocka_unit_test(uid_attrs),
		cmocka_unit_test(advisory_path_traversal_in_failed_wwids),
		cmocka_unit_test(state_attribute),
		cmocka_unit_test(words),
		cmocka_unit_test(detection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
