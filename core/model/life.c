// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two tables say it all: what each verdict of a checker means (verdicts), and what handles each kind
 * of event (handlers). Handlers are made of a few moves: usable(), lost(), held() and fail_in_dm(),
 * which keep the state here and the kernel's view in step; schedule() then says when the path is
 * looked at again. Nothing is failed on account of time alone.
 */
#include "core/model/life.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "core/host/clock.h"
#include "core/model/check/check.h"

struct move {
	struct path *p;
	const struct life_event *ev;
	const struct life_rules *r;
	struct life_step *s;
};

enum meaning { SAYS_NOTHING, SAYS_WAIT, SAYS_BAD, SAYS_GOOD };

/* What a verdict says of the path, and the state it is remembered as. */
static const struct {
	enum meaning says;
	enum path_state stored;
} verdicts[PATH__MAX] = {
	[PATH_WILD] = { SAYS_NOTHING, PATH_WILD },
	[PATH_UNCHECKED] = { SAYS_NOTHING, PATH_UNCHECKED },
	[PATH_DOWN] = { SAYS_BAD, PATH_DOWN },
	[PATH_UP] = { SAYS_GOOD, PATH_UP },
	[PATH_SHAKY] = { SAYS_BAD, PATH_SHAKY },
	[PATH_GHOST] = { SAYS_GOOD, PATH_GHOST },
	[PATH_PENDING] = { SAYS_WAIT, PATH_PENDING },
	[PATH_TIMEOUT] = { SAYS_BAD, PATH_DOWN },
	[PATH_REMOVED] = { SAYS_BAD, PATH_REMOVED },
	[PATH_DELAYED] = { SAYS_NOTHING, PATH_DELAYED },
	[PATH_DISCONNECTED] = { SAYS_BAD, PATH_DOWN },
};

/* A state that no check has settled yet. */
static bool is_new(enum path_state s)
{
	return s == PATH_UNCHECKED || s == PATH_WILD || s == PATH_PENDING;
}

static bool is_bad(enum path_state s)
{
	return !is_new(s) && !path_state_usable(s) && s != PATH_DELAYED;
}

bool life_map_has_path(const struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++) {
		const struct path *p = m->paths[i];

		if (path_state_usable(p->state) ||
		    (is_new(p->state) && p->in_table && p->dm != DMP_FAILED))
			return true;
	}
	return false;
}

/* --- moves ----------------------------------------------------------------------------------- */

static void dev_numbers(const struct path *p, char buf[24])
{
	snprintf(buf, 24, "%u:%u", major(p->dev.devno), minor(p->dev.devno));
}

static void tell_remaining(struct move *m)
{
	unsigned int n = map_usable_paths(m->p->map);

	note_add(&m->s->notes, 2, "%s: remaining active paths: %u", m->p->map->alias, n);
}

/* The only usable path, or the one that would be. */
static bool alone(const struct path *p)
{
	return !p->map || map_usable_paths(p->map) == path_state_usable(p->state);
}

static void fail_in_dm(struct move *m)
{
	struct path *p = m->p;

	if (!p->map || !p->in_table || p->dm == DMP_FAILED)
		return;
	m->s->todo |= LIFE_DO_FAIL_PATH;
	p->dm = DMP_FAILED;
}

static void fail_checked(struct move *m)
{
	char devno[24];

	fail_in_dm(m);
	if (!(m->s->todo & LIFE_DO_FAIL_PATH))
		return;
	dev_numbers(m->p, devno);
	note_add(&m->s->notes, 2, "checker failed path %s in map %s", devno, m->p->map->alias);
}

static void reinstate_in_dm(struct move *m)
{
	struct path *p = m->p;
	char devno[24];

	if (!p->map || !p->in_table || p->dm == DMP_ACTIVE)
		return;
	dev_numbers(p, devno);
	m->s->todo |= LIFE_DO_REINSTATE;
	if (p->group && p->group->state == PG_DISABLED)
		m->s->todo |= LIFE_DO_ENABLE_GROUP;
	p->dm = DMP_ACTIVE;
	p->life.reinstated_ns = m->ev->now_ns;
	note_add(&m->s->notes, 2, "%s: reinstated", devno);
}

static void tell_last(struct move *m)
{
	if (m->p->map && !life_map_has_path(m->p->map))
		m->s->todo |= LIFE_DO_LAST_LOST;
}

