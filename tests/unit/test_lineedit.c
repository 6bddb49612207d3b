// SPDX-License-Identifier: GPL-2.0-or-later
/* lineedit: keys in, text and screen out; completion by the daemon's table of verbs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/lineedit.h"
#include "daemon/verbs.h"
#include "parser/strbuf.h"

#define TEXT __attribute__((cleanup(sb_done))) struct strbuf

#define LEFT  "\033[D"
#define RIGHT "\033[C"
#define UP    "\033[A"
#define DOWN  "\033[B"

static enum line_event type(struct lineedit *l, const char *keys, struct strbuf *extra)
{
	enum line_event ev = LINE_MORE;

	for (; *keys && ev == LINE_MORE; keys++)
		ev = line_key(l, (unsigned char)*keys, extra);
	return ev;
}

static void test_editing(void **state)
{
	static const struct {
		const char *keys, *text;
		size_t pos;
	} rows[] = {
		{ "show paths", "show paths", 10 },
		{ "shw" LEFT "o", "show", 3 },
		{ "shw\033ODo", "show", 3 },
		{ "how" LEFT LEFT LEFT LEFT "s", "show", 1 },
		{ "how\001s", "show", 1 },
		{ "how\033[Hs\033[Fs", "shows", 5 },
		{ "show\010\177", "sh", 2 },
		{ "xshow\001\033[3~", "show", 0 },
		{ "xshow\001\004", "show", 0 },
		{ "show maps all\027\027", "show ", 5 },
		{ "show maps" LEFT LEFT "\013", "show ma", 7 },
		{ "show maps" LEFT LEFT "\025", "ps", 0 },
		{ "\177\010" LEFT RIGHT "\033[3~\013\025\027", "", 0 },
		{ "n\303\251v" LEFT LEFT "\177", "\303\251v", 0 }, /* one character, two bytes */
		{ "n\303\251v" LEFT "\177", "nv", 1 },
		{ "a\033[1;5Cb", "ab", 2 }, /* unknown sequences are swallowed whole */
		{ "a\033Zb", "ab", 2 },
		{ "a\033[99999999999b", "a99999b", 7 }, /* too long to be one */
		{ "a\001\002\033[Db", "ba", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TEXT extra = STRBUF_INIT;
		struct lineedit l = { 0 };

		line_start(&l);
		assert_int_equal(type(&l, rows[i].keys, &extra), LINE_MORE);
		assert_string_equal(l.buf, rows[i].text);
		assert_int_equal(l.pos, rows[i].pos);
		assert_int_equal(l.len, strlen(rows[i].text));
	}
}

static void test_events(void **state)
{
	TEXT extra = STRBUF_INIT;
	struct lineedit l = { 0 };

	(void)state;
	line_start(&l);
	assert_int_equal(type(&l, "a\r", &extra), LINE_DONE);
	assert_int_equal(type(&l, "\003", &extra), LINE_CANCEL);
	assert_int_equal(type(&l, "\014", &extra), LINE_CLEAR);
	line_start(&l);
	assert_int_equal(type(&l, "\004", &extra), LINE_END);
}

static void enter(struct lineedit *l, const char *text)
{
	TEXT extra = STRBUF_INIT;

	line_start(l);
	type(l, text, &extra);
	line_remember(l);
}

static void test_history(void **state)
{
	TEXT extra = STRBUF_INIT;
	struct lineedit l = { 0 };

	(void)state;
	enter(&l, "one");
	enter(&l, "two");
	enter(&l, "two");
	enter(&l, "");
	assert_int_equal(l.n_history, 2);
	line_start(&l);
	type(&l, "new" UP, &extra);
	assert_string_equal(l.buf, "two");
	type(&l, UP UP UP, &extra);
	assert_string_equal(l.buf, "one");
	type(&l, "!" DOWN, &extra);
	assert_string_equal(l.buf, "two");
	type(&l, DOWN DOWN, &extra);
	assert_string_equal(l.buf, "new");
	for (int i = 0; i < 3 * LINE_HISTORY; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		enter(&l, text);
	}
	assert_int_equal(l.n_history, LINE_HISTORY);
	assert_string_equal(l.history[0], "200");
	line_done(&l);
}

static void test_completion(void **state)
{
	static const struct {
		const char *keys, *text, *extra;
	} rows[] = {
		{ "sus\t", "suspend ", "" },
		{ "sus\tm\t", "suspend map ", "" },
		{ "show to\t", "show topology ", "" },
		{ "show st\t", "show status ", "" },
		{ "show maps st\t", "show maps stat", "" },
		{ "show maps st\t\t", "show maps stat", "status  stats\n" },
		{ "nonsense x\t", "nonsense x", "" },
		{ "xx" LEFT LEFT "rec\t", "reconfigure xx", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TEXT extra = STRBUF_INIT;
		struct lineedit l = { .complete = verb_complete };

		line_start(&l);
		type(&l, rows[i].keys, &extra);
		assert_string_equal(l.buf, rows[i].text);
		assert_string_equal(sb_str(&extra), rows[i].extra);
	}
}

/* A line that does not fit slides; it is never wider than the screen. */
static void test_draw(void **state)
{
	TEXT extra = STRBUF_INIT, out = STRBUF_INIT;
	struct lineedit l = { 0 };

	(void)state;
	line_start(&l);
	type(&l, "abcdef", &extra);
	line_draw(&l, "> ", 80, &out);
	assert_string_equal(sb_str(&out), "\r> abcdef\033[K");
	sb_clear(&out);
	type(&l, LEFT LEFT, &extra);
	line_draw(&l, "> ", 80, &out);
	assert_string_equal(sb_str(&out), "\r> abcdef\033[K\033[2D");
	sb_clear(&out);
	type(&l, "\005ghij", &extra);
	line_draw(&l, "> ", 8, &out);
	assert_string_equal(sb_str(&out), "\r> fghij\033[K");
	sb_clear(&out);
	type(&l, "\001", &extra);
	line_draw(&l, "> ", 8, &out);
	assert_string_equal(sb_str(&out), "\r> abcde\033[K\033[5D");
	sb_clear(&out);
	line_draw(&l, "> ", 1, &out);
	assert_string_equal(sb_str(&out), "\r> a\033[K\033[1D");
}

/* More than fits is not taken; all bytes in any order leave a line that hangs together. */
static void test_hostile(void **state)
{
	TEXT extra = STRBUF_INIT;
	struct lineedit l = { .complete = verb_complete };
	uint32_t seed = 1;

	(void)state;
	line_start(&l);
	for (int i = 0; i < 1000; i++)
		line_key(&l, 'x', &extra);
	assert_int_equal(l.len, LINE_MAX_BYTES);
	for (int i = 0; i < 200000; i++) {
		seed = seed * 1103515245 + 12345;
		line_key(&l, (unsigned char)(seed >> 16), &extra);
		assert_true(l.pos <= l.len && l.len <= LINE_MAX_BYTES && strlen(l.buf) == l.len);
		if (i % 100 == 0)
			line_draw(&l, "> ", 20, &extra);
		sb_clear(&extra);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_editing), cmocka_unit_test(test_events),
		cmocka_unit_test(test_history), cmocka_unit_test(test_completion),
		cmocka_unit_test(test_draw),	cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("lineedit", tests, NULL, NULL);
}
