// SPDX-License-Identifier: GPL-2.0-or-later
/* no_path_retry and failback, event by event and over long stretches of virtual time. */
#include "tests/unit/life.h"

#include "core/model/pgpolicy.h"

#define START (1000 * SEC)

/* A map of two groups of two paths, 50 and 10, all up, and a kernel that obeys. */
struct world {
	struct topology *t;
	struct map *m;
	struct queueing_rules qr;
	struct queueing_step q;
	struct failback_rules fr;
	struct failback_step fb;
	int64_t now;
};

static struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	w->t = topology_new(NULL);
	w->m = topo_map(w->t, "mpatha", "36001");
	w->now = START;
	for (unsigned int i = 0; i < 4; i++) {
		char name[] = { 's', 'd', (char)('a' + i), 0 };
		struct path *p = topo_path(w->t, name, 8, 16 * i);

		topo_prio(p, i < 2 ? 50 : 10);
		map_add_path(w->t, w->m, p);
	}
	pg_build(w->t, w->m, VW_group_by_prio, false, "service-time 0");
	w->m->next_group = 1;
	return w;
}

static void world_free(struct world **w)
{
	topology_free((*w)->t);
	free(*w);
}

#define WORLD __attribute__((cleanup(world_free))) struct world

static struct world *queueing_world(enum queueing_mode mode, int64_t retries)
{
	struct world *w = world_new();

	w->qr = (struct queueing_rules){ mode, retries, retries * 5 + 1, false };
	queueing_observed(w->m, mode == QUEUEING_ALWAYS || mode == QUEUEING_RETRIES);
	queueing_step(w->m, QUEUEING_SET_UP, &w->qr, w->now, &w->q);
	assert_null(w->q.message);
	assert_int_equal(w->q.next_ns, INT64_MAX);
	return w;
}

static void set_paths(struct world *w, enum path_state s)
{
	for (unsigned int i = 0; i < 4; i++)
		w->m->paths[i]->state = s;
}

/* @want: "message|notes"; the state of the paths follows the event. */
static void expect_q(struct world *w, enum queueing_event ev, const char *want)
{
	TEXT sb = TEXT_INIT;

	if (ev == QUEUEING_LOST_LAST)
		set_paths(w, PATH_DOWN);
	else if (ev == QUEUEING_GAINED_FIRST)
		w->m->paths[0]->state = PATH_UP;
	queueing_step(w->m, ev, &w->qr, w->now, &w->q);
	sb_printf(&sb, "%s|", w->q.message ? w->q.message : "");
	life_notes(&w->q.notes, 2, &sb);
	assert_string_equal(sb_str(&sb), want);
}

#define ENTERING  "1 mpatha: Entering recovery mode: max_retries=12\n"
#define RECOVERED "1 mpatha: Recovered to normal mode\n"
#define ENABLED	  "2 mpatha: queue_if_no_path enabled\n"

static void retries_run_out(void **state)
{
	WORLD *w = queueing_world(QUEUEING_RETRIES, 12);
	(void)state;

	expect_q(w, QUEUEING_LOST_LAST, "|" ENTERING);
	assert_int_equal(w->q.next_ns, START + 61 * SEC);
	assert_int_equal(w->m->retry_tick, 61);
	w->now += 60 * SEC + 999 * MS;
	expect_q(w, QUEUEING_TIME, "|");
	assert_int_equal(w->m->retry_tick, 1);
	assert_int_equal(w->m->stat_total_queueing_s, 60);
	w->now += MS;
	expect_q(w, QUEUEING_TIME, "fail_if_no_path|2 mpatha: Disable queueing\n");
	assert_int_equal(w->q.next_ns, INT64_MAX);
	assert_int_equal(w->m->retry_tick, 0);
	assert_int_equal(w->m->stat_queueing_timeouts, 1);
	assert_int_equal(w->m->stat_map_failures, 1);
	assert_int_equal(w->m->stat_total_queueing_s, 61);
	w->now += 100 * SEC;
	expect_q(w, QUEUEING_TIME, "|");
	expect_q(w, QUEUEING_LOST_LAST, "|"); /* said twice */
	assert_int_equal(w->m->stat_total_queueing_s, 61);
	/* a reload brings the feature back: it is taken away again */
	queueing_observed(w->m, true);
	expect_q(w, QUEUEING_SET_UP, "fail_if_no_path|");
	expect_q(w, QUEUEING_GAINED_FIRST, "queue_if_no_path|" RECOVERED ENABLED);
	expect_q(w, QUEUEING_GAINED_FIRST, "|");
}

