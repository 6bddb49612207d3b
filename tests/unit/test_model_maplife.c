// SPDX-License-Identifier: GPL-2.0-or-later
/* Decisions about maps and new devices that take time or depend on use. */
#include "tests/unit/life.h"

#define START (1000 * SEC)

static const struct map_rules rules = { .ghost_delay_s = 20,
					.uev_wait_s = 30,
					.retrigger_delay_s = 10,
					.retrigger_tries = 3,
					.flush = VW_unused,
					.auto_resize = VW_grow_only };

static struct map *map_of(struct topology *t, enum path_state a, enum path_state b)
{
	struct map *m = topo_map(t, "mpatha", "36001");

	map_add_path(t, m, topo_path(t, "sda", 8, 0));
	map_add_path(t, m, topo_path(t, "sdb", 8, 16));
	m->paths[0]->state = a;
	m->paths[1]->state = b;
	return m;
}

/* "reload, @seconds until the next turn, notes". */
static void expect(struct map *m, enum map_event ev, double at, const char *want)
{
	struct map_step s;
	TEXT sb = TEXT_INIT;

	map_life_step(m, ev, &rules, START + (int64_t)(at * (double)SEC), &s);
	if (s.reload)
		sb_add(&sb, "reload ");
	if (s.next_ns != INT64_MAX)
		sb_printf(&sb, "@%g ", (double)(s.next_ns - START) / SEC);
	life_notes(&s.notes, 2, &sb);
	assert_string_equal(sb_str(&sb), want);
}

static void the_creation_uevent(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = map_of(t, PATH_UP, PATH_UP);
	(void)state;

	expect(m, MAP_WISH, 0, "reload ");
	expect(m, MAP_MADE, 0, "@30 ");
	expect(m, MAP_UEVENT, 1, ""); /* nothing was put off */
	expect(m, MAP_WISH, 2, "reload ");
	expect(m, MAP_MADE, 0, "@30 ");
	expect(m, MAP_WISH, 1, "@30 ");
	expect(m, MAP_PATHS, 2, "@30 ");
	expect(m, MAP_TIME, 29.9, "@30 ");
	expect(m, MAP_UEVENT, 29.9, "reload 2 mpatha: performing delayed actions\n");
	expect(m, MAP_UEVENT, 30, "");
	expect(m, MAP_MADE, 0, "@30 ");
	expect(m, MAP_WISH, 1, "@30 ");
	expect(m, MAP_TIME, 30,
	       "reload 0 mpatha: timeout waiting on creation uevent. enabling reloads\n");
	expect(m, MAP_TIME, 31, "");
	expect(m, MAP_MADE, 0, "@30 ");
	expect(m, MAP_TIME, 30, "0 mpatha: timeout waiting on creation uevent. enabling reloads\n");
}

static void ghost_delay(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = map_of(t, PATH_GHOST, PATH_DOWN);
	(void)state;

	assert_true(map_tells_no_paths(m, NULL, &rules)); /* from the beginning */
	expect(m, MAP_MADE, 0, "@20 ");
	assert_true(map_tells_no_paths(m, m, &rules));
	expect(m, MAP_UEVENT, 1, "@20 ");
	expect(m, MAP_PATHS, 2, "@20 ");
	m->paths[1]->state = PATH_UP;
	expect(m, MAP_PATHS, 3, "reload ");
	assert_false(map_tells_no_paths(m, m, &rules));
	expect(m, MAP_TIME, 20, "");
	/* nobody comes */
	m->paths[1]->state = PATH_GHOST;
	expect(m, MAP_MADE, 0, "@20 ");
	expect(m, MAP_TIME, 20, "@30 0 mpatha: timed out waiting for active path\n");
	assert_false(map_tells_no_paths(m, m, &rules)); /* from now on a ghost will do */
	expect(m, MAP_UEVENT, 21, "reload 2 mpatha: performing delayed actions\n");
	/* only ghosts wait */
	m->paths[1]->state = PATH_UP;
	expect(m, MAP_MADE, 0, "@30 ");
	assert_false(map_tells_no_paths(m, m, &rules));
	m->paths[0]->state = m->paths[1]->state = PATH_DOWN;
	expect(m, MAP_MADE, 0, "@30 ");
	assert_true(map_tells_no_paths(m, m, &rules));
}

