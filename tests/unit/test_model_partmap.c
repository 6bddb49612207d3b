// SPDX-License-Identifier: GPL-2.0-or-later
/* Partition maps: whose they are, what they are called, what is to be done. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/partmap.h"

static struct dm_map map(const char *name, const char *uuid)
{
	struct dm_map m = { .open_count = 0 };

	snprintf(m.name, sizeof(m.name), "%s", name);
	snprintf(m.uuid, sizeof(m.uuid), "%s", uuid);
	return m;
}

/* A partition of 253:0, one linear target. */
static struct dm_map linear(const char *name, const char *uuid, char *table, uint64_t size)
{
	struct dm_map m = map(name, uuid);

	m.major = 253;
	m.minor = 9;
	m.target = (char *)"linear";
	m.n_targets = 1;
	m.table = table;
	m.size = size;
	return m;
}

static const struct partmap_whole whole = {
	.name = "mpatha", .uuid = "mpath-3600a", .major = 253, .minor = 0
};

static struct ptable table(unsigned int n, ...)
{
	static struct ptable t;
	va_list ap;

	t = (struct ptable){ .type = "gpt", .n = n };
	va_start(ap, n);
	for (unsigned int i = 0; i < n; i++) {
		t.slices[i].number = va_arg(ap, unsigned int);
		t.slices[i].start = va_arg(ap, unsigned int);
		t.slices[i].size = va_arg(ap, unsigned int);
	}
	va_end(ap);
	return t;
}

/* The steps as text: "ACT NAME[<FROM][!WHY]", one a word. */
static const char *steps(const struct partmap_plan *p)
{
	static const char *const acts[] = { "keep", "create", "reload", "remove", "refuse" };
	static char out[1024];
	size_t n = 0;

	out[0] = '\0';
	for (unsigned int i = 0; i < p->n; i++) {
		const struct partmap_step *s = &p->steps[i];

		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s %s", i ? " " : "",
				      acts[s->act], s->name);
		if (*s->from)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "<%s", s->from);
		if (s->why)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "!%d", (int)s->why);
	}
	return out;
}

static void expect_table(const struct ptable *t, struct dm_map *maps, unsigned int n,
			 const struct partmap_whole *w, bool vanished, const char *want)
{
	const struct dm_maps dm = { maps, n };
	struct partmap_plan p;

	assert_int_equal(partmap_plan_table(t, &dm, w, vanished, &p), 0);
	assert_string_equal(steps(&p), want);
	partmap_plan_done(&p);
}

