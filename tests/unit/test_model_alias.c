// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/topo.h"

#include <errno.h>
#include <stdlib.h>

#include "core/model/alias.h"
#include "parser/config.h"

#define BINDINGS_HEADER                                                                            \
	"# Multipath bindings, Version : 1.0\n"                                                    \
	"# NOTE: this file is automatically maintained by the multipath program.\n"                \
	"# You should not need to edit this file in normal circumstances.\n"                       \
	"#\n"                                                                                      \
	"# Format:\n"                                                                              \
	"# alias wwid\n"                                                                           \
	"#\n"
#define WWIDS_HEADER                                                                               \
	"# Multipath wwids, Version : 1.0\n"                                                       \
	"# NOTE: This file is automatically maintained by multipath and multipathd.\n"             \
	"# You should not need to edit this file in normal circumstances.\n"                       \
	"#\n"                                                                                      \
	"# Valid WWIDs:\n"

static void bindings_done(struct bindings **b)
{
	bindings_free(*b);
}
#define BINDINGS __attribute__((cleanup(bindings_done))) struct bindings

static void note(void *ctx, int level, const char *text)
{
	sb_printf(ctx, "%d %s\n", level, text);
}

static void expect_file(const struct bindings *b, const char *lines)
{
	TEXT sb = TEXT_INIT, want = TEXT_INIT;

	bindings_print(b, &sb);
	sb_printf(&want, BINDINGS_HEADER "%s", lines);
	assert_string_equal(sb_str(&sb), sb_str(&want));
}

static void file_is_sorted_by_length_then_text(void **state)
{
	BINDINGS *b = bindings_new();
	(void)state;

	expect_file(b, "");
	assert_int_equal(bindings_add(b, "mpathaa", "3aa"), 0);
	assert_int_equal(bindings_add(b, "mpathb", "3b"), 0);
	assert_int_equal(bindings_add(b, "mpatha", "3a"), 0);
	assert_int_equal(bindings_add(b, "data", "3d"), 0);
	expect_file(b, "data 3d\nmpatha 3a\nmpathb 3b\nmpathaa 3aa\n");
	assert_string_equal(bindings_alias(b, "3b"), "mpathb");
	assert_string_equal(bindings_wwid(b, "mpathaa"), "3aa");
	assert_null(bindings_alias(b, "3"));
	assert_null(bindings_wwid(b, "mpath"));
	assert_true(bindings_remove(b, "3a"));
	assert_false(bindings_remove(b, "3a"));
	expect_file(b, "data 3d\nmpathb 3b\nmpathaa 3aa\n");
	assert_null(bindings_alias(b, "3a"));
	assert_string_equal(bindings_alias(b, "3aa"), "mpathaa");
}

static void bindings_are_unique(void **state)
{
	BINDINGS *b = bindings_new();
	(void)state;

	assert_int_equal(bindings_add(b, "mpatha", "3a"), 0);
	assert_int_equal(bindings_add(b, "mpatha", "3a"), 0);
	assert_int_equal(bindings_add(b, "mpatha", "3b"), -EEXIST);
	assert_int_equal(bindings_add(b, "mpathb", "3a"), -EEXIST);
	expect_file(b, "mpatha 3a\n");
}

