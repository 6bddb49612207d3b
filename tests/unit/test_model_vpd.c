/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page 83h with every kind of designator, page 80h, target ports, vendor pages; all cut short. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/vpd.h"

/* Designators as they stand in pages: code set, association and type, reserved, length, data. */
#define NAA6                                                                                       \
	1, 3, 0, 16, 0x60, 1, 0x40, 5, 0x9e, 0x8b, 0xa6, 0x86, 0x38, 0x85, 0x4e, 0x90, 0x93, 0xf3, \
		0xba, 0x3a
#define NAA6_TEXT "3600140059e8ba68638854e9093f3ba3a"
#define NAA5	  1, 3, 0, 8, 0x50, 1, 2, 3, 4, 5, 6, 0xff
#define NAA2	  1, 3, 0, 8, 0x20, 1, 2, 3, 4, 5, 6, 7
#define NAA3	  1, 3, 0, 8, 0x33, 1, 2, 3, 4, 5, 6, 7
#define EUI8	  1, 2, 0, 8, 0, 2, 0xc9, 3, 4, 5, 6, 7
#define EUI12	  1, 2, 0, 12, 0, 2, 0xc9, 3, 4, 5, 6, 7, 8, 9, 10, 11
#define EUI16	  1, 2, 0, 16, 0, 2, 0xc9, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#define T10                                                                                        \
	2, 1, 0, 16, 'L', 'I', 'O', '-', 'O', 'R', 'G', ' ', 's', 't', ' ', ' ', 'r', ':', '1', ' '
#define NAME_NAA                                                                                   \
	3, 8, 0, 24, 'n', 'a', 'a', '.', '5', '0', '0', '0', 'C', 'A', 'F', 'E', '0', '0', '0',    \
		'0', '0', '0', '0', '1', 0, 0, 0, 0
#define NAME_EUI                                                                                   \
	3, 8, 0, 20, 'e', 'u', 'i', '.', '0', '0', '0', '2', 'C', '9', '0', '0', '0', '0', '0',    \
		'0', '0', '0', '0', '1'
#define NAME_IQN  3, 8, 0, 12, 'i', 'q', 'n', '.', '2', '0', '0', '1', '.', 'A', 'b', 0
#define NAME_ODD  3, 8, 0, 8, 'u', 'u', 'i', 'd', '.', '1', '2', 0
#define VENDOR	  1, 0, 0, 4, 'a', 'b', 'c', 'd'
#define REL_PORT  1, 0x94, 0, 4, 0, 0, 0, 7
#define TPG	  1, 0x95, 0, 4, 0, 0, 1, 2
#define NAA5_PORT 1, 0x93, 0, 8, 0x50, 9, 9, 9, 9, 9, 9, 9
#define NAA5_DEV  1, 0xa3, 0, 8, 0x50, 8, 8, 8, 8, 8, 8, 8

static size_t make_page(uint8_t *page, uint8_t code, const uint8_t *body, size_t n)
{
	page[0] = 0;
	page[1] = code;
	page[2] = (uint8_t)(n >> 8);
	page[3] = (uint8_t)n;
	memcpy(page + 4, body, n);
	return n + 4;
}

/* On a buffer of just that size, so that ASan sees every step too far. */
static int wwid_exact(const uint8_t *page, size_t len, char *out, size_t cap)
{
	uint8_t *exact = malloc(len + !len);
	int rc;

	memcpy(exact, page, len);
	rc = vpd83_wwid(exact, len, out, cap);
	free(exact);
	return rc;
}

static void expect_wwid(const uint8_t *body, size_t n, const char *wwid)
{
	uint8_t page[512];
	char out[WWID_MAX] = "untouched";
	size_t len = make_page(page, 0x83, body, n);
	int rc = wwid_exact(page, len, out, sizeof(out));

	if (!wwid) {
		assert_int_equal(rc, -ENODATA);
		assert_string_equal(out, "untouched");
	} else {
		assert_int_equal(rc, 0);
		assert_string_equal(out, wwid);
	}
}