/* To a state that is not usable; whatever was usable is counted as lost. */
static void to_unusable(struct move *m, enum path_state state)
{
	struct path *p = m->p;
	enum path_state was = p->state;

	p->state = state;
	if (path_state_usable(was) || is_new(was))
		tell_last(m);
	if (!path_state_usable(was) || !p->map)
		return;
	m->s->lost_usable = true;
	m->s->todo |= LIFE_DO_FAILBACK;
	tell_remaining(m);
}

/* The path is bad, by whatever witness. */
static void lost(struct move *m, enum path_state state)
{
	m->p->life.san_since_ns = m->ev->now_ns;
	if (path_state_usable(m->p->state)) {
		if (m->p->map)
			m->p->map->stat_path_failures++;
		if (m->r->has_marginal)
			marginal_failed(&m->p->life.marginal, &m->r->marginal, m->ev->now_ns);
	}
	to_unusable(m, state);
}

static void usable(struct move *m, enum path_state state)
{
	struct path *p = m->p;
	bool was = path_state_usable(p->state);

	if (p->state != state)
		m->s->todo |= LIFE_DO_REFRESH_PRIO;
	p->state = state;
	if (!p->map) {
		if (p->add_when_online && state == PATH_UP)
			m->s->todo |= LIFE_DO_ADD_TO_MAP;
		return;
	}
	reinstate_in_dm(m);
	if (was)
		return;
	m->s->became_usable = true;
	m->s->todo |= LIFE_DO_FAILBACK;
	if (alone(p))
		m->s->todo |= LIFE_DO_FIRST_GAINED;
	/* a map that was adopted has gained nothing by our first look */
	if (!is_new(m->s->from) || m->s->todo & LIFE_DO_REINSTATE)
		tell_remaining(m);
}

/* Up, but kept out by a policy. */
static void held(struct move *m)
{
	to_unusable(m, PATH_DELAYED);
	fail_in_dm(m);
}

static void set_marginal(struct move *m)
{
	struct path *p = m->p;
	bool marginal = p->life.marginal_by_policy || p->life.marginal_by_command ||
			p->life.marginal_by_fpin;

	if (p->marginal == marginal)
		return;
	p->marginal = marginal;
	m->s->todo |= LIFE_DO_RELOAD_MAP;
	note_add(&m->s->notes, 2, "%s: path is %s marginal", p->dev.name,
		 marginal ? "now" : "no longer");
}

/* --- shaky paths ----------------------------------------------------------------------------- */

static void san_release(struct path *p)
{
	p->life.san_held = false;
	p->life.san_failures = p->life.san_good = 0;
}

/* A path that was bad answers well: one failure more. */
static void san_count(struct move *m)
{
	struct path_life *l = &m->p->life;

	if (l->san_held || !m->r->has_san)
		return;
	l->san_good = 0;
	if (++l->san_failures <= m->r->san_threshold)
		return;
	l->san_held = true;
	note_add(&m->s->notes, 2, "%s : hit error threshold. Delaying path reinstatement",
		 m->p->dev.name);
}

/* A good check of a path that was good before. */
static void san_forget(struct move *m)
{
	struct path_life *l = &m->p->life;

	if (!l->san_failures || ++l->san_good < m->r->san_forget)
		return;
	l->san_failures--;
	l->san_good = 0;
}

static int64_t san_until(const struct move *m)
{
	return m->p->life.san_since_ns + m->r->san_recovery_s * NSEC_PER_SEC;
}

static bool tell_early(struct move *m)
{
	if (m->r->marginal_groups || !alone(m->p))
		return false;
	note_add(&m->s->notes, 2, "%s : reinstating path early", m->p->dev.name);
	return true;
}

static bool san_holds(struct move *m, bool was_bad)
{
	struct path *p = m->p;

	if (!m->r->has_san) {
		san_release(p);
		return false;
	}
	if (was_bad)
		san_count(m);
	else if (!p->life.san_held)
		san_forget(m);
	if (!p->life.san_held)
		return false;
	if (m->ev->now_ns >= san_until(m))
		note_add(&m->s->notes, 2, "%s : reinstate the path after err recovery time",
			 p->dev.name);
	else if (!tell_early(m))
		return true;
	san_release(p);
	return false;
}

static void stop_test(struct move *m)
{
	if (m->p->life.marginal.phase == MARGINAL_TESTING)
		m->s->todo |= LIFE_DO_MARGINAL_STOP;
	marginal_reset(&m->p->life.marginal);
}