static void what_would_break_a_line_is_refused(void **state)
{
	static const char *const bad_alias[] = { "",	"a b", "a/b", "a\tb",	 "a\nb",
						 "a#b", ".",   "..",  "control", "a\x7f" };
	static const char *const bad_wwid[] = { "", "3 a", "3/a", "3\na", "3#a", "3\x1b[2J" };
	BINDINGS *b = bindings_new();
	char *text = NULL, longest[WWID_MAX + 1];
	(void)state;

	for (unsigned int i = 0; i < sizeof(bad_alias) / sizeof(bad_alias[0]); i++)
		assert_int_equal(bindings_add(b, bad_alias[i], "3a"), -EINVAL);
	for (unsigned int i = 0; i < sizeof(bad_wwid) / sizeof(bad_wwid[0]); i++)
		assert_int_equal(bindings_add(b, "mpatha", bad_wwid[i]), -EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[WWID_MAX] = '\0';
	assert_int_equal(bindings_add(b, longest, "3a"), -EINVAL);
	assert_int_equal(bindings_add(b, "mpatha", longest), -EINVAL);
	assert_int_equal(wwids_add("", longest, &text), -EINVAL);
	longest[WWID_MAX - 1] = '\0';
	assert_int_equal(bindings_add(b, longest, "3a"), 0);
	assert_int_equal(wwids_add("", "a/b", &text), -EINVAL);
	assert_int_equal(wwids_add("", "../../etc/passwd", &text), -EINVAL);
	assert_int_equal(wwids_add("", "a\nb", &text), -EINVAL);
	assert_int_equal(wwids_add("", "", &text), -EINVAL);
	assert_int_equal(wwids_remove("/a/", "", &text), -EINVAL);
	assert_false(wwids_has("/a/b/\n", "a/b"));
	assert_null(text);
}

static void reads_what_multipath_tools_wrote(void **state)
{
	BINDINGS *b = bindings_new();
	TEXT said = TEXT_INIT;
	(void)state;

	bindings_parse(b, BINDINGS_HEADER "mpatha 333333330000007d0\nmpathb 3600\n", NULL, note,
		       &said);
	expect_file(b, "mpatha 333333330000007d0\nmpathb 3600\n");
	assert_string_equal(sb_str(&said), "");
}

static void lines_in_every_shape(void **state)
{
	BINDINGS *b = bindings_new();
	TEXT said = TEXT_INIT;
	(void)state;

	bindings_parse(b,
		       "# any other header\n"
		       "  mpatha \t 3a  # comment\n"
		       "\n"
		       "mpathb\n"
		       "mpathc 3c more words\n"
		       "mpatha 3a\n"
		       "mpatha 3b\n"
		       "bad/alias 3d\n"
		       "esc\x1b[2J 3e\n"
		       "mpathd 3d\r\n"
		       "mpathe 3e",
		       NULL, note, &said);
	expect_file(b, "mpatha 3a\nmpathd 3d\nmpathe 3e\n");
	assert_string_equal(
		sb_str(&said),
		"0 invalid line 4 in bindings file, missing WWID\n"
		"0 invalid line 5 in bindings file, extra args \"more words\"\n"
		"2 duplicate line for alias mpatha in bindings file on line 6\n"
		"0 ERROR: multiple bindings for alias \"mpatha\" in bindings file on line 7, "
		"discarding binding to WWID 3b\n"
		"0 invalid line 8 in bindings file, cannot bind alias \"bad/alias\" to WWID "
		"\"3d\"\n"
		"0 invalid line 9 in bindings file, cannot bind alias \"esc\\x1b[2J\" to WWID "
		"\"3e\"\n");
}

static void header_lines_are_not_counted(void **state)
{
	BINDINGS *b = bindings_new();
	TEXT said = TEXT_INIT;
	(void)state;

	bindings_parse(b, BINDINGS_HEADER "mpatha\n", NULL, note, &said);
	assert_string_equal(sb_str(&said), "0 invalid line 1 in bindings file, missing WWID\n");
	bindings_parse(b, "mpatha\n", NULL, NULL, NULL); /* nobody listens */
}

/* Both names stay taken; the first by the order of the file is the WWID's. */
static void several_aliases_of_one_wwid(void **state)
{
	BINDINGS *b = bindings_new();
	TEXT said = TEXT_INIT;
	char name[WWID_MAX];
	(void)state;

	bindings_parse(b, "mpathb 3a\nmpatha 3a\n", NULL, note, &said);
	assert_string_equal(sb_str(&said), "");
	assert_string_equal(bindings_alias(b, "3a"), "mpatha");
	assert_string_equal(bindings_wwid(b, "mpathb"), "3a");
	assert_int_equal(bindings_allocate(b, "mpath", NULL, NULL, name, sizeof(name)), 0);
	assert_string_equal(name, "mpathc");
	assert_true(bindings_remove(b, "3a"));
	expect_file(b, "");
}

static void layer_of(struct arena *a, struct layer **ret, const char *wwid, const char *alias)
{
	*ret = layer_new(a, LAYER_MULTIPATH, SRCLOC_NONE);
	layer_set(*ret, a, KW_wwid, (struct kwval){ VW_STRING, 0, wwid }, SRCLOC_NONE);
	if (alias)
		layer_set(*ret, a, KW_alias, (struct kwval){ VW_STRING, 0, alias }, SRCLOC_NONE);
}

static void multipath_conf_wins(void **state)
{
	BINDINGS *b = bindings_new();
	TEXT said = TEXT_INIT;
	struct arena *a = arena_new();
	struct layer *l[3];
	struct config cfg = { .multipaths = { .list = l, .n = 3 } };
	(void)state;

	layer_of(a, &l[0], "3z", "data");
	layer_of(a, &l[1], "3y", NULL);
	layer_of(a, &l[2], "3x", "mpathb");
	bindings_parse(b, "data 3z\nmpatha 3a\nmpathb 3b\n", &cfg, note, &said);
	expect_file(b, "data 3z\nmpatha 3a\n");
	assert_string_equal(sb_str(&said),
			    "0 ERROR: alias \"mpathb\" for WWID 3b in bindings file on line 3 "
			    "conflicts with multipath.conf entry for 3x\n");
	arena_free(a);
}

static void letters_and_numbers(void **state)
{
	static const struct {
		unsigned int nr;
		const char *text;
	} c[] = {
		{ 1, "mpatha" },   { 26, "mpathz" },   { 27, "mpathaa" },
		{ 52, "mpathaz" }, { 702, "mpathzz" }, { 703, "mpathaaa" },
	};
	char out[WWID_MAX];
	unsigned int nr = 77;
	(void)state;

	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		alias_from_number("mpath", c[i].nr, out, sizeof(out));
		assert_string_equal(out, c[i].text);
		assert_int_equal(alias_to_number("mpath", c[i].text, &nr), 0);
		assert_int_equal(nr, c[i].nr);
	}
	for (unsigned int i = 1; i < 100000; i += 7) {
		alias_from_number("", i, out, sizeof(out));
		assert_int_equal(alias_to_number("", out, &nr), 0);
		assert_int_equal(nr, i);
	}
	alias_from_number("mpath", INT32_MAX, out, sizeof(out));
	assert_int_equal(alias_to_number("mpath", out, &nr), 0);
	assert_int_equal(nr, INT32_MAX);
	nr = 77;
	assert_int_equal(alias_to_number("mpath", "mpath", &nr), -EINVAL);
	assert_int_equal(alias_to_number("mpath", "mpat", &nr), -EINVAL);
	assert_int_equal(alias_to_number("mpath", "mpath1", &nr), -EINVAL);
	assert_int_equal(alias_to_number("mpath", "mpathA", &nr), -EINVAL);
	assert_int_equal(alias_to_number("mpath", "mpathfxshrxx", &nr), -EINVAL);
	assert_int_equal(alias_to_number("mpath", "mpathzzzzzzzzzzzzzzzz", &nr), -EINVAL);
	assert_int_equal(nr, 77);
}

