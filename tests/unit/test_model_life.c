// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every row of the path state machine, then its policies over long stretches of virtual time, then
 * chance against what must always hold.
 */
#include "tests/unit/life.h"

#include <errno.h>

static const struct life_rules plain = { .polling_s = 5, .max_polling_s = 20 };

/* --- the table --------------------------------------------------------------------------------- */

/* Where a row starts. The path is sda, 8:0; another one, sdb, is usable. */
enum start { NEW, UP, GHOST, DOWN, HELD, DISABLED, ORPHAN, START__MAX };
static const char *const start_names[] = { "new",  "up",       "ghost", "down",
					   "held", "disabled", "orphan" };

/* "STATE DM what is to be done @seconds until the next check"; "=": neither changes. */
struct row {
	enum life_kind kind;
	enum path_state verdict;
	const char *want[START__MAX];
};

static const char *const todo_names[] = { "fail", "reinstate", "enable", "test",     "stop",
					  "LAST", "FIRST",     "prio",	 "failback", "reload",
					  "wwid", "purge",     "add" };

/* clang-format off */
static const struct row rows[] = {
	{ LIFE_VERDICT, PATH_WILD,
	  { "= @3", "= @3", "= @3",
	    "= @3", "= @3", "=", "=" } },
	{ LIFE_VERDICT, PATH_UNCHECKED,
	  { "= @3", "= @3", "= @3",
	    "= @3", "= @3", "=", "=" } },
	{ LIFE_VERDICT, PATH_DOWN,
	  { "down failed fail @3", "down failed fail failback @3", "down failed fail failback @3",
	    "= @3", "down failed @3", "=", "down undef" } },
	{ LIFE_VERDICT, PATH_UP,
	  { "up active prio failback @3", "= @8", "up active prio @3",
	    "up active reinstate prio failback @3", "= @3", "=", "up undef prio" } },
	{ LIFE_VERDICT, PATH_SHAKY,
	  { "shaky failed fail @3", "shaky failed fail failback @3", "shaky failed fail failback @3",
	    "shaky failed @3", "shaky failed @3", "=", "shaky undef" } },
	{ LIFE_VERDICT, PATH_GHOST,
	  { "ghost active prio failback @3", "ghost active prio @3", "= @8",
	    "ghost active reinstate prio failback @3", "= @3", "=", "ghost undef prio" } },
	{ LIFE_VERDICT, PATH_PENDING,
	  { "pending active @1", "= @1", "= @1",
	    "= @1", "= @1", "=", "pending undef" } },
	{ LIFE_VERDICT, PATH_TIMEOUT,
	  { "down failed fail @3", "down failed fail failback @3", "down failed fail failback @3",
	    "= @3", "down failed @3", "=", "down undef" } },
	{ LIFE_VERDICT, PATH_REMOVED,
	  { "removed failed fail @3", "removed failed fail failback @3", "removed failed fail failback @3",
	    "removed failed @3", "removed failed @3", "=", "removed undef" } },
	{ LIFE_VERDICT, PATH_DELAYED,
	  { "= @3", "= @3", "= @3",
	    "= @3", "= @3", "=", "=" } },
	{ LIFE_VERDICT, PATH_DISCONNECTED,
	  { "down failed fail purge @3", "down failed fail failback purge @3", "down failed fail failback purge @3",
	    "= purge @3", "down failed purge @3", "=", "down undef" } },
	{ LIFE_OFFLINE, PATH_DOWN,
	  { "down failed fail @3", "down failed fail failback @3", "down failed fail failback @3",
	    "= @3", "down failed @3", "=", "down undef" } },
	{ LIFE_OFFLINE, PATH_PENDING,
	  { "pending active @1", "= @1", "= @1",
	    "= @1", "= @1", "=", "pending undef" } },
	{ LIFE_OFFLINE, PATH_REMOVED,
	  { "removed failed fail @3", "removed failed fail failback @3", "removed failed fail failback @3",
	    "removed failed @3", "removed failed @3", "=", "removed undef" } },
	{ LIFE_OFFLINE, PATH_UP,
	  { "up active prio failback @3", "= @8", "up active prio @3",
	    "up active reinstate prio failback @3", "= @3", "=", "up undef prio" } },
	{ LIFE_EXPIRED, PATH_TIMEOUT,
	  { "down failed fail @3", "down failed fail failback @3", "down failed fail failback @3",
	    "= @3", "down failed @3", "=", "down undef" } },
	{ LIFE_EXPIRED, PATH_DOWN,
	  { "down failed fail @3", "down failed fail failback @3", "down failed fail failback @3",
	    "= @3", "down failed @3", "=", "down undef" } },
	{ LIFE_UNCHECKED, 0,
	  { "= @1", "= @1", "= @1",
	    "= @1", "= @1", "=", "=" } },
	{ LIFE_DM_FAILED, 0,
	  { "unchecked failed @8", "down failed failback @0", "down failed failback @0",
	    "= @8", "= @8", "=", "unchecked failed" } },
	{ LIFE_DM_ACTIVE, 0,
	  { "= @8", "= @8", "= @8",
	    "= fail @0", "= fail @0", "= fail", "unchecked active" } },
	{ LIFE_DM_REFUSED, 0,
	  { "unchecked undef @8", "up undef @8", "ghost undef @8",
	    "down undef @8", "delayed undef @8", "down undef", "=" } },
	{ LIFE_LOADED, 0,
	  { "= @8", "= @8", "= @8",
	    "= @8", "= @8", "=", "unchecked active" } },
	{ LIFE_LEFT, 0,
	  { "unchecked undef @8", "up undef @8", "ghost undef @8",
	    "down undef @8", "delayed undef @8", "down undef", "=" } },
	{ LIFE_WWID_SAME, 0,
	  { "= @8", "= @8", "= @8",
	    "= @8", "= @8", "=", "=" } },
	{ LIFE_OP_FAIL, 0,
	  { "down failed fail", "down failed fail failback", "down failed fail failback",
	    "=", "down failed", "=", "down undef" } },
	{ LIFE_OP_REINSTATE, 0,
	  { "= @0", "= @0", "= @0",
	    "down active reinstate @0", "delayed active reinstate @0", "down active reinstate @0", "=" } },
	{ LIFE_SET_MARGINAL, 0,
	  { "= reload @8", "= reload @8", "= reload @8",
	    "= reload @8", "= reload @8", "= reload", "= reload" } },
	{ LIFE_FPIN_MARGINAL, 0,
	  { "= reload @8", "= reload @8", "= reload @8",
	    "= reload @8", "= reload @8", "= reload", "= reload" } },
	{ LIFE_FPIN_CLEARED, 0,
	  { "= @8", "= @8", "= @8",
	    "= @8", "= @8", "=", "=" } },
	{ LIFE_UNSET_MARGINAL, 0,
	  { "= @8", "= @8", "= @8",
	    "= @8", "up active reinstate prio failback @8", "=", "=" } },
	{ LIFE_TEST_GOOD, 0,
	  { "= stop @8", "= stop @8", "= stop @8",
	    "= stop @8", "= stop @8", "= stop", "= stop" } },
	{ LIFE_TEST_BAD, 0,
	  { "= stop @8", "= stop @8", "= stop @8",
	    "= stop @8", "= stop @8", "= stop", "= stop" } },
	{ LIFE_RECHECK, 0,
	  { "= @0", "= @0", "= @0",
	    "= @0", "= @0", "=", "=" } },
};
/* clang-format on */

