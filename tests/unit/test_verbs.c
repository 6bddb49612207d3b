// SPDX-License-Identifier: GPL-2.0-or-later
/* verbs: every row of the table, abbreviations, quotes, refusals and their texts, completion. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/verbs.h"
#include "parser/strbuf.h"

#define TEXT __attribute__((cleanup(sb_done))) struct strbuf

/* A row as a client types it: names or aliases, "P" for each parameter. */
static void typed(const struct verb *v, bool alias, char *buf, size_t len)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < v->n; i++) {
		const char *other = alias ? word_alias(v->words[i]) : NULL;

		n += (size_t)snprintf(buf + n, len - n, "%s%s%s", i ? " " : "",
				      other ? other : word_name(v->words[i]),
				      word_has_param(v->words[i]) ? " P" : "");
	}
}

static void test_every_row(void **state)
{
	unsigned int n;
	const struct verb *rows = verb_rows(&n);

	(void)state;
	assert_int_equal(n, 61 + 4); /* multipath-tools', and ours */
	for (unsigned int i = 0; i < 2 * n; i++) {
		const struct verb *v = &rows[i / 2];
		struct verb_cmd c;
		char text[128];

		typed(v, i % 2, text, sizeof(text));
		assert_int_equal(verb_parse(text, &c), 0);
		assert_ptr_equal(c.verb, v);
		for (unsigned int k = 0; k < v->n; k++) {
			assert_true(verb_has(&c, v->words[k]));
			if (word_has_param(v->words[k]))
				assert_string_equal(c.param[v->words[k]], "P");
		}
		assert_int_equal(v->root, v->words[0] != W_LIST);
	}
}

/* Each word of theirs by its shortest unambiguous beginning, every longer one too; none of ours makes
 * one of these ambiguous. */
static void test_abbreviations(void **state)
{
	static const struct {
		const char *text;
		int err;
		enum word last;
	} rows[] = {
		{ "show paths", 0, W_PATHS },
		{ "li paths", 0, W_PATHS },
		{ "li dev", 0, W_DEVICES },
		{ "l paths", -EINVAL, 0 }, /* list, local */
		{ "sho conf loc", 0, W_LOCAL },
		{ "show w", 0, W_WILDCARDS }, /* not why, workers */
		{ "show wo", 0, W_WORKERS },
		{ "show topo", 0, W_TOPOLOGY },
		{ "ex", 0, W_QUIT },
		{ "e", 0, W_QUIT }, /* not events */
		{ "q", 0, W_QUIT },
		{ "show ev", 0, W_EVENTS },
		{ "swi map m gro 1", 0, W_GROUP }, /* switch and switchgroup are one word */
		{ "show multipaths j", 0, W_JSON },
		{ "rem path sda", 0, W_PATH },
		{ "disableq maps", 0, W_MAPS },
		{ "rec", 0, W_RECONFIGURE },
		{ "rec al", 0, W_ALL },
		{ "sh paths", -EINVAL, 0 },  /* show, shutdown */
		{ "show pat", -ESRCH, 0 },   /* path, paths, pathlist */
		{ "show m", -ESRCH, 0 },     /* map, maps */
		{ "re", -ESRCH, 0 },	     /* resume, reset, ... */
		{ "show stat", -ESRCH, 0 },  /* status, stats */
		{ "unsetpr", -ESRCH, 0 },    /* unsetprstatus, unsetprkey, unsetprhold */
		{ "show PATHS", -ESRCH, 0 }, /* case counts */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verb_cmd c;

		assert_int_equal(verb_parse(rows[i].text, &c), rows[i].err);
		if (!rows[i].err)
			assert_int_equal(c.verb->words[c.verb->n - 1], rows[i].last);
	}
}

