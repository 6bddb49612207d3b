// SPDX-License-Identifier: GPL-2.0-or-later
/* The tar reader over archives made here, good ones and hostile ones; the redactor over its forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/redact.h"
#include "core/model/tarfile.h"
#include "parser/arena.h"
#include "tests/unit/tarmake.h"

struct result {
	struct arena *a;
	struct tar_member *list;
	unsigned int n;
	struct tar_error err;
	int r;
};

static struct result parse(const struct tarmake *t, size_t len)
{
	struct result res = { .a = arena_new() };

	res.r = tar_parse(res.a, t->bytes, len, &res.list, &res.n, &res.err);
	return res;
}

static void test_members(void **state)
{
	struct tarmake t = { 0 };
	struct result res;

	(void)state;
	tarmake_add(&t, "./", '5', "", "", 0);
	tarmake_add(&t, "./sys/class/block/sda", '2', "../../devices/sda", "", 0);
	tarmake_add(&t, "./sys/devices/sda/dev", '0', "", "8:0\n", 4);
	tarmake_add(&t, "empty", '0', "", "", 0);
	tarmake_end(&t);
	res = parse(&t, t.len);
	assert_int_equal(res.r, 0);
	assert_int_equal(res.n, 3);
	assert_string_equal(res.list[0].path, "empty");
	assert_string_equal(res.list[1].path, "sys/class/block/sda");
	assert_int_equal(res.list[1].kind, TAR_LINK);
	assert_string_equal(res.list[1].target, "../../devices/sda");
	assert_int_equal(res.list[2].size, 4);
	assert_memory_equal(res.list[2].data, "8:0\n", 4);
	arena_free(res.a);
}

static void test_long_names(void **state)
{
	char name[200], gnu[256], record[256];
	struct tarmake t = { 0 };
	struct result res;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(gnu, sizeof(gnu), "a/%s", name);
	tarmake_add(&t, "././@LongLink", 'L', "", gnu, strlen(gnu) + 1);
	tarmake_add(&t, "cut", '0', "", "1", 1);
	snprintf(record, sizeof(record), "%zu path=b/%s\n", strlen(name) + 4 + 8, name);
	tarmake_add(&t, "pax", 'x', "", record, strlen(record));
	tarmake_add(&t, "cut", '0', "", "2", 1);
	tarmake_add(&t, "plain", '0', "", "3", 1);
	tarmake_end(&t);
	res = parse(&t, t.len);
	assert_int_equal(res.r, 0);
	assert_int_equal(res.n, 3);
	assert_string_equal(res.list[0].path, gnu);
	assert_int_equal(strlen(res.list[1].path), strlen(name) + 2);
	assert_string_equal(res.list[2].path, "plain");
	arena_free(res.a);
}

static const struct {
	const char *name;
	char type;
	const char *link;
	uint64_t size; /* as the header says; no data follow */
	const char *why;
} hostile[] = {
	{ "/etc/passwd", '0', "", 0, "absolute" },
	{ "../x", '0', "", 0, "\"..\"" },
	{ "a/../../x", '0', "", 0, "\"..\"" },
	{ "a/..", '5', "", 0, "\"..\"" },
	{ "a\nb", '0', "", 0, "control" },
	{ "link", '2', "/etc/passwd", 0, "leads out" },
	{ "link", '2', "..", 0, "leads out" },
	{ "a/b/link", '2', "../../../x", 0, "leads out" },
	{ "a/link", '2', "x/../../../y", 0, "leads out" },
	{ "link", '2', "", 0, "leads out" },
	{ "hard", '1', "other", 0, "hard link" },
	{ "char", '3', "", 0, "device" },
	{ "block", '4', "", 0, "device" },
	{ "fifo", '6', "", 0, "FIFO" },
	{ "sparse", 'S', "", 10737418240u, "sparse" },
	{ "huge", '0', "", 10737418240u, "too large" },
	{ "what", 'Q', "", 0, "unknown kind" },
	{ "short", '0', "", 4096, "cut short" },
};

static void test_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct tarmake t = { 0 };
		struct result res;

		tarmake_add(&t, "good", '0', "", "1", 1);
		tarmake_head(&t, hostile[i].name, hostile[i].type, hostile[i].link,
			     hostile[i].size);
		if (strcmp(hostile[i].name, "short") != 0)
			tarmake_end(&t);
		res = parse(&t, t.len);
		assert_int_equal(res.r, -22);
		if (!strstr(res.err.why, hostile[i].why))
			fail_msg("%s: %s", hostile[i].name, res.err.why);
		if (!strchr(hostile[i].name, '\n'))
			assert_string_equal(res.err.member, hostile[i].name);
		arena_free(res.a);
	}
}