static struct path *start_path(struct topology *t, enum start s)
{
	struct map *m = topo_map(t, "mpatha", "36001");
	struct path *p = topo_path(t, "sda", 8, 0), *other = topo_path(t, "sdb", 8, 16);
	static const struct {
		enum path_state state;
		enum dm_path_state dm;
	} as[] = { { PATH_UNCHECKED, DMP_ACTIVE }, { PATH_UP, DMP_ACTIVE },
		   { PATH_GHOST, DMP_ACTIVE },	   { PATH_DOWN, DMP_FAILED },
		   { PATH_DELAYED, DMP_FAILED },   { PATH_DOWN, DMP_FAILED },
		   { PATH_UNCHECKED, DMP_UNDEF } };

	topo_set_str(t, &p->props, KW_path_checker, "tur");
	map_add_path(t, m, other);
	if (s != ORPHAN)
		map_add_path(t, m, p);
	p->in_table = s != ORPHAN;
	p->state = as[s].state;
	p->dm = as[s].dm;
	p->life.interval_s = 5;
	p->life.next_ns = s == ORPHAN || s == DISABLED ? LIFE_NEVER : 1010 * SEC;
	p->life.checked_ns = 1000 * SEC;
	p->verdict = PATH_UNCHECKED;
	if (s == HELD) {
		p->life.san_held = true;
		p->life.san_since_ns = 990 * SEC;
		p->verdict = PATH_UP;
	}
	p->life.disabled = s == DISABLED;
	return p;
}

static void step_text(const struct life_step *s, int64_t now, struct strbuf *out)
{
	static const char *const dm[] = { "undef", "failed", "active" };

	if (s->from != s->to || s->dm_from != s->dm_to)
		sb_printf(out, "%s %s", path_state_log(s->to), dm[s->dm_to]);
	else
		sb_add(out, "=");
	for (unsigned int i = 0; i < sizeof(todo_names) / sizeof(todo_names[0]); i++)
		if (s->todo & 1u << i)
			sb_printf(out, " %s", todo_names[i]);
	if (s->next_ns != LIFE_NEVER)
		sb_printf(out, " @%g", (double)(s->next_ns - now) / SEC);
}

static void every_row(void **state)
{
	struct life_rules r = plain;
	(void)state;

	r.has_san = true;
	r.san_threshold = r.san_forget = 3;
	r.san_recovery_s = 60;
	r.purge = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (enum start s = 0; s < START__MAX; s++) {
			TOPO *t = topology_new(NULL);
			TEXT sb = TEXT_INIT;
			struct path *p = start_path(t, s);
			struct life_step step;

			path_fsm(p,
				 &(struct life_event){ .kind = rows[i].kind,
						       .now_ns = 1002 * SEC,
						       .state = rows[i].verdict },
				 &r, &step);
			step_text(&step, 1002 * SEC, &sb);
			if (strcmp(sb_str(&sb), rows[i].want[s]))
				fail_msg("%s %s in %s: \"%s\", not \"%s\"",
					 life_kind_name(rows[i].kind),
					 path_state_log(rows[i].verdict), start_names[s],
					 sb_str(&sb), rows[i].want[s]);
		}
}

/* --- one path, seen by a daemon ---------------------------------------------------------------- */

/* A map of @n paths with a kernel that obeys, and a log of what is said at level 2. */
struct world {
	struct topology *t;
	struct map *m;
	struct life_rules r;
	struct life_step step;
	int64_t now;
	struct strbuf said;
};

static struct world *world_new(unsigned int n, const struct life_rules *r)
{
	struct world *w = calloc(1, sizeof(*w));

	w->t = topology_new(NULL);
	w->m = topo_map(w->t, "mpatha", "36001");
	w->r = *r;
	w->now = 1000 * SEC;
	for (unsigned int i = 0; i < n; i++) {
		char name[] = { 's', 'd', (char)('a' + i), 0 };
		struct path *p = topo_path(w->t, name, 8, 16 * i);

		topo_set_str(w->t, &p->props, KW_path_checker, "tur");
		map_add_path(w->t, w->m, p);
	}
	return w;
}

static void world_free(struct world **w)
{
	sb_done(&(*w)->said);
	topology_free((*w)->t);
	free(*w);
}

#define WORLD __attribute__((cleanup(world_free))) struct world

static void tell(struct world *w, struct path *p, enum life_kind kind, enum path_state verdict)
{
	path_fsm(p, &(struct life_event){ .kind = kind, .now_ns = w->now, .state = verdict }, &w->r,
		 &w->step);
	life_notes(&w->step.notes, 2, &w->said);
}

/* Load the table, and let every path be found up. */
static void world_start(struct world *w)
{
	for (unsigned int i = 0; i < w->m->n_paths; i++) {
		w->m->paths[i]->state = PATH_UNCHECKED;
		tell(w, w->m->paths[i], LIFE_LOADED, 0);
		tell(w, w->m->paths[i], LIFE_VERDICT, PATH_UP);
	}
	sb_clear(&w->said);
}

/* Turn the clock to the next check of @p and let it say @verdict. Seconds that passed. */
static double next_check(struct world *w, struct path *p, enum path_state verdict)
{
	int64_t before = w->now;

	assert_true(p->life.next_ns != LIFE_NEVER);
	if (w->now < p->life.next_ns) /* or we are late */
		w->now = p->life.next_ns;
	tell(w, p, LIFE_VERDICT, verdict);
	return (double)(w->now - before) / SEC;
}

static void expect_said(struct world *w, const char *want)
{
	assert_string_equal(sb_str(&w->said), want);
	sb_clear(&w->said);
}

