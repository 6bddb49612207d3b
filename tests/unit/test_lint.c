/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the linter that have answers of their own: releases, distances, differences, JSON
 * strings, overlapping repairs. Checks and formats are tested from outside, see tests/lint.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/lint/lint.h"
#include "cli/lint/output.h"
#include "parser/strbuf.h"

static void test_releases(void **state)
{
	(void)state;
	assert_true(release_compare("0.9.9", "0.9.10") < 0);
	assert_true(release_compare("0.15", "0.14.3") > 0);
	assert_int_equal(release_compare("0.15", "0.15.0"), 0);
	assert_true(release_compare("1", "0.99") > 0);
	assert_true(lint_release_ok("0.4.5"));
	assert_false(lint_release_ok("0.4.4"));
	assert_false(lint_release_ok("0.9.4rc"));
	assert_false(lint_release_ok(""));
}

static void test_distance(void **state)
{
	char longer[64];

	(void)state;
	assert_int_equal(text_distance("prio", "prio", 0), 0);
	assert_int_equal(text_distance("pollong_interval", "polling_interval", 5), 1);
	assert_int_equal(text_distance("lnu", "lun", 1), 1);
	assert_int_equal(text_distance("lnu", "lun", 0), UINT_MAX);
	assert_int_equal(text_distance("user_freindly_name", "user_friendly_names", 2), 2);
	assert_int_equal(text_distance("failback", "features", 4), UINT_MAX);
	assert_int_equal(text_distance("failback", "features", 9), 7);
	assert_int_equal(text_distance("", "abc", 3), 3);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(text_distance(longer, "x", 99), UINT_MAX);
}

static void expect_diff(const char *a, const char *b, const char *want)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	lint_diff("f", a, strlen(a), b, strlen(b), &sb);
	assert_string_equal(sb_str(&sb), want);
}

static void test_diff(void **state)
{
	(void)state;
	expect_diff("a\nb\n", "a\nb\n", "");
	expect_diff("", "a\n", "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
	expect_diff("a\n", "", "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n");
	expect_diff("a\nb\nc\n", "a\nX\nc\n", "--- f\n+++ f\n@@ -1,3 +1,3 @@\n a\n-b\n+X\n c\n");
	expect_diff("a", "a\n",
		    "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
	expect_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "X\n2\n3\n4\n5\n6\n7\n8\nY\n",
		    "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-1\n+X\n 2\n 3\n 4\n"
		    "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+Y\n");
}

static void expect_json(const char *text, const char *want)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	json_string(text, &sb);
	assert_string_equal(sb_str(&sb), want);
}

static void test_json(void **state)
{
	(void)state;
	expect_json("a\"b\\c", "\"a\\\"b\\\\c\"");
	expect_json("\033\n\x7f", "\"\\u001b\\u000a\\u007f\"");
	expect_json("\xc3\xa9", "\"\xc3\xa9\"");
	expect_json("\xe9x", "\"\xef\xbf\xbdx\"");
	expect_json("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	expect_json("\xf5\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void expect_fixed(const char *text, const char *want, unsigned int mended)
{
	const struct lint_options opt = { .known = lint_known_new(NULL) };
	struct srcfile *texts[2] = { NULL, NULL };
	struct lint_result *r;
	unsigned int n = 0;
	size_t len;

	assert_int_equal(srcfile_from_mem("f", text, strlen(text), &texts[0]), 0);
	assert_int_equal(lint_run(texts, &opt, &r), 0);
	assert_int_equal(lint_mend(&r, &opt, &n), 0);
	assert_string_equal(srcfile_bytes(r->cfg->files[0], &len), want);
	assert_int_equal(len, strlen(want));
	assert_int_equal(n, mended);
	lint_free(r);
	lint_known_free(opt.known);
}

static void test_fix(void **state)
{
	(void)state;
	expect_fixed("defaults {\n\tpolling_interval = 7,\n}\n",
		     "defaults {\n\tpolling_interval 7\n}\n", 2);
	expect_fixed("defaults\n\n{\n\tpolling_interval 7\n}\n",
		     "defaults {\n\n\tpolling_interval 7\n}\n", 1);
	/* what stands behind the brace must not become a statement */
	expect_fixed("defaults\n{ polling_interval 7\n}\n", "defaults\n{ polling_interval 7\n}\n",
		     0);
	expect_fixed("defaults {\n\tconfig_dir /x # minipath-lint: disable=ignored-keyword\n}\n",
		     "defaults {\n\tconfig_dir /x # minipath-lint: disable=ignored-keyword\n}\n",
		     0);
	/* without the semicolon the bytes around it would be a typographic quote */
	expect_fixed("defaults {\n\tprio_args \"a\"\xc2;\xbb\n}\n",
		     "defaults {\n\tprio_args \"a\"\xc2 \xbb\n}\n", 1);
	expect_fixed("defaults {\n\tprio_args \xe2\x80\x9c"
		     "a b\xe2\x80\x9d\n}\n",
		     "defaults {\n\tprio_args \"a b\"\n}\n", 1);
}

/* Each repair closes a section, which lets the next mistake be understood. */
static void test_fix_rounds(void **state)
{
	static const char inner[] = "overrides\n{\n\tprotocol\n\t{\n\t\ttype a\n},\n"
				    "devices {\n\tdevice {\n\t\tvendor V\n\t\tproduct P\n";
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	const struct lint_options opt = { .known = lint_known_new(NULL) };
	struct srcfile *texts[2] = { NULL, NULL };
	struct lint_result *r;
	unsigned int n = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		sb_add(&text, inner);
	assert_int_equal(srcfile_from_mem("f", sb_str(&text), text.len, &texts[0]), 0);
	assert_int_equal(lint_run(texts, &opt, &r), 0);
	assert_int_equal(lint_mend(&r, &opt, &n), 0);
	assert_int_equal(r->n_edits, 0);
	assert_int_equal(n, 41);
	lint_free(r);
	lint_known_free(opt.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_releases), cmocka_unit_test(test_distance),
		cmocka_unit_test(test_diff),	 cmocka_unit_test(test_json),
		cmocka_unit_test(test_fix),	 cmocka_unit_test(test_fix_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