static void no_waits_configured(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = map_of(t, PATH_GHOST, PATH_GHOST);
	struct map_rules r = rules;
	struct map_step s;
	(void)state;

	r.ghost_delay_s = r.uev_wait_s = 0;
	map_life_step(m, MAP_MADE, &r, START, &s);
	assert_int_equal(s.next_ns, INT64_MAX);
	assert_false(map_tells_no_paths(m, m, &rules));
	map_life_step(m, MAP_WISH, &r, START, &s);
	assert_true(s.reload);
}

static void last_path(void **state)
{
#define USED	 "2 mpatha: map in use and queueing, can't remove\n"
#define QUEUEING "2 mpatha: map is queueing, can't remove\n"
#define GONE	 "2 mpatha Last path deleted, disabling queueing\n"
	static const struct {
		enum vocab_word flush;
		bool in_use, queueing;
		const char *want;
	} rows[] = {
		{ VW_unused, false, false, GONE },   { VW_unused, true, false, GONE },
		{ VW_unused, false, true, GONE },    { VW_unused, true, true, USED },
		{ VW_never, false, false, GONE },    { VW_never, true, false, GONE },
		{ VW_never, false, true, QUEUEING }, { VW_never, true, true, QUEUEING },
		{ VW_always, false, false, GONE },   { VW_always, true, false, GONE },
		{ VW_always, false, true, GONE },    { VW_always, true, true, GONE },
	};
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001");
	struct map_rules r = rules;
	struct last_path l;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool gone = !strcmp(rows[i].want, GONE);

		r.flush = rows[i].flush;
		r.deferred_remove = i & 1;
		map_last_path(m, &r, rows[i].in_use, rows[i].queueing, &l);
		expect_notes(&l.notes, rows[i].want);
		assert_int_equal(l.remove, gone);
		assert_int_equal(l.disable_queueing, gone);
		assert_int_equal(l.deferred, gone && r.deferred_remove);
	}
}

static void deferred_remove_is_cancelled(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = map_of(t, PATH_UP, PATH_UP);
	struct map_rules r = rules;
	(void)state;

	m->has_dm = m->dm.deferred_remove = true;
	assert_false(map_cancels_remove(m, &r)); /* somebody else's */
	r.deferred_remove = true;
	assert_true(map_cancels_remove(m, &r));
	m->dm.deferred_remove = false;
	assert_false(map_cancels_remove(m, &r));
}