/* --- intervals --------------------------------------------------------------------------------- */

static void intervals_grow_while_up(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *p = w->m->paths[0];
	static const int want[] = { 5, 5, 10, 20, 20 }; /* on multiples of 5, 10, 20 */
	unsigned int tick, interval;
	(void)state;

	world_start(w);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(next_check(w, p, PATH_UP), want[i]);
	life_progress(p, w->now + 7 * SEC, &tick, &interval);
	assert_int_equal(tick, 7);
	assert_int_equal(interval, 20);
	life_progress(p, w->now + 70 * SEC, &tick, &interval);
	assert_int_equal(tick, 20);
	next_check(w, p, PATH_DOWN);
	for (unsigned int i = 0; i < 100; i++) /* 0.10.4: failed, every polling_interval */
		assert_int_equal(next_check(w, p, PATH_DOWN), 5);
	next_check(w, p, PATH_UP);
	next_check(w, p, PATH_UP);
	next_check(w, p, PATH_GHOST); /* a change resets it */
	assert_int_equal(p->life.interval_s, 5);
	for (unsigned int i = 0; i < 3; i++)
		next_check(w, p, PATH_GHOST);
	assert_int_equal(next_check(w, p, PATH_GHOST), 20); /* on multiples of 20 */
	assert_int_equal(w->now % (20 * SEC), 0);
}

static void pending_is_looked_at_each_second(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *p = w->m->paths[0];
	(void)state;

	world_start(w);
	next_check(w, p, PATH_UP);
	next_check(w, p, PATH_PENDING);
	for (unsigned int i = 0; i < 29; i++)
		assert_int_equal(next_check(w, p, PATH_PENDING), 1);
	assert_int_equal(p->state, PATH_UP);
	assert_int_equal(p->verdict, PATH_PENDING);
	assert_int_equal(p->life.interval_s, 10); /* a wait is no result */
	expect_said(w, "");
	next_check(w, p, PATH_TIMEOUT);
	assert_int_equal(p->state, PATH_DOWN);
	expect_said(w, "2 mpatha: sda - tur checker timed out\n"
		       "2 checker failed path 8:0 in map mpatha\n"
		       "2 mpatha: remaining active paths: 1\n");
}

/* The device was blocked a moment ago; now the kernel gives it up, and fails its I/O. */
static void a_blocked_path_that_fails_is_checked_at_once(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *p = w->m->paths[0];
	(void)state;

	world_start(w);
	w->now += 700 * MS;
	tell(w, p, LIFE_RECHECK, 0);
	assert_int_equal(w->step.next_ns, w->now + 300 * MS); /* not twice within a second */
	w->now += 300 * MS;
	tell(w, p, LIFE_OFFLINE, PATH_PENDING);
	assert_int_equal(w->step.next_ns, w->now + SEC);
	w->now += 200 * MS;
	tell(w, p, LIFE_DM_FAILED, 0);
	assert_int_equal(w->step.next_ns, w->now);
}

static void no_worker_says_nothing(void **state)
{
	WORLD *w = world_new(1, &plain);
	struct path *p = w->m->paths[0];
	(void)state;

	world_start(w);
	for (unsigned int i = 0; i < 1000; i++) {
		tell(w, p, LIFE_UNCHECKED, 0);
		assert_int_equal(w->step.todo, 0);
		assert_int_equal(w->step.next_ns, w->now + SEC);
		w->now = w->step.next_ns;
	}
	assert_int_equal(p->state, PATH_UP);
	expect_said(w, "");
}

/* Paths of one map meet, whatever happened to them; maps are spread. */
static void checks_of_a_map_meet(void **state)
{
	struct life_rules r = plain;
	WORLD *w;
	uint64_t seed = 7;
	unsigned int slots[5] = { 0 };
	(void)state;

	r.phase_ns = life_phase("36001", 5);
	w = world_new(4, &r);
	world_start(w);
	for (unsigned int i = 0; i < 4; i++) {
		w->now += topo_rand(&seed, 9000) * MS;
		tell(w, w->m->paths[i], LIFE_RECHECK, 0);
		tell(w, w->m->paths[i], LIFE_VERDICT, topo_rand(&seed, 2) ? PATH_UP : PATH_DOWN);
		tell(w, w->m->paths[i], LIFE_VERDICT, PATH_UP);
	}
	for (unsigned int i = 0; i < 4; i++) {
		int64_t at = w->m->paths[i]->life.next_ns;

		assert_int_equal((at - r.phase_ns) % (5 * SEC), 0);
		assert_true(at - w->now <= 20 * SEC);
	}
	for (unsigned int i = 0; i < 1000; i++) {
		char wwid[16];

		snprintf(wwid, sizeof(wwid), "3600%u", i);
		assert_int_equal(life_phase(wwid, 5) % SEC, 0);
		slots[life_phase(wwid, 5) / SEC]++;
	}
	for (unsigned int i = 0; i < 5; i++)
		assert_in_range(slots[i], 150, 250);
}

/* --- what is said ------------------------------------------------------------------------------ */

static void texts(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *a = w->m->paths[0], *b = w->m->paths[1];
	struct pathgroup g = { .state = PG_DISABLED };
	(void)state;

	world_start(w);
	next_check(w, a, PATH_DOWN);
	expect_said(w, "2 mpatha: sda - tur checker reports path is down\n"
		       "2 checker failed path 8:0 in map mpatha\n"
		       "2 mpatha: remaining active paths: 1\n");
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH | LIFE_DO_FAILBACK);
	tell(w, b, LIFE_OFFLINE, PATH_DOWN);
	expect_said(w, "2 mpatha: sdb - path offline\n"
		       "2 checker failed path 8:16 in map mpatha\n"
		       "2 mpatha: remaining active paths: 0\n");
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH | LIFE_DO_FAILBACK | LIFE_DO_LAST_LOST);
	tell(w, b, LIFE_OFFLINE, PATH_REMOVED);
	expect_said(w, "2 mpatha: sdb - path removed\n");
	a->group = &g;
	next_check(w, a, PATH_GHOST);
	expect_said(w, "2 8:0: reinstated\n2 mpatha: remaining active paths: 1\n");
	assert_int_equal(w->step.todo, LIFE_DO_REINSTATE | LIFE_DO_ENABLE_GROUP |
					       LIFE_DO_FIRST_GAINED | LIFE_DO_REFRESH_PRIO |
					       LIFE_DO_FAILBACK);
	tell(w, a, LIFE_DM_FAILED, 0);
	expect_said(w, "2 sda: mark as failed\n2 mpatha: remaining active paths: 0\n");
	assert_int_equal(w->m->stat_path_failures, 3);
}

