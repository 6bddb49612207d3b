// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/topo.h"

#include "core/model/pgpolicy.h"

/* Groups as text: "sda sdb | sdc". */
static void expect_groups(const struct map *m, const char *want)
{
	TEXT sb = TEXT_INIT;

	for (unsigned int i = 0; i < m->n_groups; i++) {
		sb_add(&sb, i ? " |" : "");
		for (unsigned int j = 0; j < m->groups[i].n; j++) {
			const struct path *p = m->groups[i].paths[j];

			sb_printf(&sb, "%s%s", i || j ? " " : "", p->dev.name);
			assert_ptr_equal(p->group, &m->groups[i]);
		}
	}
	assert_string_equal(sb_str(&sb), want);
}

static struct map *four_paths(struct topology *t)
{
	static const struct {
		const char *name, *serial, *node;
		int prio;
		unsigned int tpg;
	} p[] = {
		{ "sda", "S1", "n1", 10, 1 },
		{ "sdb", "S2", "n1", 50, 2 },
		{ "sdc", "S1", "n2", 10, 2 },
		{ "sdd", "S2", "n2", 50, 1 },
	};
	struct map *m = topo_map(t, "mpatha", "36001");

	for (unsigned int i = 0; i < 4; i++) {
		struct path *q = topo_path(t, p[i].name, 8, 16 * i);

		strcpy(q->dev.serial, p[i].serial);
		strcpy(q->dev.tgt_node_name, p[i].node);
		topo_prio(q, p[i].prio);
		q->has_tpg = true;
		q->tpg = p[i].tpg;
		map_add_path(t, m, q);
	}
	return m;
}

static void every_policy(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = four_paths(t);
	(void)state;

	pg_build(t, m, VW_failover, false, "service-time 0");
	expect_groups(m, "sdb | sdd | sda | sdc");
	assert_int_equal(m->best_group, 1);
	assert_string_equal(m->groups[3].selector, "service-time 0");
	pg_build(t, m, VW_multibus, false, "service-time 0");
	expect_groups(m, "sda sdb sdc sdd");
	assert_int_equal(m->groups[0].prio, 30);
	assert_int_equal(m->groups[0].enabled, 4);
	pg_build(t, m, VW_group_by_serial, false, "service-time 0");
	expect_groups(m, "sdb sdd | sda sdc");
	pg_build(t, m, VW_group_by_prio, false, "service-time 0");
	expect_groups(m, "sdb sdd | sda sdc");
	pg_build(t, m, VW_group_by_node_name, false, "service-time 0");
	expect_groups(m, "sda sdb | sdc sdd");
	pg_build(t, m, VW_group_by_tpg, false, "service-time 0");
	expect_groups(m, "sda sdd | sdb sdc");
	pg_build(t, m, VW_NONE, false, "service-time 0");
	expect_groups(m, "sdb | sdd | sda | sdc");
}

static void unknown_keys_stand_together(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = four_paths(t);
	(void)state;

	t->paths[1]->has_prio = t->paths[2]->has_prio = false;
	pg_build(t, m, VW_group_by_prio, false, NULL);
	expect_groups(m, "sdd | sda | sdb sdc");
	t->paths[0]->has_tpg = t->paths[3]->has_tpg = false;
	pg_build(t, m, VW_group_by_tpg, false, NULL);
	expect_groups(m, "sda sdd | sdb sdc");
}

static void priority_of_a_group(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = four_paths(t);
	struct pathgroup *g;
	(void)state;

	pg_build(t, m, VW_multibus, false, NULL);
	g = &m->groups[0];
	t->paths[0]->state = PATH_DOWN; /* 10 */
	pg_refresh(g);
	assert_int_equal(g->prio, 36); /* (50 + 10 + 50) / 3 */
	assert_int_equal(g->enabled, 3);
	t->paths[1]->has_prio = false; /* undefined: counts as a path, not for the mean */
	t->paths[1]->prio = -1;
	t->paths[2]->state = PATH_GHOST;
	pg_refresh(g);
	assert_int_equal(g->prio, 30);
	assert_int_equal(g->enabled, 3);
	t->paths[1]->state = PATH_PENDING;
	t->paths[2]->state = PATH_SHAKY;
	t->paths[3]->state = PATH_UNCHECKED;
	pg_refresh(g);
	assert_int_equal(g->prio, 0);
	assert_int_equal(g->enabled, 0);
	assert_int_equal(pg_best(m), 0);
	t->paths[3]->state = PATH_UP;
	topo_prio(t->paths[3], -7);
	pg_refresh(g);
	assert_int_equal(g->prio, -7);
}