static bool taken_by_others(void *ctx, const char *alias)
{
	return strcmp(alias, ctx) == 0;
}

static void lowest_free_name(void **state)
{
	BINDINGS *b = bindings_new();
	char name[WWID_MAX], wwid[16], letters[100];
	(void)state;

	assert_int_equal(bindings_allocate(b, "mpath", NULL, NULL, name, sizeof(name)), 0);
	assert_string_equal(name, "mpatha");
	bindings_add(b, "mpatha", "1");
	bindings_add(b, "mpathc", "3");
	bindings_add(b, "other", "4");
	bindings_add(b, "mpath1", "5");
	assert_int_equal(bindings_allocate(b, "mpath", NULL, NULL, name, sizeof(name)), 0);
	assert_string_equal(name, "mpathb");
	assert_int_equal(bindings_allocate(b, "mpath", taken_by_others, (void *)"mpathb", name,
					   sizeof(name)),
			 0);
	assert_string_equal(name, "mpathd");
	for (unsigned int i = 0; i < 1000; i++) {
		assert_int_equal(bindings_allocate(b, "mpath", NULL, NULL, name, sizeof(name)), 0);
		snprintf(wwid, sizeof(wwid), "w%u", i);
		assert_int_equal(bindings_add(b, name, wwid), 0);
	}
	assert_string_equal(name, "mpathaln"); /* 1002 */
	bindings_remove(b, "w500");
	assert_int_equal(bindings_allocate(b, "mpath", NULL, NULL, name, sizeof(name)), 0);
	assert_string_equal(name, "mpathsi"); /* 503 */
	assert_int_equal(bindings_allocate(b, "mpath", NULL, NULL, name, 7), -ENOSPC);
	memset(letters, 'p', sizeof(letters));
	letters[99] = '\0';
	assert_int_equal(bindings_allocate(b, letters, NULL, NULL, name, sizeof(name)), 0);
}

