// SPDX-License-Identifier: GPL-2.0-or-later
/* reserve: keys as text, the file of keys, the bytes of the command. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/reserve.h"
#include "parser/strbuf.h"

#define TEXT __attribute__((cleanup(sb_done))) struct strbuf

static void test_keys(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *shown;
	} rows[] = {
		{ "0x123abc", 0, "0x123abc" },
		{ "123ABC", 0, "0x123abc" },
		{ "0xffffffffffffffff:aptpl", 0, "0xffffffffffffffff:aptpl" },
		{ "0x11223344556677889", -EINVAL, NULL },
		{ "0", -EINVAL, NULL },
		{ "file", -EINVAL, NULL },
		{ "", -EINVAL, NULL },
		{ "0x", -EINVAL, NULL },
		{ "xyz", -EINVAL, NULL },
		{ "1 2", -EINVAL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TEXT out = STRBUF_INIT;
		struct pr_key k;

		assert_int_equal(pr_key_parse(rows[i].text, &k), rows[i].err);
		if (rows[i].err)
			continue;
		pr_key_text(&k, &out);
		assert_string_equal(sb_str(&out), rows[i].shown);
	}
}

static void edit(struct strbuf *text, const char *wwid, const struct pr_key *k)
{
	TEXT out = STRBUF_INIT;

	prkeys_edit(sb_str(text), wwid, k, &out);
	sb_clear(text);
	sb_add(text, sb_str(&out));
}

static void test_file(void **state)
{
	TEXT text = STRBUF_INIT;
	struct pr_key k = { 0 };

	(void)state;
	assert_false(prkeys_find("", "3600a", &k));
	edit(&text, "3600a", &(struct pr_key){ .key = 0x12 });
	edit(&text, "3600ab", &(struct pr_key){ .key = 0xab, .aptpl = true });
	assert_memory_equal(sb_str(&text),
			    "# Multipath persistent reservation keys, Version : 1.0\n", 55);
	assert_non_null(strstr(sb_str(&text), "\n#\n0x0000000000000012 3600a\n"
					      "0X00000000000000ab 3600ab\n"));
	assert_true(prkeys_find(sb_str(&text), "3600ab", &k));
	assert_true(k.aptpl && k.key == 0xab);
	assert_true(prkeys_find(sb_str(&text), "3600a", &k));
	assert_true(!k.aptpl && k.key == 0x12);
	assert_false(prkeys_find(sb_str(&text), "3600", &k));
	edit(&text, "3600a", &(struct pr_key){ .key = 0x13 });
	assert_non_null(strstr(sb_str(&text), "\n0x0000000000000013 3600a\n0X"));
	edit(&text, "3600a", NULL);
	assert_non_null(strstr(sb_str(&text), "\n#x0000000000000013 3600a\n0X"));
	assert_false(prkeys_find(sb_str(&text), "3600a", &k));
	edit(&text, "3600a", NULL);
	edit(&text, "3600a", &(struct pr_key){ .key = 0x14 });
	assert_true(prkeys_find(sb_str(&text), "3600a", &k) && k.key == 0x14);
}

/* Lines of others, even broken ones, stay as they are; a map that stands twice stands once. */
static void test_odd_file(void **state)
{
	TEXT text = STRBUF_INIT;

	(void)state;
	sb_add(&text, "garbage\n0x1 a\n\n0x00000000000000001 b\n0x b\n0x2 a\n0x3 a b");
	edit(&text, "a", &(struct pr_key){ .key = 9 });
	assert_string_equal(sb_str(&text),
			    "garbage\n0x0000000000000009 a\n\n0x00000000000000001 b\n0x b\n#x2 a\n"
			    "0x3 a b\n");
}

static void test_flags(void **state)
{
	struct map_pr pr = { 0 };

	(void)state;
	assert_string_equal(pr_flag_text(pr.status), "unknown");
	assert_string_equal(pr_flag_text(PR_UNSET), "unset");
	assert_string_equal(pr_flag_text(PR_SET), "set");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_odd_file),
		cmocka_unit_test(test_flags),
	};

	return cmocka_run_group_tests_name("reserve", tests, NULL, NULL);
}