static void order_of_groups(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = four_paths(t);
	(void)state;

	for (unsigned int i = 0; i < 4; i++)
		topo_prio(t->paths[i], 1);
	pg_build(t, m, VW_failover, false, NULL);
	expect_groups(m, "sda | sdb | sdc | sdd"); /* stable */
	t->paths[0]->state = PATH_DOWN;
	pg_build(t, m, VW_failover, false, NULL);
	expect_groups(m, "sdb | sdc | sdd | sda");
	/* equal priority: more usable paths first */
	t->paths[0]->state = PATH_UP;
	strcpy(t->paths[1]->dev.serial, "S1");
	strcpy(t->paths[0]->dev.serial, "S2");
	strcpy(t->paths[3]->dev.serial, "S1");
	pg_build(t, m, VW_group_by_serial, false, NULL);
	expect_groups(m, "sdb sdc sdd | sda");
	/* all down: nothing is best */
	for (unsigned int i = 0; i < 4; i++)
		t->paths[i]->state = PATH_DOWN;
	pg_build(t, m, VW_failover, false, NULL);
	expect_groups(m, "sda | sdb | sdc | sdd");
	assert_int_equal(m->best_group, 0);
}

static void best_group_of_an_observed_order(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = four_paths(t);
	(void)state;

	pg_build(t, m, VW_failover, false, NULL);
	topo_prio(m->groups[2].paths[0], 80);
	pg_refresh(&m->groups[2]);
	assert_int_equal(pg_best(m), 3);
	m->groups[2].paths[0]->state = PATH_DOWN;
	pg_refresh(&m->groups[2]);
	assert_int_equal(pg_best(m), 1);
	/* a usable group without priority beats one that cannot be used */
	for (unsigned int i = 0; i < 3; i++) {
		m->groups[i].paths[0]->state = PATH_DOWN;
		pg_refresh(&m->groups[i]);
	}
	m->groups[3].paths[0]->has_prio = false;
	pg_refresh(&m->groups[3]);
	assert_int_equal(pg_best(m), 4);
}

static void marginal_paths_stand_apart_and_last(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = four_paths(t);
	(void)state;

	t->paths[1]->marginal = true;
	pg_build(t, m, VW_multibus, false, NULL);
	expect_groups(m, "sda sdb sdc sdd");
	assert_false(m->groups[0].marginal);
	pg_build(t, m, VW_multibus, true, NULL);
	expect_groups(m, "sda sdc sdd | sdb");
	assert_true(m->groups[1].marginal);
	pg_build(t, m, VW_group_by_prio, true, NULL);
	expect_groups(m, "sdd | sda sdc | sdb"); /* though sdb has priority 50 */
	assert_int_equal(m->best_group, 1);
	for (unsigned int i = 0; i < 4; i++)
		t->paths[i]->marginal = true;
	pg_build(t, m, VW_group_by_prio, true, NULL);
	expect_groups(m, "sdb sdd | sda sdc");
	assert_true(m->groups[0].marginal && m->groups[1].marginal);
	assert_int_equal(m->best_group, 1);
	/* usable marginal paths are better than none */
	t->paths[0]->marginal = t->paths[2]->marginal = false;
	t->paths[0]->state = t->paths[2]->state = PATH_DOWN;
	pg_build(t, m, VW_group_by_prio, true, NULL);
	expect_groups(m, "sda sdc | sdb sdd");
	assert_int_equal(m->best_group, 2);
}

static struct map *by_adapters(struct topology *t, const char *const *adapters, const int *hosts,
			       unsigned int n)
{
	struct map *m = topo_map(t, "mpatha", "36001");

	for (unsigned int i = 0; i < n; i++) {
		char name[8] = { (char)('a' + i) };
		struct path *p = topo_path(t, name, 8, 16 * i);

		strcpy(p->dev.host_adapter, adapters[i]);
		topo_hcil(p, hosts[i], 0, 0, 0);
		map_add_path(t, m, p);
	}
	return m;
}

