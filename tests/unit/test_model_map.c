// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/topo.h"

static void words_of_actions(void **state)
{
	(void)state;
	assert_string_equal(map_action_word(ACT_CREATE), "create");
	assert_string_equal(map_action_word(ACT_RELOAD), "reload");
	assert_string_equal(map_action_word(ACT_SWITCHPG), "switchpg");
	assert_string_equal(map_action_word(ACT_RENAME), "rename");
	assert_string_equal(map_action_word(ACT_REJECT), "reject");
	assert_string_equal(map_action_word(ACT_NOTHING), "");
	assert_string_equal(map_action_word(ACT_RESIZE), "");
	assert_string_equal(map_action_word(ACT_DRY_RUN), "");
	assert_string_equal(map_action_word(ACT_IMPOSSIBLE), "");
}

static void lookups_find_each_of_thousands(void **state)
{
	TOPO *t = topology_new(NULL);
	char name[32], wwid[64];
	(void)state;

	for (unsigned int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "sd%u", i);
		topo_path(t, name, 8 + i % 7, i + 1);
		snprintf(wwid, sizeof(wwid), "36001405%08u", i);
		topo_map(t, name, wwid);
		/* looking up while adding exercises growth in every state */
		assert_ptr_equal(topology_path_named(t, name), t->paths[i]);
		assert_ptr_equal(topology_map(t, wwid), t->maps[i]);
		assert_null(topology_path(t, makedev(8 + i % 7, i + 2)));
	}
	for (unsigned int i = 0; i < 5000; i++) {
		assert_ptr_equal(topology_path(t, makedev(8 + i % 7, i + 1)), t->paths[i]);
		assert_ptr_equal(topology_map_named(t, t->maps[i]->alias), t->maps[i]);
	}
	assert_null(topology_path(t, makedev(99, 99)));
	assert_null(topology_path(t, 0));
	assert_null(topology_path_named(t, "nosuch"));
	assert_null(topology_path_named(t, ""));
	assert_null(topology_map(t, "nosuch"));
	assert_null(topology_map(t, ""));
	assert_null(topology_map_named(t, ""));
	assert_null(topology_map_named(t, "nosuch"));
}

/* dm_table_parse() adds paths that have a number and no name yet. */
static void lookups_see_late_keys(void **state)
{
	TOPO *t = topology_new(NULL);
	struct path *p = topo_path(t, "", 8, 0), *q = topo_path(t, "sdb", 8, 16);
	struct path *late = topology_add_path(t);
	(void)state;

	assert_ptr_equal(topology_path(t, makedev(8, 0)), p);
	assert_ptr_equal(topology_path_named(t, "sdb"), q);
	assert_null(topology_path_named(t, "sda"));
	strcpy(p->dev.name, "sda");
	assert_ptr_equal(topology_path_named(t, "sda"), p);
	late->dev.devno = makedev(8, 32);
	assert_ptr_equal(topology_path(t, makedev(8, 32)), late);
}

static void reindex_after_removal(void **state)
{
	TOPO *t = topology_new(NULL);
	struct path *q;
	(void)state;

	topo_path(t, "sda", 8, 0);
	q = topo_path(t, "sdb", 8, 16);
	assert_ptr_equal(topology_path_named(t, "sdb"), q);
	t->paths[0] = q;
	t->n_paths = 1;
	assert_ptr_equal(topology_path_named(t, "sdb"), q); /* a shorter array is noticed */
	assert_null(topology_path_named(t, "sda"));
	strcpy(q->dev.name, "sdc");
	topology_reindex(t);
	assert_ptr_equal(topology_path_named(t, "sdc"), q);
	assert_null(topology_path_named(t, "sdb"));
}

static void members(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001");
	struct path *p = topo_path(t, "sda", 8, 0), *q = topo_path(t, "sdb", 8, 16);
	struct path *r = topo_path(t, "sdc", 8, 32);
	struct pathgroup g = { 0 };
	(void)state;

	map_add_path(t, m, p);
	map_add_path(t, m, q);
	map_add_path(t, m, p);
	map_add_path(t, m, r);
	assert_int_equal(m->n_paths, 3);
	assert_ptr_equal(p->map, m);
	p->state = PATH_GHOST;
	q->state = PATH_DOWN;
	r->state = PATH_PENDING;
	assert_int_equal(map_usable_paths(m), 1);
	r->state = PATH_UP;
	assert_int_equal(map_usable_paths(m), 2);
	group_add_path(t, &g, q);
	group_add_path(t, &g, r);
	assert_int_equal(g.n, 2);
	assert_ptr_equal(q->group, &g);
}

static void groups_are_numbered_from_one(void **state)
{
	struct pathgroup g[2] = { 0 };
	struct map m = { .groups = g, .n_groups = 2 };
	(void)state;

	assert_null(map_group(&m, 0));
	assert_ptr_equal(map_group(&m, 1), &g[0]);
	assert_ptr_equal(map_group(&m, 2), &g[1]);
	assert_null(map_group(&m, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_actions),
		cmocka_unit_test(lookups_find_each_of_thousands),
		cmocka_unit_test(lookups_see_late_keys),
		cmocka_unit_test(reindex_after_removal),
		cmocka_unit_test(members),
		cmocka_unit_test(groups_are_numbered_from_one),
	};

	topology_free(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