/* 0.15.0: "timed out" is said once, too, with log_checker_err once. */
static void log_checker_err(void **state)
{
	struct life_rules once = plain;
	(void)state;

	once.log_once = true;
	for (int i = 0; i < 2; i++) {
		WORLD *w = world_new(2, i ? &once : &plain);
		struct path *p = w->m->paths[0];
		unsigned int n = 0;

		world_start(w);
		for (int k = 0; k < 10; k++) {
			next_check(w, p, k % 2 ? PATH_DOWN : PATH_TIMEOUT);
			n += strstr(sb_str(&w->said), "tur checker") != NULL;
			sb_clear(&w->said);
		}
		assert_int_equal(n, i ? 1 : 10);
		next_check(w, p, PATH_UP);
		sb_clear(&w->said);
		next_check(w, p, PATH_TIMEOUT); /* the next failure is told again */
		assert_non_null(strstr(sb_str(&w->said), "tur checker timed out"));
	}
}

/* --- operator, kernel -------------------------------------------------------------------------- */

static void fail_path_lasts(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *p = w->m->paths[0];
	(void)state;

	world_start(w);
	tell(w, p, LIFE_OP_FAIL, 0);
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH | LIFE_DO_FAILBACK);
	assert_int_equal(w->step.next_ns, LIFE_NEVER);
	assert_string_equal(p->check_msg, " is disabled");
	tell(w, p, LIFE_VERDICT, PATH_UP); /* the answer to a check that was under way */
	assert_int_equal(p->state, PATH_DOWN);
	tell(w, p, LIFE_RECHECK, 0);
	tell(w, p, LIFE_UNCHECKED, 0);
	assert_int_equal(p->life.next_ns, LIFE_NEVER);
	p->dm = DMP_ACTIVE; /* as a new table makes it */
	tell(w, p, LIFE_LOADED, 0);
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH);
	tell(w, p, LIFE_OP_REINSTATE, 0);
	assert_int_equal(w->step.todo, LIFE_DO_REINSTATE);
	assert_int_equal(p->life.next_ns, w->now);
	next_check(w, p, PATH_UP);
	assert_int_equal(p->state, PATH_UP);
	assert_int_equal(w->step.todo, LIFE_DO_REFRESH_PRIO | LIFE_DO_FAILBACK);
	tell(w, p, LIFE_OP_FAIL, 0);
	tell(w, p, LIFE_OP_REINSTATE, 0);
	next_check(w, p, PATH_DOWN); /* the checker decides in the end */
	assert_true(w->step.todo & LIFE_DO_FAIL_PATH);
}

/* Fails I/O, answers the checker: never more than one try in polling_interval. */
static void no_ping_pong(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *p = w->m->paths[0];
	int64_t last = 0;
	(void)state;

	world_start(w);
	for (unsigned int i = 0; i < 500; i++) {
		w->now += 20 * MS;
		tell(w, p, LIFE_DM_FAILED, 0);
		next_check(w, p, PATH_UP);
		assert_true(w->step.todo & LIFE_DO_REINSTATE);
		assert_true(!last || w->now - last >= 5 * SEC);
		last = w->now;
	}
	assert_int_equal(w->m->stat_path_failures, 500);
}

static void refused_messages_are_tried_again(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *p = w->m->paths[0];
	(void)state;

	world_start(w);
	next_check(w, p, PATH_DOWN);
	tell(w, p, LIFE_DM_REFUSED, 0);
	next_check(w, p, PATH_DOWN);
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH);
	next_check(w, p, PATH_DOWN);
	assert_int_equal(w->step.todo, 0);
	next_check(w, p, PATH_UP);
	tell(w, p, LIFE_DM_REFUSED, 0);
	next_check(w, p, PATH_UP);
	assert_int_equal(w->step.todo, LIFE_DO_REINSTATE);
	next_check(w, p, PATH_UP);
	assert_int_equal(w->step.todo, 0);
}

/* A daemon that was killed comes back to a map whose path the kernel had failed. */
static void an_adopted_failed_path_is_taken_back(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *p = w->m->paths[0];
	(void)state;

	p->state = PATH_UNCHECKED;
	p->dm = DMP_FAILED;
	tell(w, p, LIFE_LOADED, 0);
	assert_int_equal(p->dm, DMP_FAILED);
	next_check(w, p, PATH_UP);
	assert_true(w->step.todo & LIFE_DO_REINSTATE);
	/* a table that makes a bad path active is put right */
	next_check(w, p, PATH_DOWN);
	p->dm = DMP_ACTIVE;
	tell(w, p, LIFE_LOADED, 0);
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH);
}

static void a_new_path_settles(void **state)
{
	WORLD *w = world_new(2, &plain);
	struct path *a = w->m->paths[0], *b = w->m->paths[1];
	(void)state;

	a->state = b->state = PATH_UNCHECKED;
	tell(w, a, LIFE_LOADED, 0);
	assert_int_equal(a->life.next_ns, w->now);
	tell(w, b, LIFE_LOADED, 0);
	next_check(w, a, PATH_DOWN);
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH); /* sdb may still turn out well */
	next_check(w, b, PATH_PENDING);
	assert_int_equal(b->state, PATH_PENDING);
	next_check(w, b, PATH_DOWN);
	assert_int_equal(w->step.todo, LIFE_DO_FAIL_PATH | LIFE_DO_LAST_LOST);
	next_check(w, b, PATH_UP);
	assert_true(w->step.todo & LIFE_DO_FIRST_GAINED);
}

static void an_offline_path_joins_late(void **state)
{
	WORLD *w = world_new(1, &plain);
	struct path *p = topo_path(w->t, "sdz", 65, 144);
	(void)state;

	p->state = PATH_DOWN;
	p->add_when_online = true;
	tell(w, p, LIFE_OFFLINE, PATH_DOWN);
	next_check(w, p, PATH_PENDING);
	assert_int_equal(next_check(w, p, PATH_UP), 1);
	assert_true(w->step.todo & LIFE_DO_ADD_TO_MAP);
	tell(w, p, LIFE_LEFT, 0);
	p->add_when_online = false;
	tell(w, p, LIFE_RECHECK, 0);
	assert_int_equal(p->life.next_ns, LIFE_NEVER);
}

