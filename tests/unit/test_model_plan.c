// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "tests/unit/topo.h"

#include "core/model/plan.h"

#define WWID "3600a"

/* A map of two paths as it is wanted, and the same as the kernel has it. Each test changes one. */
struct pair {
	struct topology *t;
	struct map *want, *has;
	struct pathgroup want_groups[2], has_groups[2];
	struct plan_seen seen;
	struct plan plan;
};

static void fill(struct topology *t, struct map *m, struct pathgroup *groups)
{
	m->size = m->dm.size = 2048;
	m->features = "0";
	m->hwhandler = "0";
	m->selector = "service-time 0";
	m->minio = 1;
	m->groups = groups;
	m->n_groups = 2;
	m->best_group = m->next_group = 1;
	for (unsigned int i = 0; i < 2; i++)
		group_add_path(t, &groups[i], t->paths[i]);
}

static int setup(void **state)
{
	struct pair *x = calloc(1, sizeof(*x));

	x->t = topology_new(NULL);
	topo_path(x->t, "sda", 8, 0);
	topo_path(x->t, "sdb", 8, 16);
	x->want = topo_map(x->t, "mpatha", WWID);
	x->has = topo_map(x->t, "mpatha", WWID);
	fill(x->t, x->want, x->want_groups);
	fill(x->t, x->has, x->has_groups);
	snprintf(x->has->dm.name, sizeof(x->has->dm.name), "mpatha");
	x->seen.same_wwid = x->has;
	x->seen.same_name = &x->has->dm;
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct pair *x = *state;

	topology_free(x->t);
	free(x);
	return 0;
}

static void expect(struct pair *x, enum map_action action, const char *reason)
{
	plan_map(x->want, &x->seen, &x->plan);
	assert_int_equal(x->plan.action, action);
	assert_string_equal(x->plan.reason, reason);
}

static void call(struct pair *x, const char *name)
{
	snprintf(x->has->dm.name, sizeof(x->has->dm.name), "%s", name);
	x->seen.same_name = NULL;
}

static void equal_maps_are_left_alone(void **state)
{
	expect(*state, ACT_NOTHING, "map unchanged");
}

static void a_missing_map_is_created(void **state)
{
	struct pair *x = *state;

	x->seen = (struct plan_seen){ 0 };
	expect(x, ACT_CREATE, "map does not exist");
	assert_string_equal(x->plan.name, "mpatha");
	assert_string_equal(x->plan.notes[0].text, "mpatha: set ACT_CREATE (map does not exist)");
}

static void an_alias_that_is_taken(void **state)
{
	struct pair *x = *state;
	struct dm_map other = { .name = "mpatha", .uuid = "mpath-3600b", .target = "multipath" };

	x->seen = (struct plan_seen){ .same_name = &other };
	expect(x, ACT_CREATE, "map does not exist");
	assert_string_equal(x->plan.name, WWID);
	assert_string_equal(
		x->plan.notes[0].text,
		"3600a: can't use alias \"mpatha\" used by 3600b, falling back to WWID");
	assert_int_equal(x->plan.notes[0].level, 1);

	strcpy(other.uuid, "LVM-abc");
	other.target = "linear";
	expect(x, ACT_REJECT, "alias taken by a non-multipath map");
	assert_string_equal(x->plan.notes[0].text,
			    "3600a: alias \"mpatha\" already taken by a non-multipath map");
}

static void a_wwid_that_is_taken(void **state)
{
	struct pair *x = *state;
	struct dm_map other = { .name = "thief", .uuid = "mpath-3600a", .target = "linear" };

	x->seen = (struct plan_seen){ .foreign_wwid = &other };
	expect(x, ACT_REJECT, "UUID in use by a non-multipath map");
	assert_string_equal(x->plan.notes[0].text,
			    "3600a: wwid \"3600a\" already in use by non-multipath map \"thief\"");
}

static void renames(void **state)
{
	struct pair *x = *state;
	struct dm_map other = { .name = "mpatha", .uuid = "mpath-3600b", .target = "multipath" };

	call(x, "old");
	expect(x, ACT_RENAME, "alias change");
	assert_string_equal(x->plan.name, "mpatha");
	assert_string_equal(x->plan.notes[0].text, "3600a: rename old to mpatha");

	x->seen.same_name = &other;
	expect(x, ACT_IMPOSSIBLE, "alias taken");
	assert_string_equal(x->plan.name, "old");
	assert_string_equal(x->plan.notes[0].text,
			    "3600a: map \"mpatha\" already present, unable to rename \"old\"");

	x->seen.force = true;
	expect(x, ACT_RELOAD, "forced by user");
	assert_string_equal(x->plan.name, "old");

	x->seen.same_name = NULL;
	expect(x, ACT_RELOAD_RENAME, "forced by user");
	x->seen.force = false;
	x->has->next_group = 2;
	expect(x, ACT_SWITCHPG_RENAME, "next path group change");
	x->has->dm.size = 4096;
	expect(x, ACT_RESIZE_RENAME, "size change");
}

/* Each difference is added to those before it and wins over them: the order of questions. */
static void the_order_of_questions(void **state)
{
	struct pair *x = *state;

	x->has->next_group = 2;
	expect(x, ACT_SWITCHPG, "next path group change");
	x->has->n_groups = 1;
	expect(x, ACT_RELOAD, "path group topology change");
	x->has->minio = 7;
	expect(x, ACT_RELOAD, "minio change");
	x->has->selector = "round-robin 0";
	expect(x, ACT_RELOAD, "selector change");
	x->has->features = "2 pg_init_retries 50";
	expect(x, ACT_RELOAD, "features change");
	x->has->hwhandler = "1 rdac";
	expect(x, ACT_RELOAD, "hwhandler change");
	topo_set_word(x->t, &x->want->props, KW_no_path_retry, VW_queue);
	x->want->queueing = true;
	expect(x, ACT_RELOAD, "no_path_retry change");
	assert_false(x->plan.afresh);
	x->seen.udev_incomplete = true;
	expect(x, ACT_RELOAD, "udev incomplete");
	assert_true(x->plan.afresh);
	x->seen.force = true;
	expect(x, ACT_RELOAD, "forced by user");
	x->has->dm.size = 4096;
	expect(x, ACT_RESIZE, "size change");
}

static void a_retained_handler_is_no_difference(void **state)
{
	struct pair *x = *state;

	x->has->hwhandler = "1 alua";
	topo_set_word(x->t, &x->want->props, KW_retain_attached_hw_handler, VW_yes);
	expect(x, ACT_NOTHING, "map unchanged");
	/* but where the kernel has none, a wanted one is loaded */
	x->has->hwhandler = "0";
	x->want->hwhandler = "1 alua";
	expect(x, ACT_RELOAD, "hwhandler change");
}

static void groups_are_compared_by_members(void **state)
{
	struct pair *x = *state;
	struct pathgroup swapped[2] = { x->has_groups[1], x->has_groups[0] };

	x->has->groups = swapped;
	expect(x, ACT_RELOAD, "path group topology change");
	x->has->groups = x->has_groups;
	x->has_groups[1].n = 0;
	expect(x, ACT_RELOAD, "path group topology change");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(equal_maps_are_left_alone),
		T(a_missing_map_is_created),
		T(an_alias_that_is_taken),
		T(a_wwid_that_is_taken),
		T(renames),
		T(the_order_of_questions),
		T(a_retained_handler_is_no_difference),
		T(groups_are_compared_by_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