static void a_path_returns_in_time(void **state)
{
	WORLD *w = queueing_world(QUEUEING_RETRIES, 12);
	(void)state;

	for (unsigned int i = 0; i < 300; i++) {
		w->now += 10 * SEC;
		expect_q(w, QUEUEING_LOST_LAST, "|" ENTERING);
		w->now += 59 * SEC;
		expect_q(w, QUEUEING_TIME, "|");
		expect_q(w, QUEUEING_GAINED_FIRST, "|" RECOVERED);
		assert_int_equal(w->q.next_ns, INT64_MAX);
	}
	assert_int_equal(w->m->stat_total_queueing_s, 300 * 59);
	assert_int_equal(w->m->stat_queueing_timeouts, 0);
	assert_int_equal(w->m->stat_map_failures, 0);
}

static void other_modes(void **state)
{
	WORLD *always = queueing_world(QUEUEING_ALWAYS, 0);
	WORLD *fails = queueing_world(QUEUEING_FAIL, 0);
	WORLD *unset = queueing_world(QUEUEING_UNSET, 0);
	(void)state;

	expect_q(always, QUEUEING_LOST_LAST, "|");
	always->now += 1000 * SEC + 500 * MS;
	queueing_refresh(always->m, always->now);
	assert_int_equal(always->m->stat_total_queueing_s, 1000);
	always->now += 500 * MS; /* halves are not lost */
	expect_q(always, QUEUEING_GAINED_FIRST, "|");
	assert_int_equal(always->m->stat_total_queueing_s, 1001);
	assert_int_equal(always->m->stat_map_failures, 0);
	expect_q(fails, QUEUEING_LOST_LAST, "|");
	assert_int_equal(fails->m->stat_map_failures, 1);
	expect_q(fails, QUEUEING_GAINED_FIRST, "|");
	expect_q(unset, QUEUEING_LOST_LAST, "|");
	assert_int_equal(unset->m->stat_map_failures, 1);
	queueing_observed(unset->m, true); /* dmsetup message by somebody else: left alone */
	expect_q(unset, QUEUEING_SET_UP, "|");
	queueing_observed(fails->m, true);
	expect_q(fails, QUEUEING_SET_UP, "fail_if_no_path|");
	queueing_observed(always->m, false);
	expect_q(always, QUEUEING_SET_UP, "queue_if_no_path|" ENABLED);
}

/* An adopted map without a path; a map whose paths are not checked yet. */
static void set_up_without_paths(void **state)
{
	WORLD *w = queueing_world(QUEUEING_RETRIES, 12);
	(void)state;

	w->m->q = (struct queueing){ 0 };
	set_paths(w, PATH_UNCHECKED);
	for (unsigned int i = 0; i < 4; i++)
		w->m->paths[i]->in_table = true;
	expect_q(w, QUEUEING_SET_UP, "queue_if_no_path|" ENABLED); /* mode not known: said */
	assert_int_equal(w->q.next_ns, INT64_MAX);
	set_paths(w, PATH_DOWN);
	expect_q(w, QUEUEING_SET_UP, "|" ENTERING);
	w->now += 30 * SEC;
	expect_q(w, QUEUEING_SET_UP, "|"); /* a reload does not prolong it */
	assert_int_equal(w->q.next_ns, START + 61 * SEC);
	w->m->n_paths = 0;
	expect_q(w, QUEUEING_SET_UP, "|");
}