static void wwid_is_compared_first(void **state)
{
	struct life_rules r = plain;
	WORLD *w;
	struct path *p;
	(void)state;

	r.recheck_wwid = true;
	w = world_new(2, &r);
	p = w->m->paths[0];
	world_start(w);
	next_check(w, p, PATH_DOWN);
	next_check(w, p, PATH_UP);
	assert_int_equal(w->step.todo, LIFE_DO_RECHECK_WWID);
	assert_int_equal(p->state, PATH_DOWN);
	next_check(w, p, PATH_UP); /* no answer yet */
	assert_int_equal(w->step.todo, LIFE_DO_RECHECK_WWID);
	tell(w, p, LIFE_WWID_SAME, 0);
	assert_int_equal(p->state, PATH_UP);
	assert_true(w->step.todo & LIFE_DO_REINSTATE);
	tell(w, p, LIFE_WWID_SAME, 0); /* the second answer */
	assert_int_equal(w->step.todo, 0);
	next_check(w, p, PATH_DOWN);
	next_check(w, p, PATH_UP);
	next_check(w, p, PATH_DOWN); /* down again before the answer */
	assert_false(p->life.wwid_pending);
	tell(w, p, LIFE_WWID_SAME, 0);
	assert_int_equal(p->state, PATH_DOWN);
	assert_int_equal(w->step.todo, 0);
	next_check(w, p, PATH_UP);
	tell(w, p, LIFE_WWID_SAME, 0);
	assert_false(p->life.wwid_pending);
}

static void purge_is_asked_for_once(void **state)
{
	struct life_rules r = plain;
	WORLD *w;
	struct path *p;
	(void)state;

	r.purge = true;
	w = world_new(2, &r);
	p = w->m->paths[0];
	world_start(w);
	next_check(w, p, PATH_DISCONNECTED);
	assert_true(w->step.todo & LIFE_DO_PURGE);
	assert_int_equal(p->state, PATH_DOWN);
	expect_said(w, "2 mpatha: sda - tur checker no access to this device\n"
		       "2 checker failed path 8:0 in map mpatha\n"
		       "2 mpatha: remaining active paths: 1\n"
		       "2 sda: mark (disconnected) path for purge\n");
	next_check(w, p, PATH_DISCONNECTED);
	assert_int_equal(w->step.todo, 0);
	next_check(w, p, PATH_UP);
	next_check(w, p, PATH_DISCONNECTED);
	assert_true(w->step.todo & LIFE_DO_PURGE);
	w->r.purge = false;
	next_check(w, p, PATH_UP);
	next_check(w, p, PATH_DISCONNECTED);
	assert_false(w->step.todo & LIFE_DO_PURGE);
}

/* --- shaky paths ------------------------------------------------------------------------------- */

static struct life_rules san_of(unsigned int threshold, unsigned int forget, int64_t recovery)
{
	struct life_rules r = plain;

	r.has_san = true;
	r.san_threshold = threshold;
	r.san_forget = forget;
	r.san_recovery_s = recovery;
	return r;
}

static void flap(struct world *w, struct path *p)
{
	next_check(w, p, PATH_DOWN);
	next_check(w, p, PATH_UP);
}

static void san_path_err(void **state)
{
	struct life_rules r = san_of(3, 10, 60);
	WORLD *w = world_new(2, &r);
	struct path *p = w->m->paths[0];
	int64_t bad_at;
	(void)state;

	world_start(w);
	for (int i = 0; i < 3; i++)
		flap(w, p);
	assert_int_equal(p->state, PATH_UP);
	for (int i = 0; i < 10; i++) /* one is forgotten */
		next_check(w, p, PATH_UP);
	assert_int_equal(p->life.san_failures, 2);
	flap(w, p);
	assert_int_equal(p->state, PATH_UP);
	next_check(w, p, PATH_DOWN);
	bad_at = w->now;
	sb_clear(&w->said);
	next_check(w, p, PATH_UP);
	assert_int_equal(p->state, PATH_DELAYED);
	expect_said(w, "2 sda : hit error threshold. Delaying path reinstatement\n");
	next_check(w, p, PATH_UP);
	next_check(w, p, PATH_DOWN); /* while it is held: the time begins anew */
	bad_at = w->now;
	sb_clear(&w->said);
	while (p->state != PATH_UP) {
		assert_true(next_check(w, p, PATH_UP) <= 5);
		assert_true(w->now - bad_at <= 60 * SEC);
	}
	assert_int_equal(w->now - bad_at, 60 * SEC);
	expect_said(w, "2 sda : reinstate the path after err recovery time\n"
		       "2 8:0: reinstated\n2 mpatha: remaining active paths: 2\n");
	assert_int_equal(p->life.san_failures, 0);
}

static void the_last_path_is_not_held(void **state)
{
	struct life_rules r = san_of(1, 10, 600);
	WORLD *w = world_new(2, &r);
	struct path *a = w->m->paths[0], *b = w->m->paths[1];
	(void)state;

	world_start(w);
	flap(w, a);
	flap(w, a);
	assert_int_equal(a->state, PATH_DELAYED);
	next_check(w, b, PATH_DOWN);
	assert_true(w->step.todo & LIFE_DO_LAST_LOST);
	sb_clear(&w->said);
	tell(w, a, LIFE_RECHECK, 0); /* as the daemon does on LAST_LOST */
	assert_int_equal(a->state, PATH_UP);
	assert_true(w->step.todo & LIFE_DO_FIRST_GAINED);
	expect_said(w, "2 sda : reinstating path early\n2 8:0: reinstated\n"
		       "2 mpatha: remaining active paths: 1\n");
}

static void san_in_a_marginal_group(void **state)
{
	struct life_rules r = san_of(1, 10, 60);
	WORLD *w;
	struct path *p;
	(void)state;

	r.marginal_groups = true;
	w = world_new(2, &r);
	p = w->m->paths[0];
	world_start(w);
	flap(w, p);
	sb_clear(&w->said);
	flap(w, p);
	assert_int_equal(p->state, PATH_UP);
	assert_true(p->marginal);
	assert_true(w->step.todo & LIFE_DO_RELOAD_MAP);
	assert_non_null(strstr(sb_str(&w->said), "2 sda: path is now marginal\n"));
	for (int i = 0; i < 20 && p->marginal; i++)
		next_check(w, p, PATH_UP);
	assert_false(p->marginal);
	assert_true(w->step.todo & LIFE_DO_RELOAD_MAP);
	tell(w, p, LIFE_SET_MARGINAL, 0);
	assert_true(w->step.todo & LIFE_DO_RELOAD_MAP);
	next_check(w, p, PATH_UP); /* the operator's wish outlives the checker */
	assert_true(p->marginal);
	tell(w, p, LIFE_FPIN_MARGINAL, 0);
	tell(w, p, LIFE_FPIN_CLEARED, 0);
	assert_true(p->marginal); /* also an FC event */
	tell(w, p, LIFE_FPIN_MARGINAL, 0);
	assert_int_equal(w->step.todo, 0);
	tell(w, p, LIFE_UNSET_MARGINAL, 0);
	assert_false(p->marginal);
	assert_int_equal(w->step.todo, LIFE_DO_RELOAD_MAP);
}