static void round_robin_alternates_adapters_then_hosts(void **state)
{
	static const char *const two[] = { "p1", "p1", "p1", "p2", "p2", "p2" };
	static const int one_host_each[] = { 1, 1, 1, 2, 2, 2 };
	static const int two_hosts[] = { 1, 1, 2, 3, 3, 4 };
	static const char *const uneven[] = { "p1", "p1", "p1", "p1", "p2" };
	static const int uneven_hosts[] = { 1, 1, 2, 2, 3 };
	TOPO *t = topology_new(NULL);
	struct map *m;
	(void)state;

	m = by_adapters(t, two, one_host_each, 6);
	pg_build(t, m, VW_multibus, false, "round-robin 0");
	expect_groups(m, "a d b e c f");
	pg_build(t, m, VW_multibus, false, "service-time 0");
	expect_groups(m, "a b c d e f");
	m = by_adapters(t, two, two_hosts, 6);
	pg_build(t, m, VW_multibus, false, "round-robin 0");
	expect_groups(m, "a d c f b e");
	m = by_adapters(t, uneven, uneven_hosts, 5);
	pg_build(t, m, VW_multibus, false, "round-robin 0");
	expect_groups(m, "a e c b d");
	/* two paths, and paths that do not tell their adapter, stay as they are */
	m = by_adapters(t, two, one_host_each, 2);
	pg_build(t, m, VW_multibus, false, "round-robin 0");
	expect_groups(m, "a b");
	m = by_adapters(t, two, one_host_each, 6);
	m->paths[5]->dev.host_adapter[0] = '\0';
	pg_build(t, m, VW_multibus, false, "round-robin 0");
	expect_groups(m, "a b c d e f");
}

static void no_paths_no_groups(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001");
	(void)state;

	pg_build(t, m, VW_multibus, true, "round-robin 0");
	assert_int_equal(m->n_groups, 0);
	assert_int_equal(m->best_group, 0);
}

/* Every path in exactly one group, groups in order, whatever the paths are like. */
static void any_paths_are_grouped_whole(void **state)
{
	uint64_t seed = 7;
	(void)state;

	for (unsigned int round = 0; round < 2000; round++) {
		TOPO *t = topology_new(NULL);
		struct map *m = topo_map(t, "mpatha", "36001");
		unsigned int n = topo_rand(&seed, 24), seen = 0;

		for (unsigned int i = 0; i < n; i++) {
			struct path *p = topo_path(t, "x", 8, i);

			p->state = topo_rand(&seed, PATH__MAX);
			p->marginal = !topo_rand(&seed, 4);
			topo_prio(p, (int)topo_rand(&seed, 3));
			p->has_prio = topo_rand(&seed, 5);
			p->dev.host = (int)topo_rand(&seed, 4);
			p->dev.host_adapter[0] = (char)('a' + topo_rand(&seed, 3));
			p->dev.serial[0] = (char)('a' + topo_rand(&seed, 3));
			map_add_path(t, m, p);
		}
		pg_build(t, m, VW_failover + topo_rand(&seed, 6), topo_rand(&seed, 2),
			 topo_rand(&seed, 2) ? "round-robin 0" : "service-time 0");
		for (unsigned int i = 0; i < m->n_groups; i++) {
			const struct pathgroup *g = &m->groups[i], *prev = i ? g - 1 : NULL;

			assert_true(g->n > 0);
			if (prev && prev->marginal == g->marginal)
				assert_true(prev->prio > g->prio ||
					    (prev->prio == g->prio && prev->enabled >= g->enabled));
			else if (prev)
				assert_true(g->marginal);
			for (unsigned int j = 0; j < g->n; j++) {
				assert_ptr_equal(g->paths[j]->group, g);
				assert_false(g->paths[j]->in_table);
				g->paths[j]->in_table = true;
				seen++;
			}
		}
		assert_int_equal(seen, n);
	}
}

static void policy_words_by_prefix(void **state)
{
	(void)state;
	assert_int_equal(pg_policy_word("failover"), VW_failover);
	assert_int_equal(pg_policy_word("multibusXY"), VW_multibus);
	assert_int_equal(pg_policy_word("group_by_serial"), VW_group_by_serial);
	assert_int_equal(pg_policy_word("group_by_priority"), VW_group_by_prio);
	assert_int_equal(pg_policy_word("group_by_node_name"), VW_group_by_node_name);
	assert_int_equal(pg_policy_word("group_by_tpg"), VW_group_by_tpg);
	assert_int_equal(pg_policy_word("group_by"), VW_NONE);
	assert_int_equal(pg_policy_word(""), VW_NONE);
	assert_int_equal(pg_policy_word("Multibus"), VW_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_policy),
		cmocka_unit_test(unknown_keys_stand_together),
		cmocka_unit_test(priority_of_a_group),
		cmocka_unit_test(order_of_groups),
		cmocka_unit_test(best_group_of_an_observed_order),
		cmocka_unit_test(marginal_paths_stand_apart_and_last),
		cmocka_unit_test(round_robin_alternates_adapters_then_hosts),
		cmocka_unit_test(no_paths_no_groups),
		cmocka_unit_test(any_paths_are_grouped_whole),
		cmocka_unit_test(policy_words_by_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