static void auto_resize(void **state)
{
	static const struct {
		enum vocab_word word;
		uint64_t a, b, want;
		const char *notes;
	} rows[] = {
		{ VW_never, 200, 200, 0, "" },
		{ VW_grow_only, 100, 100, 0, "" },
		{ VW_grow_only, 200, 200, 200, "" },
		{ VW_grow_only, 200, 0, 200, "" }, /* one path has no size: it is down */
		{ VW_grow_only, 0, 0, 0, "" },
		{ VW_grow_only, 200, 100, 0, "" },
		{ VW_grow_only, 50, 50, 0, "" },
		{ VW_grow_shrink, 50, 50, 50, "" },
		{ VW_grow_shrink, 50, 100, 0, "" },
		{ VW_grow_shrink, 200, 200, 200, "" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TOPO *t = topology_new(NULL);
		struct map *m = map_of(t, PATH_UP, PATH_UP);
		struct map_rules r = rules;
		struct notes notes = { .n = 0 };

		m->size = 100;
		m->paths[0]->dev.size = rows[i].a;
		m->paths[1]->dev.size = rows[i].b;
		r.auto_resize = rows[i].word;
		assert_int_equal(map_auto_resize(m, &r, &notes), rows[i].want);
		expect_notes(&notes, rows[i].notes);
	}
}

static void udev_is_asked_again(void **state)
{
	TOPO *t = topology_new(NULL);
	struct path *p = topo_path(t, "sda", 8, 0);
	struct init_step s;
	int64_t now = START;
	(void)state;

	p->init = INIT_MISSING_UDEV;
	for (unsigned int i = 0; i < 3; i++) {
		path_init_step(p, &rules, now, &s);
		assert_int_equal(s.todo, INIT_DO_RETRIGGER);
		assert_int_equal(p->init, INIT_REQUESTED_UDEV);
		assert_int_equal(s.next_ns, now + 10 * SEC);
		path_init_step(p, &rules, now + 9 * SEC, &s); /* too early */
		assert_int_equal(s.todo, INIT_DO_WAIT);
		assert_int_equal(s.next_ns, now + 10 * SEC);
		now += 10 * SEC;
	}
	path_init_step(p, &rules, now, &s);
	assert_int_equal(s.todo, INIT_DO_DISCOVER);
	assert_true(s.fallback);
	expect_notes(&s.notes, "1 sda: not initialized after 3 udev retriggers\n");
	assert_int_equal(p->init, INIT_FAILED);
	path_init_step(p, &rules, now, &s);
	assert_int_equal(s.todo, INIT_DO_WAIT);
	assert_int_equal(s.next_ns, INT64_MAX);
	p->init = INIT_OK;
	path_init_step(p, &rules, now, &s);
	assert_int_equal(p->life.retriggers, 0);
	assert_int_equal(p->life.init_ns, 0);
	p->init = INIT_MISSING_UDEV; /* much later: the count begins anew */
	path_init_step(p, &rules, now, &s);
	assert_int_equal(s.todo, INIT_DO_RETRIGGER);
}

static void partial_devices_are_read_again(void **state)
{
	TOPO *t = topology_new(NULL);
	struct path *p = topo_path(t, "sda", 8, 0);
	struct init_step s;
	(void)state;

	p->init = INIT_PARTIAL;
	for (int64_t now = START, i = 0; i < 5; i++, now += 180 * SEC) {
		path_init_step(p, &rules, now, &s);
		assert_int_equal(s.todo, i ? INIT_DO_DISCOVER : INIT_DO_WAIT);
		assert_false(s.fallback);
		assert_int_equal(s.next_ns, now + 180 * SEC);
		path_init_step(p, &rules, now + 179 * SEC, &s);
		assert_int_equal(s.todo, INIT_DO_WAIT);
	}
}

static void rules_of_maps(void **state)
{
	struct config *cfg = life_defaults("");
	struct props map = { 0 };
	struct map_rules r;
	(void)state;

	props_map(&map, &(struct prop_layers){ .cfg = cfg });
	map_rules(&map, cfg, &r);
	assert_true(!r.ghost_delay_s && r.uev_wait_s == 30 && r.retrigger_delay_s == 10 &&
		    r.retrigger_tries == 3 && r.flush == VW_unused && !r.deferred_remove &&
		    r.auto_resize == VW_never);
	config_free(cfg);
	cfg = life_defaults("ghost_delay 7\nmissing_uev_wait_timeout 8\nretrigger_delay 9\n"
			    "retrigger_tries 4\nflush_on_last_del yes\ndeferred_remove yes\n"
			    "auto_resize grow_shrink\n");
	props_map(&map, &(struct prop_layers){ .cfg = cfg });
	map_rules(&map, cfg, &r);
	assert_true(r.ghost_delay_s == 7 && r.uev_wait_s == 8 && r.retrigger_delay_s == 9 &&
		    r.retrigger_tries == 4 && r.flush == VW_always && r.deferred_remove &&
		    r.auto_resize == VW_grow_shrink);
	map_rules(NULL, cfg, &r);
	assert_true(r.flush == VW_unused && r.retrigger_tries == 4 && !r.ghost_delay_s);
	config_free(cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_creation_uevent),
		cmocka_unit_test(ghost_delay),
		cmocka_unit_test(no_waits_configured),
		cmocka_unit_test(last_path),
		cmocka_unit_test(deferred_remove_is_cancelled),
		cmocka_unit_test(auto_resize),
		cmocka_unit_test(udev_is_asked_again),
		cmocka_unit_test(partial_devices_are_read_again),
		cmocka_unit_test(rules_of_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