static const struct marginal_rules marginal = { 120, 300, 60, 10 };

/* Reads as they become due; every @bad_one-th fails. */
static enum marginal_verdict test_reads(struct world *w, struct path *p, unsigned int bad_one)
{
	enum marginal_verdict v;
	unsigned int n = 0;
	int64_t at;

	while (!(v = marginal_judge(&p->life.marginal, &w->r.marginal, w->now))) {
		if (!marginal_next(&p->life.marginal, &w->r.marginal, w->now, &at)) {
			assert_true(at > w->now);
			w->now = at;
			continue;
		}
		assert_int_equal(marginal_read_issued(&p->life.marginal, w->now, &at), 0);
		marginal_read_done(&p->life.marginal, at,
				   !bad_one || ++n % bad_one ? MARGINAL_READ_OK
							     : MARGINAL_READ_FAILED);
	}
	return v;
}

static struct world *marginal_world(bool groups)
{
	struct life_rules r = plain;

	r.has_marginal = true;
	r.marginal = marginal;
	r.marginal_groups = groups;
	return world_new(2, &r);
}

static void marginal_path(void **state)
{
	WORLD *w = marginal_world(false);
	struct path *p = w->m->paths[0];
	int64_t out_at;
	(void)state;

	world_start(w);
	flap(w, p); /* one failure: nothing */
	assert_int_equal(p->state, PATH_UP);
	w->now += 100 * SEC;
	tell(w, p, LIFE_VERDICT, PATH_UP);
	flap(w, p); /* too long after the first */
	assert_int_equal(p->state, PATH_UP);
	flap(w, p);
	assert_int_equal(p->state, PATH_DELAYED);
	assert_true(w->step.todo & LIFE_DO_MARGINAL_START);
	assert_int_equal(test_reads(w, p, 50), MARGINAL_BAD); /* 20 of 1000 */
	sb_clear(&w->said);
	tell(w, p, LIFE_TEST_BAD, 0);
	assert_int_equal(w->step.todo, LIFE_DO_MARGINAL_STOP);
	expect_said(w, "2 sda: 24 of 1200 test reads failed, next test in 300 s\n");
	out_at = w->now;
	do
		next_check(w, p, PATH_UP);
	while (!(w->step.todo & LIFE_DO_MARGINAL_START));
	assert_int_equal(w->now - out_at, 300 * SEC);
	assert_int_equal(p->state, PATH_DELAYED);
	assert_int_equal(test_reads(w, p, 100), MARGINAL_GOOD); /* 10 of 1000 is not over it */
	tell(w, p, LIFE_TEST_GOOD, 0);
	assert_int_equal(p->state, PATH_UP);
	assert_true(w->step.todo & LIFE_DO_REINSTATE);
}

static void marginal_in_groups(void **state)
{
	WORLD *w = marginal_world(true);
	struct path *p = w->m->paths[0];
	(void)state;

	world_start(w);
	flap(w, p);
	flap(w, p);
	assert_int_equal(p->state, PATH_UP);
	assert_true(p->marginal);
	assert_true(w->step.todo & LIFE_DO_MARGINAL_START);
	assert_int_equal(test_reads(w, p, 2), MARGINAL_BAD);
	tell(w, p, LIFE_TEST_BAD, 0);
	assert_true(p->marginal);
	do
		next_check(w, p, PATH_UP);
	while (!(w->step.todo & LIFE_DO_MARGINAL_START));
	assert_int_equal(test_reads(w, p, 0), MARGINAL_GOOD);
	tell(w, p, LIFE_TEST_GOOD, 0);
	assert_false(p->marginal);
	assert_true(w->step.todo & LIFE_DO_RELOAD_MAP);
	/* the rules change under a test */
	flap(w, p);
	flap(w, p);
	assert_true(p->marginal);
	w->r.has_marginal = false;
	next_check(w, p, PATH_UP);
	assert_false(p->marginal);
	assert_true(w->step.todo & LIFE_DO_MARGINAL_STOP);
}

static void a_test_is_broken_off(void **state)
{
	static const enum life_kind kinds[] = { LIFE_OP_FAIL, LIFE_UNSET_MARGINAL, LIFE_LEFT,
						LIFE_OP_REINSTATE };
	(void)state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		WORLD *w = marginal_world(false);
		struct path *p = w->m->paths[0];

		world_start(w);
		flap(w, p);
		flap(w, p);
		assert_int_equal(p->life.marginal.phase, MARGINAL_TESTING);
		tell(w, p, kinds[i], 0);
		assert_true(w->step.todo & LIFE_DO_MARGINAL_STOP);
		assert_int_equal(p->life.marginal.phase, MARGINAL_IDLE);
	}
}

static void marginal_alone(void **state)
{
	WORLD *w = marginal_world(false);
	struct path *a = w->m->paths[0], *b = w->m->paths[1];
	(void)state;

	world_start(w);
	flap(w, a);
	flap(w, a);
	assert_int_equal(a->state, PATH_DELAYED);
	tell(w, b, LIFE_DM_FAILED, 0);
	tell(w, a, LIFE_RECHECK, 0);
	assert_int_equal(a->state, PATH_UP);
	assert_true(w->step.todo & LIFE_DO_MARGINAL_STOP);
	assert_int_equal(a->life.marginal.phase, MARGINAL_IDLE);
}

/* --- chance ------------------------------------------------------------------------------------ */

/* The kernel's side of @p does what the step asks, sometimes not. */
static void obey(struct world *w, struct path *p, enum dm_path_state *kernel, uint64_t *seed)
{
	unsigned int ask = w->step.todo & (LIFE_DO_FAIL_PATH | LIFE_DO_REINSTATE);

	assert_false(ask == (LIFE_DO_FAIL_PATH | LIFE_DO_REINSTATE));
	if (!ask)
		return;
	if (!topo_rand(seed, 10)) {
		tell(w, p, LIFE_DM_REFUSED, 0);
		return;
	}
	*kernel = ask == LIFE_DO_REINSTATE ? DMP_ACTIVE : DMP_FAILED;
	assert_int_equal(p->dm, *kernel);
}