static void refuse_pair(const char *a, char type_a, const char *b, char type_b, const char *why)
{
	struct tarmake t = { 0 };
	struct result res;

	tarmake_add(&t, a, type_a, type_a == '2' ? "x" : "", "", 0);
	tarmake_add(&t, b, type_b, type_b == '2' ? "x" : "", "", 0);
	tarmake_end(&t);
	res = parse(&t, t.len);
	assert_int_equal(res.r, -22);
	assert_non_null(strstr(res.err.why, why));
	arena_free(res.a);
}

static void test_together(void **state)
{
	(void)state;
	refuse_pair("a", '2', "a/b", '0', "below a file or link");
	refuse_pair("a/b", '0', "a", '2', "below a file or link");
	refuse_pair("a", '0', "a/b/c", '0', "below a file or link");
	refuse_pair("a", '0', "a", '2', "twice");
	refuse_pair("a", '0', "./a", '0', "twice");
}

/* Wherever it is cut: refused, and named. */
static void test_truncated(void **state)
{
	struct tarmake t = { 0 };

	(void)state;
	tarmake_add(&t, "one", '0', "", "1", 1);
	tarmake_add(&t, "two", '0', "", "22", 2);
	tarmake_end(&t);
	for (size_t len = 0; len <= t.len - 1024; len += 64) {
		struct result res = parse(&t, len);

		assert_int_equal(res.r, -22);
		assert_non_null(strstr(res.err.why, "cut short"));
		assert_true(res.err.member[0] != '\0');
		arena_free(res.a);
	}
}

static void test_checksum(void **state)
{
	struct tarmake t = { 0 };
	struct result res;

	(void)state;
	tarmake_add(&t, "one", '0', "", "1", 1);
	tarmake_add(&t, "two", '0', "", "1", 1);
	tarmake_end(&t);
	t.bytes[1024] ^= 1;
	res = parse(&t, t.len);
	assert_int_equal(res.r, -22);
	assert_string_equal(res.err.member, "one");
	assert_non_null(strstr(res.err.why, "no tar header"));
	arena_free(res.a);
}

/* --- redaction */

static const uint8_t key[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
#define NUMBER "600140559e8ba68638854e9093f3ba3a"

static void test_redact(void **state)
{
	struct redactor *r = redact_new(key);
	char text[] = "/3" NUMBER "/ x " NUMBER, dump[] = "00363030313430", raw[18] = "\x01";
	char again[] = NUMBER, word[] = "thehost ahost host host-1";

	(void)state;
	redact_add(r, NUMBER);
	redact_add(r, "600140");
	redact_add(r, "short");
	redact_add_word(r, "host");
	for (size_t i = 0; i < 16; i++)
		sscanf(&NUMBER[2 * i], "%2hhx", (unsigned char *)&raw[1 + i]);
	redact_apply(r, text, strlen(text));
	assert_null(strstr(text, NUMBER));
	assert_memory_equal(text, "/36", 3);
	assert_memory_equal(text + 2, text + 2 + 32 + 4, 32);
	redact_apply(r, again, 32);
	assert_memory_equal(again, text + 2, 32);
	redact_apply(r, raw, sizeof(raw));
	for (size_t i = 0; i < 16; i++) {
		unsigned char byte;

		sscanf(&again[2 * i], "%2hhx", &byte);
		assert_int_equal((unsigned char)raw[1 + i], byte);
	}
	redact_apply(r, dump, strlen(dump));
	assert_string_not_equal(dump, "00363030313430");
	assert_memory_equal(dump, "00", 2);
	redact_apply(r, word, strlen(word));
	assert_memory_equal(word, "thehost ahost ", 14);
	assert_memory_not_equal(word + 14, "host", 4);
	assert_memory_equal(word + 14, word + 19, 4);
	redact_free(r);
}

static void test_redact_vpd83(void **state)
{
	static const uint8_t page[] = { 0,    0x83, 0,	 0x1c, 0x01, 0x03, 0,	 8,   0x50, 1,
					0x40, 5,    1,	 2,    3,    4,	   0x02, 1,   0,    12,
					'V',  'E',  'N', 'D',  'O',  'R',  ' ',	 ' ', 'S',  'E' };
	struct redactor *r = redact_new(key);
	char text[] = "5001400501020304 VENDOR", bytes[8];

	(void)state;
	memcpy(bytes, page + 8, 8);
	redact_add_vpd83(r, page, sizeof(page)); /* the second designator is cut: not read */
	redact_apply(r, text, strlen(text));
	redact_apply(r, bytes, 8);
	assert_memory_not_equal(text, "5001400501020304", 16);
	assert_string_equal(text + 16, " VENDOR");
	assert_memory_not_equal(bytes, page + 8, 8);
	redact_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),	  cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_hostile),	  cmocka_unit_test(test_together),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_redact),	  cmocka_unit_test(test_redact_vpd83),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
