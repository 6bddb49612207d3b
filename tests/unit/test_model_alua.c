/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REPORT TARGET PORT GROUPS in both header forms, with every length wrong and cut at every byte. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/alua.h"

/* Group 1: optimized, preferred, two ports; group 0x102: standby, one port. */
static const uint8_t plain[] = {
	0, 0, 0, 28, 0x80, 0x8f, 0x00, 0x01, 0, 0x02, 0, 2, 0, 0, 0, 1,
	0, 0, 0, 2,  0x02, 0x8f, 0x01, 0x02, 0, 0x02, 0, 1, 0, 0, 0, 3,
};
static const uint8_t extended[] = {
	0, 0, 0, 32, 0x10, 30, 0,    0,	   0x80, 0x8f, 0x00, 0x01, 0, 0x02, 0, 2, 0, 0,
	0, 1, 0, 0,  0,	   2,  0x02, 0x8f, 0x01, 0x02, 0,    0x02, 0, 1,    0, 0, 0, 3,
};

static int find(const uint8_t *data, size_t len, bool ext, unsigned int tpg, unsigned int *st,
		bool *pref)
{
	uint8_t *exact = malloc(len + !len);
	int rc;

	memcpy(exact, data, len);
	rc = alua_rtpg_find(exact, len, ext, tpg, st, pref);
	free(exact);
	return rc;
}

static void both_header_forms(void **state)
{
	unsigned int st;
	bool pref;

	(void)state;
	assert_int_equal(find(plain, sizeof(plain), false, 1, &st, &pref), 0);
	assert_int_equal(st, ALUA_OPTIMIZED);
	assert_true(pref);
	assert_int_equal(find(plain, sizeof(plain), false, 0x102, &st, &pref), 0);
	assert_int_equal(st, ALUA_STANDBY);
	assert_false(pref);
	assert_int_equal(find(extended, sizeof(extended), true, 1, &st, &pref), 0);
	assert_int_equal(st, ALUA_OPTIMIZED);
	assert_int_equal(find(extended, sizeof(extended), true, 0x102, &st, &pref), 0);
	assert_int_equal(st, ALUA_STANDBY);
	/* asked for the extended form, answered in the plain one */
	assert_int_equal(find(plain, sizeof(plain), true, 0x102, &st, &pref), 0);
	st = 77;
	assert_int_equal(find(plain, sizeof(plain), false, 2, &st, &pref), -ENODATA);
	assert_int_equal(st, 77);
}

/* Advisory: heap out-of-bounds read in ALUA RTPG parsing. Cut at every byte. */
static void advisory_rtpg_truncated_at_every_byte(void **state)
{
	unsigned int st;
	bool pref;

	(void)state;
	for (size_t n = 0; n <= sizeof(plain); n++) {
		assert_int_equal(find(plain, n, false, 1, &st, &pref), n >= 12 ? 0 : -ENODATA);
		assert_int_equal(find(plain, n, false, 0x102, &st, &pref), n >= 28 ? 0 : -ENODATA);
	}
	for (size_t n = 0; n <= sizeof(extended); n++) {
		int rc = find(extended, n, true, 0x102, &st, &pref);

		assert_int_equal(rc, n >= 32 ? 0 : -ENODATA);
	}
}

/* Advisory: heap out-of-bounds read in ALUA RTPG parsing. Every length field wrong. */
static void advisory_rtpg_every_length_field_wrong(void **state)
{
	uint8_t b[sizeof(plain)];
	unsigned int st;
	bool pref;

	(void)state;
	for (unsigned int v = 0; v < 256; v++) {
		for (size_t at = 0; at < 4; at++) { /* return data length */
			memcpy(b, plain, sizeof(b));
			b[at] = (uint8_t)v;
			find(b, sizeof(b), false, 0x102, &st, &pref);
			find(b, sizeof(b), true, 0x102, &st, &pref);
		}
		memcpy(b, plain, sizeof(b));
		b[11] = (uint8_t)v; /* target port count of the first group */
		assert_int_equal(find(b, sizeof(b), false, 0x102, &st, &pref),
				 v == 2 ? 0 : -ENODATA);
		assert_int_equal(find(b, sizeof(b), false, 1, &st, &pref), 0);
		b[27] = (uint8_t)v; /* and of the last */
		find(b, sizeof(b), false, 9, &st, &pref);
	}
	memcpy(b, plain, sizeof(b));
	memset(b, 0xff, 4);
	assert_int_equal(alua_rtpg_length(b, 4), UINT32_MAX);
	assert_int_equal(find(b, sizeof(b), false, 0x102, &st, &pref), 0);
	memset(b, 0, 4);
	assert_int_equal(find(b, sizeof(b), false, 1, &st, &pref), -ENODATA);
	assert_int_equal(alua_rtpg_length(plain, sizeof(plain)), 32);
	assert_int_equal(alua_rtpg_length(plain, 3), 0);
}

static void the_command(void **state)
{
	static const uint8_t cdb[12] = { 0xa3, 0x0a, 0, 0, 0, 0, 0, 0, 0x10, 0 };
	struct scsi_cmd c;

	(void)state;
	alua_rtpg_cmd(&c, 4096, 3000, false);
	assert_int_equal(c.cdb_len, 12);
	assert_memory_equal(c.cdb, cdb, sizeof(cdb));
	assert_int_equal(c.len, 4096);
	assert_int_equal(c.timeout_ms, 3000);
	assert_false(c.write);
	alua_rtpg_cmd(&c, 4096, 3000, true);
	assert_int_equal(c.cdb[1], 0x2a);
}

/* Since 0.15.0 the words are the kernel's. */
static void words_of_the_kernel(void **state)
{
	static const char *const words[16] = { "active/optimized", "active/non-optimized",
					       "standby", "unavailable", "lba-dependent" };

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		assert_string_equal(alua_state_text(i), words[i]);
		assert_int_equal(alua_state_parse(words[i]), i);
	}
	assert_string_equal(alua_state_text(14), "offline");
	assert_string_equal(alua_state_text(15), "transitioning");
	assert_string_equal(alua_state_text(7), "reserved");
	assert_string_equal(alua_state_text(99), "reserved");
	assert_int_equal(alua_state_parse("transitioning\n"), 15);
	assert_int_equal(alua_state_parse(""), -EINVAL);
	assert_int_equal(alua_state_parse("active"), -EINVAL);
	assert_int_equal(alua_state_parse("reserved"), -EINVAL);
}

static void priorities(void **state)
{
	static const int base[16] = { 50, 10, 1, 0, 5 };

	(void)state;
	for (unsigned int st = 0; st < 16; st++) {
		assert_int_equal(alua_prio(st, false, false), base[st]);
		assert_int_equal(alua_prio(st, false, true), base[st]);
		assert_int_equal(alua_prio(st, true, true), base[st] + 80);
		assert_int_equal(alua_prio(st, true, false), st ? base[st] + 80 : 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_header_forms),
		cmocka_unit_test(advisory_rtpg_truncated_at_every_byte),
		cmocka_unit_test(advisory_rtpg_every_length_field_wrong),
		cmocka_unit_test(the_command),
		cmocka_unit_test(words_of_the_kernel),
		cmocka_unit_test(priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
