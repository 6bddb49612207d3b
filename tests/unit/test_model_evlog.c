// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of state changes: its order, its texts, its JSON, and the question why. */
#include <stdlib.h>

#include "tests/unit/topo.h"

#include "core/model/evlog.h"

#define SEC	1000000000LL
#define MORNING 1795577672123456789LL /* 2026-11-25T03:34:32.123456789Z */

static void free_log(struct evlog **l)
{
	free(*l);
}

#define LOG __attribute__((cleanup(free_log))) struct evlog

static void change(struct evlog *l, int64_t at_s, enum ev_object object, const char *name,
		   const char *kind, const char *from, const char *to, const char *cause,
		   const char *action)
{
	struct ev_entry *e = evlog_add(l, at_s * SEC, MORNING + at_s * SEC, object, name);

	e->kind = kind;
	snprintf(e->from, sizeof(e->from), "%s", from);
	snprintf(e->to, sizeof(e->to), "%s", to);
	snprintf(e->cause, sizeof(e->cause), "%s", cause);
	snprintf(e->action, sizeof(e->action), "%s", action);
	if (object == EV_PATH)
		strcpy(e->map, "mpatha");
}

static void story(struct evlog *l)
{
	change(l, 0, EV_DAEMON, "multipathd", "daemon", "", "running", "", "");
	change(l, 1, EV_PATH, "sda", "path state", "up", "down", "tur checker reports path is down",
	       "fail_path 8:0");
	change(l, 2, EV_MAP, "mpatha", "path group", "1", "2", "kernel", "");
	change(l, 3, EV_PATH, "sda", "path state", "down", "up", "tur checker reports path is up",
	       "reinstate_path 8:0");
	change(l, 4, EV_PATH, "sda", "priority", "50", "10", "", "");
	change(l, 5, EV_MAP, "mpathb", "queueing", "on", "off", "operator", "fail_if_no_path");
}

static void as_text(void **state)
{
	LOG *l = calloc(1, sizeof(*l));
	TEXT sb = TEXT_INIT;
	(void)state;

	evlog_text(l, &sb);
	assert_string_equal(sb_str(&sb), "");
	story(l);
	evlog_text(l, &sb);
	assert_string_equal(
		sb_str(&sb),
		"2026-11-25T03:34:32.123456Z multipathd: daemon running\n"
		"2026-11-25T03:34:33.123456Z sda (mpatha): path state up -> down: tur checker "
		"reports path is down; fail_path 8:0\n"
		"2026-11-25T03:34:34.123456Z mpatha: path group 1 -> 2: kernel\n"
		"2026-11-25T03:34:35.123456Z sda (mpatha): path state down -> up: tur checker "
		"reports path is up; reinstate_path 8:0\n"
		"2026-11-25T03:34:36.123456Z sda (mpatha): priority 50 -> 10\n"
		"2026-11-25T03:34:37.123456Z mpathb: queueing on -> off: operator; "
		"fail_if_no_path\n");
}

static void as_json(void **state)
{
	LOG *l = calloc(1, sizeof(*l));
	TEXT sb = TEXT_INIT;
	(void)state;

	evlog_json(l, &sb);
	assert_string_equal(sb_str(&sb), "{\"version\":1,\"recorded\":0,\"events\":[\n]}\n");
	sb_clear(&sb);
	change(l, 1, EV_PATH, "sda", "path state", "up", "down", "a \"b\"\n\\", "\xff");
	change(l, 2, EV_MAP, "m\xc3\xa4p", "size", "1", "2", "", "");
	evlog_json(l, &sb);
	assert_string_equal(
		sb_str(&sb),
		"{\"version\":1,\"recorded\":2,\"events\":[\n"
		"{\"time\":\"2026-11-25T03:34:33.123456Z\",\"monotonic\":1.000000,"
		"\"object\":\"path\",\"name\":\"sda\",\"map\":\"mpatha\","
		"\"kind\":\"path state\",\"from\":\"up\",\"to\":\"down\","
		"\"cause\":\"a \\\"b\\\"\\u000a\\\\\",\"action\":\"\\\\xff\"},\n"
		"{\"time\":\"2026-11-25T03:34:34.123456Z\",\"monotonic\":2.000000,"
		"\"object\":\"map\",\"name\":\"m\xc3\xa4p\",\"map\":\"\",\"kind\":\"size\","
		"\"from\":\"1\",\"to\":\"2\",\"cause\":\"\",\"action\":\"\"}\n]}\n");
}

static void expect_why(const struct evlog *l, const char *name, const char *want)
{
	TEXT sb = TEXT_INIT;

	assert_int_equal(evlog_why(l, name, 10 * SEC, &sb), *want != 0);
	assert_string_equal(sb_str(&sb), want);
}

static void why(void **state)
{
	LOG *l = calloc(1, sizeof(*l));
	(void)state;

#define SDA                                                                                        \
	"sda (mpatha): priority 50 -> 10, 6.0 s ago (2026-11-25T03:34:36.123456Z)\n"               \
	"  because: not known\n"                                                                   \
	"sda (mpatha): path state down -> up, 7.0 s ago (2026-11-25T03:34:35.123456Z)\n"           \
	"  because: tur checker reports path is up\n"                                              \
	"  done: reinstate_path 8:0\n"
	story(l);
	expect_why(l, "sda", SDA);
	expect_why(l, "mpatha",
		   SDA "mpatha: path group 1 -> 2, 8.0 s ago (2026-11-25T03:34:34.123456Z)\n"
		       "  because: kernel\n");
	expect_why(l, "sdb", "");
	expect_why(l, "", "");
}

static void the_ring_turns(void **state)
{
	LOG *l = calloc(1, sizeof(*l));
	TEXT sb = TEXT_INIT;
	char name[16];
	(void)state;

	for (unsigned int i = 0; i < 2 * EVLOG_MAX + 345; i++) {
		snprintf(name, sizeof(name), "sd%u", i);
		change(l, i, EV_PATH, name, "path state", "up", "down", "", "");
		assert_string_equal(evlog_get(l, i < EVLOG_MAX ? i : EVLOG_MAX - 1)->name, name);
		snprintf(name, sizeof(name), "sd%u", i < EVLOG_MAX ? 0 : i + 1 - EVLOG_MAX);
		assert_string_equal(evlog_get(l, 0)->name, name);
	}
	assert_null(evlog_get(l, EVLOG_MAX));
	evlog_text(l, &sb);
	assert_null(strstr(sb_str(&sb), "sd1344 "));
	assert_non_null(strstr(sb_str(&sb), "sd1345 "));
	assert_non_null(strstr(sb_str(&sb), "sd2344 "));
	assert_false(evlog_why(l, "sd1344", 0, &sb));
}

/* Names come from devices: nothing of them reaches a terminal as a command. */
static void texts_are_safe(void **state)
{
	LOG *l = calloc(1, sizeof(*l));
	TEXT sb = TEXT_INIT;
	char longest[300];
	(void)state;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	change(l, 1, EV_MAP, "a\033[2Jb", "alias", longest, "c\n", "\x9b", "d");
	evlog_text(l, &sb);
	assert_null(strchr(sb_str(&sb), '\033'));
	assert_non_null(strstr(sb_str(&sb), "a\\x1b[2Jb: alias xxx"));
	assert_non_null(strstr(sb_str(&sb), "x -> c\\x0a: \\x9b; d\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_text),
		cmocka_unit_test(as_json),
		cmocka_unit_test(why),
		cmocka_unit_test(the_ring_turns),
		cmocka_unit_test(texts_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