static void test_parameters(void **state)
{
	static const struct {
		const char *text;
		enum word word;
		const char *param;
	} rows[] = {
		{ "show paths format \"%w %d\"", W_FORMAT, "%w %d" },
		{ "show maps raw format \" %w,%d \" \n", W_FORMAT, " %w,%d " },
		{ "show paths format %d\n", W_FORMAT, "%d" },
		{ "  show\tpaths   format   %d  ", W_FORMAT, "%d" },
		{ "show paths format \"%d", W_FORMAT, "%d" }, /* never closed */
		{ "show paths format \"\"", W_FORMAT, "" },
		{ "show paths format\"%d\"", W_FORMAT, "%d" },
		{ "del map paths", W_MAP, "paths" }, /* a name may look like a word */
		{ "switch map \"my map\" group 2", W_MAP, "my map" },
		{ "switch map \"my map\" group 2", W_GROUP, "2" },
		{ "setprstatus map m pathlist \"8:0 8:16\"", W_PATHLIST, "8:0 8:16" },
		{ "setprkey map m key 0x1:aptpl", W_KEY, "0x1:aptpl" },
		{ "show why /dev/sda", W_WHY, "/dev/sda" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verb_cmd c;

		assert_int_equal(verb_parse(rows[i].text, &c), 0);
		assert_string_equal(c.param[rows[i].word], rows[i].param);
	}
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *begins;
	} rows[] = {
		{ "", -ENOMEM, "fail\n: Not enough memory\nmultipath-tools v" },
		{ " \n", -ENOMEM, "fail\n: Not enough memory\nmultipath-tools v" },
		{ "help", -ESRCH, "fail\nhelp: not found\nmultipath-tools v" },
		{ "show foo \n", -ESRCH, "fail\nshow foo: not found\nmultipath-tools v" },
		{ "foo paths", -EINVAL, "fail\n" },
		{ "show foo paths", -EINVAL, "fail\n" },
		{ "show", -ENODATA, "fail\nshow: Missing argument\nmultipath-tools v" },
		{ "show map", -ENODATA, "fail\nshow map: Missing argument\nmultipath-tools v" },
		{ "show map m", -ENODATA, "fail\nshow map m: Missing argument\nmultipath-tools v" },
		{ "add", -ENODATA, "fail\nadd: Missing argument\nmultipath-tools v" },
		{ "paths show", -ENODATA, "fail\npaths show: Missing argument\nmultipath-tools v" },
		{ "show paths paths paths paths paths", -ENODATA,
		  "fail\nshow paths paths paths paths paths: Missing argument\nmultipath-tools v" },
		{ "show paths format", -ENODATA,
		  "fail\nshow paths format: Missing argument\nmultipath-tools v" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TEXT out = STRBUF_INIT;
		struct verb_cmd c;

		assert_int_equal(verb_parse(rows[i].text, &c), rows[i].err);
		verb_error(rows[i].err, rows[i].text, &out);
		if (rows[i].err == -EINVAL)
			assert_string_equal(sb_str(&out), rows[i].begins);
		else
			assert_memory_equal(sb_str(&out), rows[i].begins, strlen(rows[i].begins));
	}
}

/* Text of every length and every byte: what is parsed never leaves its buffer (run with ASan). */
static void test_hostile(void **state)
{
	char text[CTL_COMMAND_MAX];
	struct verb_cmd c;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		for (size_t i = 0; i < len; i++)
			text[i] = "a\"b \""[i % 5];
		text[len] = '\0';
		assert_true(verb_parse(text, &c) < 0);
		memset(text, '"', len);
		assert_true(verb_parse(text, &c) < 0);
	}
	for (int b = 1; b < 256; b++) {
		snprintf(text, sizeof(text), "show paths format \"%%%c\"", b);
		assert_int_equal(verb_parse(text, &c), b == '"' ? -ESRCH : 0);
	}
}

static void test_help(void **state)
{
	static const char *const lines[] = {
		"multipath-tools v0.14.3 (02/05, 2026)\nCLI commands reference:\n list|show paths\n"
		" list|show paths format $format\n list|show paths raw format $format\n"
		" list|show path $path\n list|show maps|multipaths\n list|show status\n",
		" list|show map|multipath $map raw format $format\n",
		" del|remove maps|multipaths\n switch|switchgroup map|multipath $map group "
		"$group\n",
		" quit|exit\n shutdown\n getprstatus map|multipath $map\n",
		" setprstatus map|multipath $map pathlist $pathlist\n",
		" unsetprhold map|multipath $map\n list|show events\n list|show events json\n"
		" list|show why $why\n list|show workers\n",
	};
	TEXT out = STRBUF_INIT;
	const char *at;

	(void)state;
	verb_help(&out);
	at = sb_str(&out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		at = strstr(at, lines[i]);
		assert_non_null(at);
		at += strlen(lines[i]);
	}
	assert_string_equal(at, "");
}

static void complete(const char *text, const char *expected)
{
	TEXT out = STRBUF_INIT;
	const char *found[80];
	size_t start = 999;
	unsigned int n = verb_complete(text, found, 80, &start);

	for (unsigned int i = 0; i < n; i++)
		sb_printf(&out, "%s%s", i ? " " : "", found[i]);
	assert_string_equal(sb_str(&out), expected);
	if (n) {
		const char *blank = strrchr(text, ' ');

		assert_int_equal(start, blank ? (size_t)(blank + 1 - text) : 0);
	}
}

static void test_completion(void **state)
{
	const char *found[80];
	size_t start;

	(void)state;
	complete("sus", "suspend");
	complete("sh", "show shutdown");
	complete("show m", "maps map");
	complete("show mu", "multipaths multipath");
	complete("l", "list");
	complete("show maps ", "status stats format raw topology json");
	complete("show map ", "");
	complete("show map mpatha", "");
	complete("show map mpatha t", "topology");
	complete("show map \"my map\" t", "topology");
	complete("show paths format ", "");
	complete("show paths format %d ", "");
	complete("nonsense ", "");
	complete("rec ", "all");
	assert_true(verb_complete("", found, 80, &start) > 25);
	assert_int_equal(verb_complete("", found, 3, &start), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),  cmocka_unit_test(test_abbreviations),
		cmocka_unit_test(test_parameters), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_hostile),	   cmocka_unit_test(test_help),
		cmocka_unit_test(test_completion),
	};

	return cmocka_run_group_tests_name("verbs", tests, NULL, NULL);
}