static void expect_sound(struct world *w, struct path *p, enum life_kind kind, unsigned int before)
{
	unsigned int after = map_usable_paths(w->m);
	bool usable = path_state_usable(p->state);

	assert_int_equal(after > before, w->step.became_usable);
	assert_int_equal(after < before, w->step.lost_usable);
	assert_int_equal(!!(w->step.todo & LIFE_DO_FIRST_GAINED), !before && after);
	if (before && !after)
		assert_true(w->step.todo & LIFE_DO_LAST_LOST);
	if (w->step.todo & LIFE_DO_LAST_LOST)
		assert_int_equal(after, 0);
	if (kind != LIFE_DM_REFUSED && usable)
		assert_int_not_equal(p->dm, DMP_FAILED);
	if (p->life.disabled)
		assert_true(!usable && p->life.next_ns == LIFE_NEVER);
	else
		assert_true(p->life.next_ns <= w->now + 20 * SEC);
	assert_in_range(p->life.interval_s, 5, 20);
	assert_false(p->state == PATH_TIMEOUT || p->state == PATH_DISCONNECTED);
	assert_false(p->marginal && !w->r.marginal_groups && !p->life.marginal_by_command &&
		     !p->life.marginal_by_fpin);
}

/* What may not make a usable path unusable. */
static bool is_harmless(enum life_kind kind, enum path_state v)
{
	if (kind == LIFE_VERDICT || kind == LIFE_OFFLINE || kind == LIFE_EXPIRED)
		return v == PATH_WILD || v == PATH_UNCHECKED || v == PATH_PENDING ||
		       v == PATH_DELAYED || path_state_usable(v);
	return kind != LIFE_DM_FAILED && kind != LIFE_OP_FAIL;
}

static void chance(struct world *w, uint64_t seed)
{
	enum dm_path_state kernel[4] = { DMP_ACTIVE, DMP_ACTIVE, DMP_ACTIVE, DMP_ACTIVE };

	world_start(w);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int k = topo_rand(&seed, 4), before = map_usable_paths(w->m);
		struct path *p = w->m->paths[k];
		enum life_kind kind =
			topo_rand(&seed, 3) ? LIFE_VERDICT : topo_rand(&seed, LIFE_KIND__MAX);
		enum path_state v = topo_rand(&seed, 2) ? PATH_UP : topo_rand(&seed, PATH__MAX);
		bool was = path_state_usable(p->state);

		if (kind == LIFE_LEFT || kind == LIFE_DM_REFUSED || kind == LIFE_TEST_BAD)
			continue;
		if (kind == LIFE_LOADED || kind == LIFE_DM_ACTIVE)
			kernel[k] = DMP_ACTIVE;
		if (kind == LIFE_DM_FAILED)
			kernel[k] = DMP_FAILED;
		w->now += topo_rand(&seed, 8000) * MS;
		if (kind == LIFE_LOADED)
			p->dm = DMP_ACTIVE;
		tell(w, p, kind, v);
		expect_sound(w, p, kind, before);
		if (was && !path_state_usable(p->state))
			assert_false(is_harmless(kind, v));
		obey(w, p, &kernel[k], &seed);
		sb_clear(&w->said);
	}
}

static void whatever_happens(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct life_rules r = i & 1 ? san_of(2, 5, 30) : plain;
		WORLD *w;

		r.marginal_groups = i & 2;
		r.has_marginal = !(i & 1) && i & 4;
		r.marginal = marginal;
		r.recheck_wwid = i & 4;
		r.purge = i & 1;
		r.phase_ns = i * 777 * MS;
		w = world_new(4, &r);
		chance(w, i + 1);
	}
}

/* --- marginal tests by themselves ------------------------------------------------------------- */

static void reads_that_hang(void **state)
{
	struct marginal m = { 0 };
	int64_t now = 5 * SEC, at, ticket;
	unsigned int n = 0;
	(void)state;

	marginal_start(&m, now);
	assert_int_equal(marginal_judge(&m, &marginal, now), MARGINAL_UNDECIDED);
	for (; n < 100 && marginal_next(&m, &marginal, now, &at); n++) {
		assert_int_equal(marginal_read_issued(&m, now, &ticket), 0);
		assert_false(marginal_next(&m, &marginal, now, &at));
		now = at;
	}
	assert_int_equal(n, MARGINAL_IN_FLIGHT);
	assert_int_equal(now, 5 * SEC + MARGINAL_IN_FLIGHT * 100 * MS);
	assert_int_equal(marginal_read_issued(&m, now, &ticket), -EBUSY);
	assert_false(marginal_next(&m, &marginal, now, &at));
	assert_int_equal(at, now + MARGINAL_READ_GAP_NS);
	assert_int_equal(marginal_judge(&m, &marginal, 64 * SEC), MARGINAL_UNDECIDED);
	assert_int_equal(m.reads, 0);
	marginal_judge(&m, &marginal, 65 * SEC); /* the first one is 60 s old */
	assert_int_equal(m.errors, 1);
	marginal_read_done(&m, 5 * SEC, MARGINAL_READ_OK); /* its answer comes after all */
	assert_int_equal(m.reads, 1);
	assert_true(marginal_next(&m, &marginal, 65 * SEC, &at));
	assert_false(marginal_next(&m, &marginal, 125 * SEC, &at)); /* it is over */
	assert_int_equal(marginal_judge(&m, &marginal, 125 * SEC), MARGINAL_BAD);
	assert_int_equal(m.errors, MARGINAL_IN_FLIGHT);
	assert_int_equal(marginal_retest_ns(&m, &marginal), 425 * SEC);
	assert_false(marginal_next(&m, &marginal, 125 * SEC, &at));
	assert_int_equal(at, INT64_MAX);
}

static void two_failures(void **state)
{
	static const struct {
		int64_t gap;
		enum marginal_phase phase;
	} cases[] = { { 0, MARGINAL_SUSPECT },
		      { 60 * SEC, MARGINAL_SUSPECT },
		      { 60 * SEC + 1, MARGINAL_IDLE } };
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct marginal m = { 0 };

		marginal_failed(&m, &marginal, 5 * SEC);
		assert_int_equal(m.phase, MARGINAL_IDLE);
		marginal_failed(&m, &marginal, 5 * SEC + cases[i].gap);
		assert_int_equal(m.phase, cases[i].phase);
		/* the second one may be the first of the next two */
		marginal_failed(&m, &marginal, 5 * SEC + cases[i].gap + 30 * SEC);
		assert_int_equal(m.phase, MARGINAL_SUSPECT);
		marginal_start(&m, 200 * SEC);
		marginal_failed(&m, &marginal, 201 * SEC);
		assert_int_equal(m.phase, MARGINAL_TESTING);
	}
}