static bool marginal_holds(struct move *m)
{
	struct marginal *t = &m->p->life.marginal;

	if (!m->r->has_marginal)
		stop_test(m);
	if (t->phase == MARGINAL_IDLE)
		return false;
	if (tell_early(m)) {
		stop_test(m);
		return false;
	}
	if (t->phase == MARGINAL_SUSPECT ||
	    (t->phase == MARGINAL_OUT && m->ev->now_ns >= marginal_retest_ns(t, &m->r->marginal))) {
		marginal_start(t, m->ev->now_ns);
		m->s->todo |= LIFE_DO_MARGINAL_START;
	}
	return true;
}

/* Does a policy keep a path out that is up? In a marginal group it is not out. */
static bool is_held(struct move *m, bool was_bad)
{
	bool san = san_holds(m, was_bad), test = marginal_holds(m);

	m->p->life.marginal_by_policy = (san || test) && m->r->marginal_groups;
	set_marginal(m);
	return (san || test) && !m->r->marginal_groups;
}

/* --- verdicts -------------------------------------------------------------------------------- */

static void good(struct move *m, enum path_state state, bool same_wwid)
{
	struct path *p = m->p;
	bool was_bad = is_bad(p->state);

	p->life.err_told = p->life.purge_told = false;
	if (was_bad && p->map && m->r->recheck_wwid && !same_wwid) {
		p->life.wwid_pending = true;
		m->s->todo |= LIFE_DO_RECHECK_WWID;
		return;
	}
	p->life.wwid_pending = false;
	if (is_held(m, was_bad))
		held(m);
	else
		usable(m, state);
}

static void tell_bad(struct move *m)
{
	struct path *p = m->p;
	const char *map = p->map ? p->map->alias : "orphan";
	int level = m->r->log_once && p->life.err_told ? 3 : 2;

	p->life.err_told = true;
	if (m->ev->kind == LIFE_OFFLINE)
		note_add(&m->s->notes, level, "%s: %s - path %s", map, p->dev.name,
			 m->ev->state == PATH_REMOVED ? "removed" : "offline");
	else
		note_add(&m->s->notes, level, "%s: %s - %s checker%s", map, p->dev.name,
			 props_str(&p->props, KW_path_checker), p->check_msg);
}

static void purge(struct move *m)
{
	struct path *p = m->p;

	if (!m->r->purge || p->life.purge_told || !p->map)
		return;
	p->life.purge_told = true;
	m->s->todo |= LIFE_DO_PURGE;
	note_add(&m->s->notes, 2, "%s: mark (%s) path for purge", p->dev.name,
		 path_state_log(m->ev->state));
}

static void bad(struct move *m, enum path_state stored)
{
	struct path *p = m->p;

	tell_bad(m);
	p->life.wwid_pending = false;
	fail_checked(m);
	lost(m, stored);
	if (m->ev->state == PATH_DISCONNECTED)
		purge(m);
}

static void grow_interval(struct move *m, bool unchanged)
{
	struct path_life *l = &m->p->life;
	int64_t next = unchanged ? 2 * (int64_t)l->interval_s : m->r->polling_s;

	if (next > m->r->max_polling_s)
		next = m->r->max_polling_s;
	if (next < m->r->polling_s)
		next = m->r->polling_s;
	l->interval_s = (unsigned int)next;
}

static void take_verdict(struct move *m)
{
	struct path *p = m->p;
	enum path_state before = p->state, v = m->ev->state;
	const char *checker = props_str(&p->props, KW_path_checker);

	p->verdict = v;
	p->life.checked_ns = m->ev->now_ns;
	snprintf(p->check_msg, sizeof(p->check_msg), "%s", m->ev->msg ? m->ev->msg : check_text(v));
	note_add(&m->s->notes, 3, "%s: %s state = %s", p->dev.name, checker ? checker : "sysfs",
		 path_state_log(v));
	switch (verdicts[v].says) {
	case SAYS_GOOD:
		good(m, verdicts[v].stored, false);
		break;
	case SAYS_BAD:
		bad(m, verdicts[v].stored);
		break;
	case SAYS_WAIT:
		if (is_new(p->state))
			p->state = PATH_PENDING;
		return; /* the interval stays, too */
	case SAYS_NOTHING:
		break;
	}
	grow_interval(m, path_state_usable(before) && before == p->state && v == p->state);
}

/* --- time ------------------------------------------------------------------------------------ */

/* The last time that fits the grid and is no more than one interval away. */
static int64_t on_grid(const struct move *m)
{
	int64_t step = m->p->life.interval_s * NSEC_PER_SEC;
	int64_t past = m->ev->now_ns + step - m->r->phase_ns;

	return m->r->phase_ns + past / step * step;
}

static void not_later(struct path *p, int64_t at)
{
	if (p->life.next_ns > at)
		p->life.next_ns = at;
}