#define EXPECT(wwid, ...)                                                                          \
	do {                                                                                       \
		static const uint8_t body[] = { __VA_ARGS__ };                                     \
		expect_wwid(body, sizeof(body), wwid);                                             \
	} while (0)

static void every_kind_of_designator(void **state)
{
	(void)state;
	EXPECT(NAA6_TEXT, NAA6);
	EXPECT("35001020304"
	       "0506ff",
	       NAA5);
	EXPECT("32001020304050607", NAA2);
	EXPECT("33301020304050607", NAA3);
	EXPECT("20002c90304050607", EUI8);
	EXPECT("20002c9030405060708090a0b", EUI12);
	EXPECT("20002c9030405060708090a0b0c0d0e0f", EUI16);
	EXPECT("1LIO-ORG_st_r:1", T10);
	EXPECT("35000cafe00000001", NAME_NAA);
	EXPECT("20002c90000000001", NAME_EUI);
	EXPECT("82001.Ab", NAME_IQN);
}

static void designators_that_name_nothing(void **state)
{
	(void)state;
	EXPECT(NULL, VENDOR);
	EXPECT(NULL, REL_PORT, TPG, NAA5_PORT, NAA5_DEV);
	EXPECT(NULL, NAME_ODD);
	EXPECT(NULL, 3, 8, 0, 4, 'n', 'a', 'a', '.');
	EXPECT(NULL, 3, 8, 0, 8, 'n', 'a', 'a', '.', 0, 0, 0, 0);
	EXPECT(NULL, 1, 3, 0, 0);			     /* NAA of no length */
	EXPECT(NULL, 1, 3, 0, 8, 0x60, 1, 2, 3, 4, 5, 6, 7); /* NAA 6 must have 16 bytes */
	EXPECT(NULL, 1, 3, 0, 8, 0x40, 1, 2, 3, 4, 5, 6, 7); /* no such NAA */
	EXPECT(NULL, 1, 2, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
	EXPECT(NULL, 2, 1, 0, 7, 'A', 'B', 'C', 'D', 'E', 'F', 'G');
	EXPECT(NULL, 2, 1, 0, 8, ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ');
	EXPECT(NULL, 1, 7, 0, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/* Best first: NAA 6, 5, 2, EUI-64, name, T10 vendor, NAA 3, whatever their order in the page. */
static void order_of_preference(void **state)
{
	(void)state;
	EXPECT(NAA6_TEXT, NAA3, T10, NAME_IQN, EUI8, NAA2, NAA5, NAA6);
	EXPECT("350010203040506ff", NAA3, T10, NAME_IQN, EUI8, NAA2, NAA5);
	EXPECT("32001020304050607", NAA3, T10, NAME_IQN, EUI8, NAA2);
	EXPECT("20002c90304050607", NAA3, T10, NAME_IQN, EUI8);
	EXPECT("82001.Ab", NAA3, T10, NAME_IQN);
	EXPECT("1LIO-ORG_st_r:1", NAA3, T10);
	EXPECT("1LIO-ORG_st_r:1", NAME_ODD, T10, NAA3);
	/* among equals the first */
	EXPECT("20002c90304050607", EUI8, EUI16);
	EXPECT("350010203040506ff", NAA5, 1, 3, 0, 8, 0x51, 1, 2, 3, 4, 5, 6, 7);
	/* the port's and the target device's names are not the unit's */
	EXPECT("350010203040506ff", NAA5_PORT, NAA5_DEV, REL_PORT, NAA5);
}

/* 0.15.0: the old SCSI-2 form of VPD page 83h, as Symmetrix of old gives it. */
static void old_scsi2_form(void **state)
{
	EXPECT("360060480000001855012353303030353", 0x60, 0x06, 0x04, 0x80, 0x00, 0x00, 0x01, 0x85,
	       0x50, 0x12, 0x35, 0x33, 0x03, 0x03, 0x03, 0x53);
	(void)state;
	EXPECT("36006048000001855", 0x60, 0x06, 0x04, 0x80, 0x00, 0x00, 0x18, 0x55);
}

static void malformed_lengths_are_clipped(void **state)
{
	static const uint8_t body[] = { NAA5, NAA6 };
	uint8_t page[64];
	char out[WWID_MAX];
	size_t len = make_page(page, 0x83, body, sizeof(body));

	(void)state;
	page[2] = 0xff; /* more than there is */
	assert_int_equal(wwid_exact(page, len, out, sizeof(out)), 0);
	assert_string_equal(out, NAA6_TEXT);
	page[2] = 0;
	page[3] = 12; /* less than there is */
	assert_int_equal(wwid_exact(page, len, out, sizeof(out)), 0);
	assert_string_equal(out, "350010203040506ff");
	page[3] = (uint8_t)sizeof(body);
	page[4 + 12 + 3] = 255; /* a designator that claims to go on */
	assert_int_equal(wwid_exact(page, len, out, sizeof(out)), 0);
	assert_string_equal(out, "350010203040506ff");
	page[1] = 0x80; /* another page */
	assert_int_equal(wwid_exact(page, len, out, sizeof(out)), -ENODATA);
}

static void truncated_at_every_byte(void **state)
{
	static const uint8_t body[] = { T10, NAA3, NAME_NAA, EUI8, NAA2, NAA5, NAA6 };
	uint8_t page[256];
	char out[WWID_MAX];
	size_t len = make_page(page, 0x83, body, sizeof(body));
	unsigned int v;

	(void)state;
	for (size_t n = 0; n <= len; n++) {
		int rc = wwid_exact(page, n, out, sizeof(out));

		assert_int_equal(rc, n < 24 ? -ENODATA : 0);
		vpd83_tpg(page, n, &v);
		vpd83_rel_port(page, n, &v);
	}
	assert_string_equal(out, NAA6_TEXT);
}

static void output_of_every_size(void **state)
{
	static const uint8_t body[] = { NAA6 };
	uint8_t page[64];
	size_t len = make_page(page, 0x83, body, sizeof(body));

	(void)state;
	for (size_t cap = 0; cap < 40; cap++) {
		char *out = malloc(cap + !cap);
		int rc = vpd83_wwid(page, len, out, cap);

		assert_int_equal(rc, cap > 33 ? 0 : -EOVERFLOW);
		if (cap)
			assert_memory_equal(out, NAA6_TEXT, strlen(out));
		if (cap)
			assert_int_equal(strlen(out), cap > 33 ? 33 : cap - 1);
		free(out);
	}
}

static void long_name_overflows_with_text_cut(void **state)
{
	uint8_t body[4 + 200] = { 2, 1, 0, 200 }, page[256];
	char out[WWID_MAX];
	size_t len;

	(void)state;
	memset(body + 4, 'x', 200);
	len = make_page(page, 0x83, body, sizeof(body));
	assert_int_equal(wwid_exact(page, len, out, sizeof(out)), -EOVERFLOW);
	assert_int_equal(strlen(out), WWID_MAX - 1);
}

static void target_ports(void **state)
{
	static const uint8_t body[] = { NAA6, NAA5_PORT, REL_PORT, TPG };
	uint8_t page[128];
	size_t len = make_page(page, 0x83, body, sizeof(body));
	unsigned int v = 99;

	(void)state;
	assert_int_equal(vpd83_tpg(page, len, &v), 0);
	assert_int_equal(v, 0x102);
	assert_int_equal(vpd83_rel_port(page, len, &v), 0);
	assert_int_equal(v, 7);
	v = 99;
	assert_int_equal(vpd83_tpg(page, len - 1, &v), -ENODATA);
	assert_int_equal(v, 99);
	assert_int_equal(vpd83_tpg(NULL, 0, &v), -ENODATA);
}

static void expect_serial(const char *raw, size_t n, const char *serial)
{
	uint8_t page[300];
	char out[WWID_MAX] = "untouched";
	size_t len = make_page(page, 0x80, (const uint8_t *)raw, n);
	int rc = vpd80_serial(page, len, out, sizeof(out));

	assert_int_equal(rc, serial ? 0 : -ENODATA);
	assert_string_equal(out, serial ? serial : "untouched");
}

static void unit_serial_number(void **state)
{
	uint8_t page[300];
	char out[8], text[201];

	(void)state;
	expect_serial("AB12", 4, "AB12");
	expect_serial("  AB 12   ", 10, "AB 12");
	expect_serial("AB\0\0", 4, "AB");
	expect_serial("A\033[1m\nB", 7, "A[1mB");
	expect_serial("    ", 4, NULL);
	expect_serial("", 0, NULL);
	memset(text, 'y', 200);
	make_page(page, 0x80, (const uint8_t *)text, 200);
	assert_int_equal(vpd80_serial(page, 204, out, sizeof(out)), -EOVERFLOW);
	assert_string_equal(out, "yyyyyyy");
	for (size_t n = 0; n < 8; n++)
		vpd80_serial(page, n, out, sizeof(out));
	assert_int_equal(vpd80_serial(page, 6, out, sizeof(out)), 0);
	assert_string_equal(out, "yy");
}

static void tpgs_of_inquiry(void **state)
{
	uint8_t inq[6] = { 0 };

	(void)state;
	for (int tpgs = 0; tpgs < 4; tpgs++) {
		inq[5] = (uint8_t)(tpgs << 4 | 0x0f);
		assert_int_equal(inquiry_tpgs(inq, 6), tpgs);
	}
	assert_int_equal(inquiry_tpgs(inq, 5), -ENODATA);
	assert_int_equal(inquiry_tpgs(NULL, 0), -ENODATA);
}

static void vendor_page_of_3par(void **state)
{
	uint8_t page[64] = { 0, 0xc0, 0, 60, 4 };
	char out[32] = "untouched";

	(void)state;
	page[43] = 6;
	memcpy(page + 44, "vol\t01", 6);
	assert_int_equal(vpd_vendor_text(VW_hp3par, page, sizeof(page), out, sizeof(out)), 0);
	assert_string_equal(out, "vol_01");
	for (size_t n = 0; n < 50; n++)
		assert_int_equal(vpd_vendor_text(VW_hp3par, page, n, out, sizeof(out)), -EINVAL);
	page[43] = 21;
	assert_int_equal(vpd_vendor_text(VW_hp3par, page, sizeof(page), out, sizeof(out)), -EINVAL);
	page[40] = 0xff;
	assert_int_equal(vpd_vendor_text(VW_hp3par, page, sizeof(page), out, sizeof(out)), -EINVAL);
	page[4] = 3;
	assert_int_equal(vpd_vendor_text(VW_hp3par, page, sizeof(page), out, sizeof(out)),
			 -ENODATA);
	assert_int_equal(vpd_vendor_text(VW_NONE, page, sizeof(page), out, sizeof(out)), -ENOTSUP);
	assert_string_equal(out, "vol_01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_designator),
		cmocka_unit_test(designators_that_name_nothing),
		cmocka_unit_test(order_of_preference),
		cmocka_unit_test(old_scsi2_form),
		cmocka_unit_test(malformed_lengths_are_clipped),
		cmocka_unit_test(truncated_at_every_byte),
		cmocka_unit_test(output_of_every_size),
		cmocka_unit_test(long_name_overflows_with_text_cut),
		cmocka_unit_test(target_ports),
		cmocka_unit_test(unit_serial_number),
		cmocka_unit_test(tpgs_of_inquiry),
		cmocka_unit_test(vendor_page_of_3par),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