/* We had no worker for any read: that says nothing. */
static void no_read_no_verdict(void **state)
{
	struct marginal m = { 0 };
	(void)state;

	marginal_start(&m, SEC);
	assert_int_equal(marginal_judge(&m, &marginal, 121 * SEC), MARGINAL_GOOD);
	assert_int_equal(m.phase, MARGINAL_IDLE);
}

static void answers_of_an_earlier_test(void **state)
{
	struct marginal m = { 0 };
	int64_t old, new;
	(void)state;

	marginal_start(&m, SEC);
	marginal_read_issued(&m, 2 * SEC, &old);
	marginal_start(&m, 3 * SEC);
	marginal_read_issued(&m, 3 * SEC, &new);
	marginal_read_done(&m, old, MARGINAL_READ_FAILED);
	marginal_read_done(&m, 0, MARGINAL_READ_FAILED);
	assert_int_equal(m.reads, 0);
	marginal_read_done(&m, new, MARGINAL_READ_OK);
	marginal_read_done(&m, new, MARGINAL_READ_FAILED);
	assert_int_equal(m.reads, 1);
	assert_int_equal(m.errors, 0);
	marginal_read_issued(&m, 4 * SEC, &new);
	marginal_read_done(&m, new, MARGINAL_READ_DROPPED);
	assert_int_equal(m.reads, 1);
	assert_int_equal(m.in_flight, 0);
}

/* --- rules ------------------------------------------------------------------------------------- */

#define MARGINAL_ALL                                                                               \
	"marginal_path_err_sample_time 30\nmarginal_path_err_rate_threshold 10\n"                  \
	"marginal_path_err_recheck_gap_time 300\nmarginal_path_double_failed_time 60\n"
#define SAN_ALL                                                                                    \
	"san_path_err_threshold 4\nsan_path_err_forget_rate 8\nsan_path_err_recovery_time 90\n"

static struct life_rules rules_of(const char *defaults)
{
	struct config *cfg = life_defaults(defaults);
	struct props path = { 0 }, map = { 0 };
	struct life_rules r;

	props_path(&path, &(struct prop_layers){ .cfg = cfg });
	props_map(&map, &(struct prop_layers){ .cfg = cfg });
	life_rules(&path, &map, cfg, &r);
	config_free(cfg);
	return r;
}

static void rules(void **state)
{
	static const struct {
		const char *text;
		bool marginal, san;
		unsigned int threshold, forget;
		int64_t recovery;
	} rows_of[] = {
		{ "", false, false, 0, 0, 0 },
		{ MARGINAL_ALL, true, false, 0, 0, 0 },
		{ MARGINAL_ALL SAN_ALL, true, false, 0, 0, 0 },
		{ SAN_ALL, false, true, 4, 8, 90 },
		{ SAN_ALL "delay_watch_checks 9\ndelay_wait_checks 9\n", false, true, 4, 8, 90 },
		{ SAN_ALL "marginal_path_double_failed_time 60\n", false, true, 4, 8, 90 },
		{ "delay_watch_checks 12\ndelay_wait_checks 6\n", false, true, 1, 12, 120 },
		{ "delay_watch_checks 12\n", false, false, 0, 0, 0 },
		{ "delay_wait_checks 12\n", false, false, 0, 0, 0 },
		{ "san_path_err_threshold 4\nsan_path_err_forget_rate 8\n", false, false, 0, 0, 0 },
	};
	struct life_rules r;
	(void)state;

	for (size_t i = 0; i < sizeof(rows_of) / sizeof(rows_of[0]); i++) {
		r = rules_of(rows_of[i].text);
		assert_int_equal(r.has_marginal, rows_of[i].marginal);
		assert_int_equal(r.has_san, rows_of[i].san);
		if (!rows_of[i].san)
			continue;
		assert_int_equal(r.san_threshold, rows_of[i].threshold);
		assert_int_equal(r.san_forget, rows_of[i].forget);
		assert_int_equal(r.san_recovery_s, rows_of[i].recovery);
	}
	r = rules_of(MARGINAL_ALL "polling_interval 7\nmax_polling_interval 9\nrecheck_wwid yes\n"
				  "purge_disconnected yes\nlog_checker_err once\n"
				  "marginal_pathgroups on\n");
	assert_int_equal(r.marginal.sample_s, 120); /* raised */
	assert_int_equal(r.marginal.rate_permille, 10);
	assert_int_equal(r.marginal.gap_s, 300);
	assert_int_equal(r.marginal.double_failed_s, 60);
	assert_int_equal(r.polling_s, 7);
	assert_int_equal(r.max_polling_s, 9);
	assert_true(r.recheck_wwid && r.purge && r.log_once && r.marginal_groups);
	r = rules_of("polling_interval 3\n");
	assert_int_equal(r.max_polling_s, 12);
	assert_false(r.recheck_wwid || r.purge || r.log_once || r.marginal_groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(intervals_grow_while_up),
		cmocka_unit_test(pending_is_looked_at_each_second),
		cmocka_unit_test(a_blocked_path_that_fails_is_checked_at_once),
		cmocka_unit_test(no_worker_says_nothing),
		cmocka_unit_test(checks_of_a_map_meet),
		cmocka_unit_test(texts),
		cmocka_unit_test(log_checker_err),
		cmocka_unit_test(fail_path_lasts),
		cmocka_unit_test(no_ping_pong),
		cmocka_unit_test(refused_messages_are_tried_again),
		cmocka_unit_test(a_new_path_settles),
		cmocka_unit_test(an_adopted_failed_path_is_taken_back),
		cmocka_unit_test(an_offline_path_joins_late),
		cmocka_unit_test(wwid_is_compared_first),
		cmocka_unit_test(purge_is_asked_for_once),
		cmocka_unit_test(san_path_err),
		cmocka_unit_test(the_last_path_is_not_held),
		cmocka_unit_test(san_in_a_marginal_group),
		cmocka_unit_test(marginal_path),
		cmocka_unit_test(marginal_in_groups),
		cmocka_unit_test(marginal_alone),
		cmocka_unit_test(a_test_is_broken_off),
		cmocka_unit_test(two_failures),
		cmocka_unit_test(rules),
		cmocka_unit_test(answers_of_an_earlier_test),
		cmocka_unit_test(no_read_no_verdict),
		cmocka_unit_test(reads_that_hang),
		cmocka_unit_test(whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