/* The next moment for an unplanned check: not twice within a second, however many events there are. But
 * that a device is blocked, or has not answered yet, was no answer: what it waited for may be this. */
static int64_t soon(const struct move *m)
{
	int64_t now = m->ev->now_ns, checked = m->p->life.checked_ns;

	if (verdicts[m->p->verdict].says == SAYS_WAIT)
		return now;
	return checked && now < checked + NSEC_PER_SEC ? checked + NSEC_PER_SEC : now;
}

static void check_soon(struct move *m)
{
	not_later(m->p, soon(m));
}

/* A path that answers its checker but fails I/O is not taken back without pause. */
static void check_failed(struct move *m)
{
	struct path_life *l = &m->p->life;
	int64_t at = soon(m), pause = l->reinstated_ns + m->r->polling_s * NSEC_PER_SEC;

	l->interval_s = (unsigned int)m->r->polling_s;
	l->next_ns = l->reinstated_ns && at < pause ? pause : at;
}

static bool is_checked(const struct path *p)
{
	return !p->life.disabled && (p->map || p->add_when_online);
}

/* After a check. */
static void schedule(struct move *m)
{
	struct path *p = m->p;

	if (m->ev->kind == LIFE_UNCHECKED || verdicts[p->verdict].says == SAYS_WAIT)
		p->life.next_ns = m->ev->now_ns + NSEC_PER_SEC;
	else
		p->life.next_ns = on_grid(m);
	if (p->state == PATH_DELAYED && p->life.san_held)
		not_later(p, san_until(m));
	if (p->life.marginal.phase == MARGINAL_OUT && !is_bad(p->state))
		not_later(p, marginal_retest_ns(&p->life.marginal, &m->r->marginal));
}

/* --- events ---------------------------------------------------------------------------------- */

static void on_check(struct move *m)
{
	if (m->p->life.disabled)
		return;
	take_verdict(m);
	schedule(m);
}

static void on_unchecked(struct move *m)
{
	note_add(&m->s->notes, 3, "%s: not checked, no worker is free", m->p->dev.name);
	schedule(m);
}

/* The kernel may use the path: that has to be right. */
static void now_active(struct move *m)
{
	struct path *p = m->p;

	p->dm = DMP_ACTIVE;
	if (is_bad(p->state) && !p->life.disabled)
		fail_checked(m);
	else if (p->life.disabled || p->state == PATH_DELAYED)
		fail_in_dm(m);
}

static void on_dm_failed(struct move *m)
{
	struct path *p = m->p;

	p->dm = DMP_FAILED;
	if (is_new(p->state))
		tell_last(m);
	if (!path_state_usable(p->state))
		return;
	note_add(&m->s->notes, 2, "%s: mark as failed", p->dev.name);
	lost(m, PATH_DOWN);
	check_failed(m);
}

static void on_dm_active(struct move *m)
{
	if (m->p->dm == DMP_ACTIVE)
		return;
	now_active(m);
	check_soon(m);
}

static void on_dm_refused(struct move *m)
{
	m->p->dm = DMP_UNDEF;
}

static void on_loaded(struct move *m)
{
	struct path *p = m->p;
	bool starts = !p->life.interval_s || p->life.next_ns == LIFE_NEVER;

	p->in_table = true;
	if (p->dm == DMP_FAILED)
		on_dm_failed(m);
	else
		now_active(m);
	if (!starts)
		return;
	p->life.interval_s = (unsigned int)m->r->polling_s;
	p->life.next_ns = is_new(p->state) ? m->ev->now_ns : on_grid(m);
}

static void on_left(struct move *m)
{
	m->p->in_table = false;
	m->p->dm = DMP_UNDEF;
	m->p->life.wwid_pending = false;
	stop_test(m);
}

/* What the last check said, taken up again without a new one. */
static bool again(struct move *m)
{
	enum path_state v = m->p->verdict;

	if (m->p->life.disabled || verdicts[v].says != SAYS_GOOD)
		return false;
	good(m, verdicts[v].stored, true);
	return true;
}

static void on_wwid_same(struct move *m)
{
	if (m->p->life.wwid_pending && !again(m))
		check_soon(m);
}

static void on_op_fail(struct move *m)
{
	struct path *p = m->p;

	p->life.disabled = true;
	p->verdict = PATH_UNCHECKED;
	snprintf(p->check_msg, sizeof(p->check_msg), "%s", check_text(PATH_UNCHECKED));
	stop_test(m);
	fail_in_dm(m);
	lost(m, PATH_DOWN);
}