static void names_of_maps(void **state)
{
	(void)state;
	assert_true(alias_usable("mpatha"));
	assert_true(alias_usable("my data")); /* multipath.conf may quote it */
	assert_true(alias_usable("d\xc3\xa4ta"));
	assert_false(alias_usable(""));
	assert_false(alias_usable("a/b"));
	assert_false(alias_usable("."));
	assert_false(alias_usable(".."));
	assert_false(alias_usable("control"));
	assert_false(alias_usable("a\nb"));
}

static void wwids_file(void **state)
{
	static const char *const list[] = { "3a", "bad/wwid", "3 b", NULL }, *const none[] = {
		NULL
	};
	char *one = NULL, *two = NULL, *three = NULL;
	(void)state;

	assert_int_equal(wwids_add(NULL, "3a", &one), 0);
	assert_string_equal(one, WWIDS_HEADER "/3a/\n");
	assert_int_equal(wwids_add(one, "3b", &two), 0);
	assert_string_equal(two, WWIDS_HEADER "/3a/\n/3b/\n");
	assert_int_equal(wwids_add(two, "3a", &three), 1);
	assert_null(three);
	assert_true(wwids_has(two, "3a"));
	assert_false(wwids_has(two, "3"));
	assert_false(wwids_has(two, "3aa"));
	assert_false(wwids_has(NULL, "3a"));
	assert_int_equal(wwids_remove(two, "3a", &three), 0);
	assert_string_equal(three, WWIDS_HEADER "#3a/\n/3b/\n");
	free(one);
	one = NULL;
	assert_int_equal(wwids_remove(three, "3a", &one), 1);
	assert_int_equal(wwids_remove(NULL, "3a", &one), 1);
	assert_null(one);
	assert_int_equal(wwids_add(three, "3a", &one), 0);
	assert_string_equal(one, WWIDS_HEADER "#3a/\n/3b/\n/3a/\n");
	free(one);
	assert_int_equal(wwids_add("", "3a", &one), 0);
	assert_string_equal(one, WWIDS_HEADER "/3a/\n");
	free(one);
	assert_int_equal(wwids_add("/3x/", "3a", &one), 0);
	assert_string_equal(one, "/3x/\n/3a/\n");
	free(one);
	assert_int_equal(wwids_remove("/3a/\n/3b/\n/3a/", "3a", &one), 0);
	assert_string_equal(one, "#3a/\n/3b/\n#3a/");
	free(one);
	assert_int_equal(wwids_fresh(list, &one), 1);
	assert_string_equal(one, WWIDS_HEADER "/3a/\n/3 b/\n");
	free(one);
	assert_int_equal(wwids_fresh(none, &one), 0);
	assert_string_equal(one, WWIDS_HEADER);
	free(one);
	free(two);
	free(three);
}

static void thousands_of_bindings(void **state)
{
	BINDINGS *b = bindings_new(), *c = bindings_new();
	TEXT one = TEXT_INIT, two = TEXT_INIT;
	char alias[32], wwid[32];
	uint64_t seed = 3;
	(void)state;

	for (unsigned int i = 0; i < 20000; i++) {
		alias_from_number("mpath", 1 + topo_rand(&seed, 30000), alias, sizeof(alias));
		snprintf(wwid, sizeof(wwid), "36001405%08u", topo_rand(&seed, 30000));
		bindings_add(b, alias, wwid);
		if (i % 3 == 0)
			bindings_remove(b, wwid);
	}
	bindings_print(b, &one);
	bindings_parse(c, sb_str(&one), NULL, NULL, NULL);
	bindings_print(c, &two);
	assert_string_equal(sb_str(&one), sb_str(&two));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_sorted_by_length_then_text),
		cmocka_unit_test(bindings_are_unique),
		cmocka_unit_test(what_would_break_a_line_is_refused),
		cmocka_unit_test(reads_what_multipath_tools_wrote),
		cmocka_unit_test(lines_in_every_shape),
		cmocka_unit_test(header_lines_are_not_counted),
		cmocka_unit_test(several_aliases_of_one_wwid),
		cmocka_unit_test(multipath_conf_wins),
		cmocka_unit_test(letters_and_numbers),
		cmocka_unit_test(lowest_free_name),
		cmocka_unit_test(names_of_maps),
		cmocka_unit_test(wwids_file),
		cmocka_unit_test(thousands_of_bindings),
	};

	bindings_free(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
