// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts that are JSON, and a crowd of those that are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/jsontext.h"
#include "parser/arena.h"

static void test_values(void **state)
{
	struct arena *a = arena_new();
	const struct json *v, *list;

	(void)state;
	assert_int_equal(json_parse(a,
				    " {\"a\" : -12, \"b\":[true,null,{}], "
				    "\"c\":\"x\\n\\u00e9\\ud83d\\ude00\\\\\"}\n",
				    &v),
			 0);
	assert_int_equal(json_num(v, "a", 0), -12);
	list = json_get(v, "b");
	assert_int_equal(list->kind, JSON_LIST);
	assert_int_equal(list->first->num, 1);
	assert_int_equal(list->first->next->kind, JSON_NULL);
	assert_null(list->first->next->next->next);
	assert_string_equal(json_str(v, "c", ""), "x\n\xc3\xa9\xf0\x9f\x98\x80\\");
	assert_string_equal(json_str(v, "a", "no string"), "no string");
	assert_int_equal(json_num(v, "none", 7), 7);
	assert_null(json_get(list, "a"));
	arena_free(a);
}

static void test_no_json(void **state)
{
	static const char *const bad[] = {
		"",	    "{",	  "}",	  "{]",	     "[1,]",	  "[1 2]",	 "{\"a\"}",
		"{\"a\":}", "{a:1}",	  "\"x",  "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"a\nb\"",
		"01",	    "1.",	  "-",	  "1e",	     "tru",	  "nulll",	 "{} {}",
		"[[[[",	    "{\"a\":1,}", "\"\\",
	};
	struct arena *a = arena_new();
	const struct json *v;
	char deep[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (json_parse(a, bad[i], &v) == 0)
			fail_msg("taken for JSON: %s", bad[i]);
	memset(deep, '[', 40);
	memset(deep + 40, ']', 40);
	deep[80] = '\0';
	assert_int_not_equal(json_parse(a, deep, &v), 0);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values),
					    cmocka_unit_test(test_no_json) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