static void test_number(void **state)
{
	static const struct {
		const char *uuid;
		unsigned int number;
	} cases[] = {
		{ "part1-mpath-3600a", 1 },
		{ "part128-mpath-3600a", 128 },
		{ "part0-mpath-3600a", 0 },
		{ "part-mpath-3600a", 0 },
		{ "part1mpath-3600a", 0 },
		{ "part1-mpath-3600ab", 0 },
		{ "part1-part1-mpath-3600a", 0 },
		{ "part99999999999-mpath-3600a", 0 },
		{ "mpath-3600a", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_map m = map("x", cases[i].uuid);

		assert_int_equal(partmap_number(&m, "mpath-3600a"), cases[i].number);
		assert_int_equal(partmap_number(&m, ""), 0);
	}
}

static void test_uuid(void **state)
{
	char out[DM_UUID_MAX], whole_uuid[DM_UUID_MAX];

	(void)state;
	assert_int_equal(partmap_uuid(7, "mpath-3600a", out), 0);
	assert_string_equal(out, "part7-mpath-3600a");
	memset(whole_uuid, 'x', sizeof(whole_uuid));
	whole_uuid[122] = '\0';
	assert_int_equal(partmap_uuid(7, whole_uuid, out), 0);
	assert_int_equal(partmap_uuid(77, whole_uuid, out), -ENAMETOOLONG);
	partmap_lent_uuid(7, 3, out);
	assert_string_equal(out, "devnode_7:3_Wh5pYvM"); /* recorded of Debian's kpartx */
}

static void test_delimiter(void **state)
{
	(void)state;
	assert_string_equal(partmap_delimiter("mpatha"), "");
	assert_string_equal(partmap_delimiter("mpath0"), "p");
	assert_string_equal(partmap_delimiter(""), "");
}

static void test_renamed(void **state)
{
	static const struct {
		const char *part, *from, *to, *delim, *want;
	} cases[] = {
		{ "mpatha1", "mpatha", "data", NULL, "data1" },
		{ "mpatha1", "mpatha", "data7", NULL, "data7p1" },
		{ "data7p1", "data7", "mpatha", NULL, "mpatha1" },
		{ "mpatha-part1", "mpatha", "data7", NULL, "data7-part1" },
		{ "mpatha_12", "mpatha", "data", NULL, "data_12" },
		{ "mpatha1", "mpatha", "data", "-part", "data-part1" },
		{ "mpatha-part1", "mpatha", "data7", "", "data71" },
		{ "other1", "mpatha", "data", NULL, NULL },
	};
	char out[DM_NAME_MAX], longer[DM_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_map m = map(cases[i].part, "");
		int r = partmap_renamed(&m, cases[i].from, cases[i].to, cases[i].delim, out);

		assert_int_equal(r, cases[i].want ? 0 : -EINVAL);
		if (cases[i].want)
			assert_string_equal(out, cases[i].want);
	}
	memset(longer, 'x', sizeof(longer));
	longer[DM_NAME_MAX - 1] = '\0';
	struct dm_map m = map("mpatha1", "");
	assert_int_equal(partmap_renamed(&m, "mpatha", longer, NULL, out), -ENAMETOOLONG);
}

static void test_plan_table(void **state)
{
	struct ptable t = table(3, 1, 2048, 100, 2, 4096, 100, 5, 8192, 100);
	struct dm_map maps[] = {
		map("mpatha", "mpath-3600a"),
		linear("mpatha1", "part1-mpath-3600a", (char *)"253:0 2048", 100),
		linear("mpatha-part2", "part2-mpath-3600a", (char *)"253:0 4096", 100),
		linear("mpatha3", "part3-mpath-3600a", (char *)"253:0 9000", 100),
		linear("mpathb1", "part1-mpath-3600b", (char *)"253:1 2048", 100),
	};

	(void)state;
	expect_table(&t, maps, 5, &whole, false,
		     "keep mpatha1 keep mpatha2<mpatha-part2 create mpatha5");
	expect_table(&t, maps, 5, &whole, true,
		     "keep mpatha1 keep mpatha2<mpatha-part2 create mpatha5 remove mpatha3");
	maps[3].open_count = 1;
	expect_table(&t, maps, 5, &whole, true,
		     "keep mpatha1 keep mpatha2<mpatha-part2 create mpatha5 refuse mpatha3!1");
	expect_table(&t, maps, 0, &whole, true, "create mpatha1 create mpatha2 create mpatha5");
	t.slices[0].container = 5;
	expect_table(&t, maps, 0, &whole, true, "create mpatha2 create mpatha5 create mpatha1");
}

static void test_plan_reload(void **state)
{
	struct partmap_whole read_only = whole;
	struct ptable t = table(1, 1, 2048, 100);
	struct dm_map good = linear("mpatha1", "part1-mpath-3600a", (char *)"253:0 2048", 100), m;

	(void)state;
	m = good;
	m.size = 99;
	expect_table(&t, &m, 1, &whole, true, "reload mpatha1");
	m = good;
	m.table = (char *)"253:0 2049";
	expect_table(&t, &m, 1, &whole, true, "reload mpatha1");
	m = good;
	m.table = (char *)"253:1 2048";
	expect_table(&t, &m, 1, &whole, true, "reload mpatha1");
	m = good;
	m.suspended = true; /* half made by somebody who was killed */
	expect_table(&t, &m, 1, &whole, true, "reload mpatha1");
	m = good;
	m.n_targets = 2;
	expect_table(&t, &m, 1, &whole, true, "reload mpatha1");
	m = map("mpatha1", "part1-mpath-3600a"); /* no table */
	expect_table(&t, &m, 1, &whole, true, "reload mpatha1");
	read_only.read_only = true;
	expect_table(&t, &good, 1, &read_only, true, "reload mpatha1");
	good.read_only = true;
	expect_table(&t, &good, 1, &read_only, true, "keep mpatha1");
}

static void test_plan_names(void **state)
{
	struct partmap_whole long_name = whole;
	struct ptable t = table(1, 1, 2048, 100);
	char name[DM_NAME_MAX];
	struct dm_map maps[] = {
		linear("mpatha1", "LVM-x", (char *)"253:0 2048", 100),
		linear("mpatha_old", "part1-mpath-3600a", (char *)"253:0 2048", 100),
	};

	(void)state;
	expect_table(&t, maps, 1, &whole, true, "refuse mpatha1!3");
	expect_table(&t, maps, 2, &whole, true, "refuse mpatha1!3");
	maps[0].uuid[0] = '\0'; /* made by an old kpartx */
	expect_table(&t, maps, 1, &whole, true, "keep mpatha1");
	expect_table(&t, maps, 2, &whole, true, "refuse mpatha1!3");
	maps[0].table = (char *)"8:0 2048"; /* or by somebody else */
	expect_table(&t, maps, 1, &whole, true, "refuse mpatha1!3");
	memset(name, 'x', sizeof(name));
	name[DM_NAME_MAX - 1] = '\0';
	long_name.name = name;
	{
		const struct dm_maps none = { 0 };
		struct partmap_plan p;

		assert_int_equal(partmap_plan_table(&t, &none, &long_name, true, &p), 0);
		assert_non_null(partmap_refused(&p, PARTMAP_NAME_LONG));
		partmap_plan_done(&p);
		name[DM_NAME_MAX - 2] = '\0'; /* 126 letters and a digit fit */
		assert_int_equal(partmap_plan_table(&t, &none, &long_name, true, &p), 0);
		assert_int_equal(p.steps[0].act, PARTMAP_CREATE);
		partmap_plan_done(&p);
	}
}

static void expect_removal(struct dm_map *maps, unsigned int n, const struct partmap_whole *w,
			   const char *want)
{
	const struct dm_maps dm = { maps, n };
	struct partmap_plan p;

	assert_int_equal(partmap_plan_removal(&dm, w, &p), 0);
	assert_string_equal(steps(&p), want);
	assert_int_equal(partmap_refused(&p, PARTMAP_IN_USE) != NULL, strstr(want, "!1") != NULL);
	partmap_plan_done(&p);
}

static void test_plan_removal(void **state)
{
	struct partmap_whole adopting = whole;
	struct dm_map maps[] = {
		linear("any", "part1-mpath-3600a", (char *)"253:0 2048", 100),
		map("half-made", "part2-mpath-3600a"),
		linear("orphan", "", (char *)"253:0 2048", 100),
		linear("data", "LVM-x", (char *)"253:0 2048", 100),
		linear("elsewhere", "", (char *)"253:1 2048", 100),
		map("mpatha", "mpath-3600a"),
	};

	(void)state;
	expect_removal(maps, 6, &whole,
		       "remove any remove half-made refuse orphan!2 refuse data!2");
	adopting.adopt = true;
	expect_removal(maps, 6, &adopting,
		       "remove any remove half-made remove orphan refuse data!2");
	maps[0].open_count = 1;
	expect_removal(maps, 6, &whole,
		       "refuse any!1 remove half-made refuse orphan!2 refuse data!2");
	expect_removal(maps + 4, 2, &whole, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),	   cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_delimiter),  cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_plan_table), cmocka_unit_test(test_plan_reload),
		cmocka_unit_test(test_plan_names), cmocka_unit_test(test_plan_removal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