static void on_op_reinstate(struct move *m)
{
	struct path *p = m->p;

	p->life.disabled = false;
	san_release(p);
	stop_test(m);
	reinstate_in_dm(m);
	p->life.next_ns = m->ev->now_ns;
}

static void on_set_marginal(struct move *m)
{
	m->p->life.marginal_by_command = true;
	set_marginal(m);
}

static void on_unset_marginal(struct move *m)
{
	struct path *p = m->p;

	p->life.marginal_by_command = p->life.marginal_by_policy = false;
	p->life.marginal_by_fpin = false;
	san_release(p);
	stop_test(m);
	set_marginal(m);
	if (p->state == PATH_DELAYED && !again(m))
		check_soon(m);
}

static void on_fpin(struct move *m)
{
	m->p->life.marginal_by_fpin = m->ev->kind == LIFE_FPIN_MARGINAL;
	set_marginal(m);
}

static void on_test_good(struct move *m)
{
	m->s->todo |= LIFE_DO_MARGINAL_STOP;
	if (!is_bad(m->p->state))
		again(m);
}

static void on_test_bad(struct move *m)
{
	const struct marginal *t = &m->p->life.marginal;

	m->s->todo |= LIFE_DO_MARGINAL_STOP;
	note_add(&m->s->notes, 2, "%s: %u of %u test reads failed, next test in %" PRId64 " s",
		 m->p->dev.name, t->errors, t->reads, m->r->marginal.gap_s);
	if (t->phase == MARGINAL_OUT && !is_bad(m->p->state))
		not_later(m->p, marginal_retest_ns(t, &m->r->marginal));
}

static void on_recheck(struct move *m)
{
	if (m->p->state != PATH_DELAYED || !alone(m->p) || !again(m))
		check_soon(m);
}

static const struct {
	const char *name;
	void (*handle)(struct move *m);
} kinds[LIFE_KIND__MAX] = {
	[LIFE_VERDICT] = { "checker", on_check },
	[LIFE_OFFLINE] = { "sysfs", on_check },
	[LIFE_EXPIRED] = { "deadline", on_check },
	[LIFE_UNCHECKED] = { "no worker", on_unchecked },
	[LIFE_DM_FAILED] = { "dm status", on_dm_failed },
	[LIFE_DM_ACTIVE] = { "dm status", on_dm_active },
	[LIFE_DM_REFUSED] = { "dm message refused", on_dm_refused },
	[LIFE_LOADED] = { "table loaded", on_loaded },
	[LIFE_LEFT] = { "left its map", on_left },
	[LIFE_WWID_SAME] = { "WWID compared", on_wwid_same },
	[LIFE_OP_FAIL] = { "fail path", on_op_fail },
	[LIFE_OP_REINSTATE] = { "reinstate path", on_op_reinstate },
	[LIFE_SET_MARGINAL] = { "set marginal", on_set_marginal },
	[LIFE_UNSET_MARGINAL] = { "unset marginal", on_unset_marginal },
	[LIFE_FPIN_MARGINAL] = { "FPIN", on_fpin },
	[LIFE_FPIN_CLEARED] = { "FC event", on_fpin },
	[LIFE_TEST_GOOD] = { "marginal test", on_test_good },
	[LIFE_TEST_BAD] = { "marginal test", on_test_bad },
	[LIFE_RECHECK] = { "event", on_recheck },
};

const char *life_kind_name(enum life_kind k)
{
	return (unsigned int)k < LIFE_KIND__MAX ? kinds[k].name : "";
}

void path_fsm(struct path *p, const struct life_event *ev, const struct life_rules *r,
	      struct life_step *ret)
{
	struct move m = { p, ev, r, ret };

	ret->todo = 0;
	ret->notes.n = 0;
	ret->from = p->state;
	ret->dm_from = p->dm;
	ret->became_usable = ret->lost_usable = false;
	kinds[ev->kind].handle(&m);
	if (!is_checked(p))
		p->life.next_ns = LIFE_NEVER;
	ret->to = p->state;
	ret->dm_to = p->dm;
	ret->next_ns = p->life.next_ns;
}

void life_progress(const struct path *p, int64_t now_ns, unsigned int *ret_tick,
		   unsigned int *ret_interval)
{
	int64_t tick = p->life.checked_ns ? (now_ns - p->life.checked_ns) / NSEC_PER_SEC : 0;

	*ret_interval = p->life.interval_s;
	*ret_tick = tick < 0			? 0
		    : tick > p->life.interval_s ? p->life.interval_s
						: (unsigned int)tick;
}