static void rules_change(void **state)
{
	WORLD *w = queueing_world(QUEUEING_RETRIES, 12);
	(void)state;

	expect_q(w, QUEUEING_LOST_LAST, "|" ENTERING);
	w->qr.mode = QUEUEING_ALWAYS;
	expect_q(w, QUEUEING_SET_UP, "|");
	assert_int_equal(w->q.next_ns, INT64_MAX);
	w->qr.mode = QUEUEING_FAIL;
	expect_q(w, QUEUEING_SET_UP, "fail_if_no_path|");
	w->qr.mode = QUEUEING_RETRIES;
	expect_q(w, QUEUEING_SET_UP, "queue_if_no_path|" ENTERING ENABLED);
	w->qr.mode = QUEUEING_UNSET;
	expect_q(w, QUEUEING_SET_UP, "|");
}

static void operator(void **state)
{
	static const struct {
		enum queueing_mode mode;
		bool on;
		const char *disable, *restore;
	} rows[] = {
		{ QUEUEING_ALWAYS, true, "fail_if_no_path|", "queue_if_no_path|" ENABLED },
		{ QUEUEING_RETRIES, true, "fail_if_no_path|", "queue_if_no_path|" ENABLED },
		{ QUEUEING_FAIL, false, "|", "|" },
		{ QUEUEING_UNSET, false, "|", "|" },
		{ QUEUEING_UNSET, true, "fail_if_no_path|", "queue_if_no_path|" ENABLED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		WORLD *w = queueing_world(rows[i].mode, 12);

		queueing_observed(w->m, rows[i].on);
		expect_q(w, QUEUEING_RESTORE, "|"); /* only what was disabled */
		expect_q(w, QUEUEING_DISABLE, rows[i].disable);
		expect_q(w, QUEUEING_DISABLE, "|");
		queueing_observed(w->m, true); /* a reload by the configuration */
		expect_q(w, QUEUEING_SET_UP, "fail_if_no_path|");
		expect_q(w, QUEUEING_LOST_LAST, "|");
		assert_int_equal(w->m->stat_map_failures, 1);
		expect_q(w, QUEUEING_GAINED_FIRST, "|");
		expect_q(w, QUEUEING_RESTORE, rows[i].restore);
		expect_q(w, QUEUEING_RESTORE, "|");
	}
}

static void operator_in_recovery(void **state)
{
	WORLD *w = queueing_world(QUEUEING_RETRIES, 12);
	(void)state;

	expect_q(w, QUEUEING_LOST_LAST, "|" ENTERING);
	w->now += 30 * SEC;
	expect_q(w, QUEUEING_DISABLE, "fail_if_no_path|");
	assert_int_equal(w->q.next_ns, INT64_MAX);
	assert_int_equal(w->m->stat_map_failures, 1);
	w->now += 1000 * SEC;
	expect_q(w, QUEUEING_TIME, "|");
	expect_q(w, QUEUEING_RESTORE, "queue_if_no_path|" ENTERING ENABLED);
	assert_int_equal(w->q.next_ns, w->now + 61 * SEC); /* the whole time anew */
	assert_int_equal(w->m->stat_total_queueing_s, 30);
}

/* 0.10.4: the end must not hang on maps that queue. */
static void shutdown_and_removal(void **state)
{
	WORLD *w = queueing_world(QUEUEING_ALWAYS, 0);
	(void)state;

	w->qr.queue_without_daemon = true;
	expect_q(w, QUEUEING_SHUTDOWN, "|");
	w->qr.queue_without_daemon = false;
	expect_q(w, QUEUEING_SHUTDOWN, "fail_if_no_path|");
	expect_q(w, QUEUEING_SET_UP, "queue_if_no_path|" ENABLED);
	expect_q(w, QUEUEING_REMOVING, "fail_if_no_path|");
	expect_q(w, QUEUEING_LOST_LAST, "|");
	w->qr = (struct queueing_rules){ QUEUEING_RETRIES, 12, 61, false };
	expect_q(w, QUEUEING_SET_UP, "|"); /* not before it has a path again */
	expect_q(w, QUEUEING_GAINED_FIRST, "|");
	expect_q(w, QUEUEING_LOST_LAST, "queue_if_no_path|" ENTERING ENABLED);
	expect_q(w, QUEUEING_REMOVING, "fail_if_no_path|"); /* and no time runs any more */
	assert_int_equal(w->q.next_ns, INT64_MAX);
	w->m->q.known = false; /* that message failed */
	expect_q(w, QUEUEING_REMOVING, "fail_if_no_path|");
}

/* Against a plain model: the kernel queues exactly while it is promised. */
static void a_long_outage_story(void **state)
{
	uint64_t seed = 11;
	(void)state;

	for (unsigned int run = 0; run < 20; run++) {
		WORLD *w = queueing_world(QUEUEING_RETRIES, 12);
		bool kernel_on = true, lost = false;
		int64_t lost_at = 0;

		for (unsigned int i = 0; i < 1000; i++) {
			bool lose = topo_rand(&seed, 4) == 0;

			w->now += topo_rand(&seed, 20000) * MS;
			if (w->m->q.deadline_ns && w->now > w->m->q.deadline_ns)
				w->now = w->m->q.deadline_ns;
			queueing_step(w->m, QUEUEING_TIME, &w->qr, w->now, &w->q);
			if (w->q.message)
				kernel_on = !strcmp(w->q.message, "queue_if_no_path");
			assert_int_equal(kernel_on, !lost || w->now - lost_at < 61 * SEC);
			if (lose == lost)
				continue;
			lost = lose;
			lost_at = w->now;
			set_paths(w, lost ? PATH_DOWN : PATH_UP);
			queueing_step(w->m, lost ? QUEUEING_LOST_LAST : QUEUEING_GAINED_FIRST,
				      &w->qr, w->now, &w->q);
			if (w->q.message)
				kernel_on = !strcmp(w->q.message, "queue_if_no_path");
			assert_true(kernel_on);
		}
	}
}

static void rules_of_queueing(void **state)
{
	static const struct {
		const char *text;
		enum queueing_mode mode;
		int64_t timeout;
	} rows[] = {
		{ "", QUEUEING_UNSET, 1 },
		{ "no_path_retry fail\n", QUEUEING_FAIL, 1 },
		{ "no_path_retry 0\n", QUEUEING_FAIL, 1 },
		{ "no_path_retry queue\n", QUEUEING_ALWAYS, 1 },
		{ "no_path_retry 12\n", QUEUEING_RETRIES, 61 },
		{ "no_path_retry 3\npolling_interval 10\n", QUEUEING_RETRIES, 31 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *cfg = life_defaults(rows[i].text);
		struct props map = { 0 };
		struct queueing_rules r;

		props_map(&map, &(struct prop_layers){ .cfg = cfg });
		queueing_rules(&map, cfg, &r);
		assert_int_equal(r.mode, rows[i].mode);
		assert_int_equal(r.timeout_s, rows[i].timeout);
		config_free(cfg);
	}
}

/* --- failback ---------------------------------------------------------------------------------- */

static struct world *failback_world(enum failback_mode mode, int64_t delay)
{
	struct world *w = world_new();

	w->fr = (struct failback_rules){ mode, delay };
	return w;
}

/* Paths of group @nr to @state; the kernel goes to a group that has paths. */
static void set_group(struct world *w, unsigned int nr, enum path_state s)
{
	struct pathgroup *g = map_group(w->m, nr);

	for (unsigned int i = 0; i < g->n; i++)
		g->paths[i]->state = s;
	pg_refresh(g);
	if (!path_state_usable(s) && w->m->next_group == nr)
		w->m->next_group = 3 - nr;
}

static unsigned int ask(struct world *w, enum failback_event ev, unsigned int group)
{
	unsigned int switches = w->m->stat_switchgroup;

	failback_step(w->m, ev, map_group(w->m, group), &w->fr, w->now, &w->fb);
	assert_int_equal(w->m->stat_switchgroup - switches, !!w->fb.switch_to);
	if (w->fb.switch_to)
		expect_notes(&w->fb.notes, "2 mpatha: switch to path group #1\n");
	return w->fb.switch_to;
}

static void every_mode(void **state)
{
	static const struct {
		enum failback_mode mode;
		unsigned int first, second,
			prio; /* the group asked for as a first and a second path
						     come back, and as a priority changes */
	} rows[] = {
		{ FAILBACK_MANUAL, 0, 0, 0 },
		{ FAILBACK_IMMEDIATE, 1, 1, 1 },
		{ FAILBACK_FOLLOWOVER, 1, 0, 0 },
		{ FAILBACK_DEFERRED, 0, 0, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		WORLD *w = failback_world(rows[i].mode, 30);
		struct pathgroup *g = map_group(w->m, 1);

		assert_int_equal(ask(w, FAILBACK_PATHS, 0), 0); /* in the best one */
		set_group(w, 1, PATH_DOWN);
		assert_int_equal(ask(w, FAILBACK_PATH_LOST, 1), 0);
		assert_int_equal(w->m->best_group, 2);
		g->paths[0]->state = PATH_UP;
		pg_refresh(g);
		assert_int_equal(ask(w, FAILBACK_PATHS, 1), rows[i].first);
		w->m->next_group = 2;
		g->paths[1]->state = PATH_UP;
		pg_refresh(g);
		assert_int_equal(ask(w, FAILBACK_PATHS, 1), rows[i].second);
		w->m->next_group = 2;
		assert_int_equal(ask(w, FAILBACK_PATHS, 0), rows[i].prio);
		assert_int_equal(w->fb.next_ns,
				 rows[i].mode == FAILBACK_DEFERRED ? START + 30 * SEC : INT64_MAX);
	}
}

static void deferred(void **state)
{
	WORLD *w = failback_world(FAILBACK_DEFERRED, 30);
	struct pathgroup *g = map_group(w->m, 1);
	(void)state;

	set_group(w, 1, PATH_DOWN);
	ask(w, FAILBACK_PATH_LOST, 1);
	assert_int_equal(w->m->failback_tick, 0);
	set_group(w, 1, PATH_UP);
	ask(w, FAILBACK_PATHS, 1);
	assert_int_equal(w->m->failback_tick, 30);
	w->now += 10 * SEC;
	ask(w, FAILBACK_PATHS, 1); /* the second path: no new wait */
	assert_int_equal(w->fb.next_ns, START + 30 * SEC);
	assert_int_equal(w->m->failback_tick, 20);
	w->now += 10 * SEC + 1;
	failback_refresh(w->m, w->now);
	assert_int_equal(w->m->failback_tick, 10);
	g->paths[0]->state = PATH_DOWN; /* shaky: begin anew */
	pg_refresh(g);
	ask(w, FAILBACK_PATH_LOST, 1);
	assert_int_equal(w->fb.next_ns, w->now + 30 * SEC);
	w->now += 30 * SEC - 1;
	assert_int_equal(ask(w, FAILBACK_TIME, 0), 0);
	w->now += 1;
	assert_int_equal(ask(w, FAILBACK_TIME, 0), 1);
	assert_int_equal(w->fb.next_ns, INT64_MAX);
	assert_int_equal(w->m->failback_tick, 0);
	assert_int_equal(ask(w, FAILBACK_TIME, 0), 0);
}

static void a_wait_ends(void **state)
{
	WORLD *w = failback_world(FAILBACK_DEFERRED, 30);
	(void)state;

	w->m->next_group = 2;
	ask(w, FAILBACK_PATHS, 0);
	assert_int_equal(w->fb.next_ns, START + 30 * SEC);
	w->m->next_group = 1; /* `switch map`, or a host that saw to it */
	ask(w, FAILBACK_GROUP, 0);
	assert_int_equal(w->fb.next_ns, INT64_MAX);
	w->m->next_group = 2;
	ask(w, FAILBACK_GROUP, 0);
	set_group(w, 1, PATH_DOWN); /* nothing better any more */
	ask(w, FAILBACK_PATH_LOST, 1);
	assert_int_equal(w->fb.next_ns, INT64_MAX);
	set_group(w, 2, PATH_DOWN);
	w->m->next_group = 2;
	assert_int_equal(ask(w, FAILBACK_PATH_LOST, 2), 0);
	assert_int_equal(w->m->best_group, 0);
	set_group(w, 1, PATH_UP);
	w->m->next_group = 0; /* not known */
	assert_int_equal(ask(w, FAILBACK_PATHS, 1), 0);
	w->m->next_group = 2;
	ask(w, FAILBACK_PATHS, 1);
	assert_int_equal(w->fb.next_ns, START + 30 * SEC);
	ask(w, FAILBACK_LOADED, 0);
	assert_int_equal(w->fb.next_ns, INT64_MAX);
}

/* 0.10.1: several maps wait, each until its own time. */
static void each_map_its_own_time(void **state)
{
	struct world *w[50];
	int64_t at[50];
	uint64_t seed = 3;
	unsigned int done = 0;
	(void)state;

	for (unsigned int i = 0; i < 50; i++) {
		w[i] = failback_world(FAILBACK_DEFERRED, 10 + topo_rand(&seed, 100));
		w[i]->now += topo_rand(&seed, 100000) * MS;
		w[i]->m->next_group = 2;
		ask(w[i], FAILBACK_PATHS, 0);
		at[i] = w[i]->now + w[i]->fr.delay_s * SEC;
	}
	for (int64_t now = START; now < START + 300 * SEC; now += 100 * MS)
		for (unsigned int i = 0; i < 50; i++) {
			bool before = w[i]->m->stat_switchgroup;

			w[i]->now = now > w[i]->now ? now : w[i]->now;
			if (!ask(w[i], FAILBACK_TIME, 0))
				continue;
			done++;
			assert_false(before);
			assert_true(now >= at[i] && now - at[i] < 100 * MS);
		}
	assert_int_equal(done, 50);
	for (unsigned int i = 0; i < 50; i++)
		world_free(&w[i]);
}

static void rules_of_failback(void **state)
{
	static const struct {
		const char *text;
		enum failback_mode mode;
		int64_t delay;
	} rows[] = {
		{ "", FAILBACK_MANUAL, 0 },
		{ "failback manual\n", FAILBACK_MANUAL, 0 },
		{ "failback immediate\n", FAILBACK_IMMEDIATE, 0 },
		{ "failback followover\n", FAILBACK_FOLLOWOVER, 0 },
		{ "failback 15\n", FAILBACK_DEFERRED, 15 },
		{ "failback 0\n", FAILBACK_MANUAL, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *cfg = life_defaults(rows[i].text);
		struct props map = { 0 };
		struct failback_rules r;

		props_map(&map, &(struct prop_layers){ .cfg = cfg });
		failback_rules(&map, &r);
		assert_int_equal(r.mode, rows[i].mode);
		assert_int_equal(r.delay_s, rows[i].delay);
		config_free(cfg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retries_run_out),	cmocka_unit_test(a_path_returns_in_time),
		cmocka_unit_test(other_modes),		cmocka_unit_test(set_up_without_paths),
		cmocka_unit_test(rules_change),		cmocka_unit_test(operator),
		cmocka_unit_test(operator_in_recovery), cmocka_unit_test(shutdown_and_removal),
		cmocka_unit_test(a_long_outage_story),	cmocka_unit_test(rules_of_queueing),
		cmocka_unit_test(every_mode),		cmocka_unit_test(deferred),
		cmocka_unit_test(a_wait_ends),		cmocka_unit_test(each_map_its_own_time),
		cmocka_unit_test(rules_of_failback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
