// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel is to do follows from three facts: the rule, whether the operator overruled it, and
 * whether the retries are used up (wanted()). Events change the facts; set_mode() then brings the
 * kernel in line, and only where it is not already.
 */
#include "core/model/queueing.h"

#include <inttypes.h>

#include "core/host/clock.h"
#include "core/model/life.h"

void queueing_rules(const struct props *map, const struct config *cfg, struct queueing_rules *ret)
{
	int64_t retries = props_num(map, KW_no_path_retry, 0);

	*ret = (struct queueing_rules){
		.retries = retries,
		.timeout_s = retries * config_num(cfg, KW_polling_interval, 5) + 1,
		.queue_without_daemon = config_yes(cfg, KW_queue_without_daemon),
	};
	switch (props_word(map, KW_no_path_retry)) {
	case VW_fail:
		ret->mode = QUEUEING_FAIL;
		break;
	case VW_queue:
		ret->mode = QUEUEING_ALWAYS;
		break;
	case VW_NUMBER:
		ret->mode = retries > 0 ? QUEUEING_RETRIES : QUEUEING_FAIL;
		break;
	default:
		ret->mode = QUEUEING_UNSET;
	}
}

struct turn {
	struct map *m;
	const struct queueing_rules *r;
	int64_t now_ns;
	struct queueing_step *s;
};

static void set_mode(struct turn *t, bool on)
{
	struct queueing *q = &t->m->q;

	if (q->known && q->on == on)
		return;
	t->s->message = on ? "queue_if_no_path" : "fail_if_no_path";
	q->known = true;
	q->on = on;
	if (on)
		note_add(&t->s->notes, 2, "%s: queue_if_no_path enabled", t->m->alias);
}

/* The mode by rule and facts. */
static void follow_rule(struct turn *t)
{
	const struct queueing *q = &t->m->q;

	if (q->disabled || q->removing)
		set_mode(t, false);
	else if (t->r->mode != QUEUEING_UNSET)
		set_mode(t, t->r->mode == QUEUEING_ALWAYS ||
				    (t->r->mode == QUEUEING_RETRIES && !q->gave_up));
}

static void leave_recovery(struct queueing *q)
{
	q->recovering = q->gave_up = false;
	q->deadline_ns = 0;
}

static bool has_retries(const struct turn *t)
{
	return t->r->mode == QUEUEING_RETRIES && !t->m->q.disabled && !t->m->q.removing;
}

static void enter_recovery(struct turn *t)
{
	struct queueing *q = &t->m->q;

	q->recovering = true;
	q->gave_up = false;
	q->deadline_ns = t->now_ns + t->r->timeout_s * NSEC_PER_SEC;
	note_add(&t->s->notes, 1, "%s: Entering recovery mode: max_retries=%" PRId64, t->m->alias,
		 t->r->retries);
	follow_rule(t);
}

static void on_lost(struct turn *t)
{
	struct queueing *q = &t->m->q;

	if (q->lost)
		return;
	q->lost = true;
	if (has_retries(t))
		enter_recovery(t);
	else if (!q->on)
		t->m->stat_map_failures++;
}

static void on_gained(struct turn *t)
{
	struct queueing *q = &t->m->q;

	q->lost = q->removing = false;
	if (!q->recovering)
		return;
	leave_recovery(q);
	note_add(&t->s->notes, 1, "%s: Recovered to normal mode", t->m->alias);
	follow_rule(t);
}

static void on_set_up(struct turn *t)
{
	struct queueing *q = &t->m->q;

	if (!has_retries(t))
		leave_recovery(q);
	if (life_map_has_path(t->m))
		on_gained(t);
	else
		on_lost(t);
	if (q->lost && has_retries(t) && !q->recovering)
		enter_recovery(t);
	follow_rule(t);
}

static void on_time(struct turn *t)
{
	struct queueing *q = &t->m->q;

	if (!q->deadline_ns || t->now_ns < q->deadline_ns)
		return;
	q->gave_up = true;
	q->deadline_ns = 0;
	t->m->stat_queueing_timeouts++;
	t->m->stat_map_failures++;
	note_add(&t->s->notes, 2, "%s: Disable queueing", t->m->alias);
	follow_rule(t);
}

static void on_disable(struct turn *t)
{
	struct queueing *q = &t->m->q;

	if (q->disabled)
		return;
	q->disabled = true;
	q->was_on = q->on;
	leave_recovery(q);
	if (q->lost && q->on)
		t->m->stat_map_failures++;
	follow_rule(t);
}

static void on_restore(struct turn *t)
{
	struct queueing *q = &t->m->q;

	if (!q->disabled)
		return;
	q->disabled = false;
	if (q->lost && has_retries(t))
		enter_recovery(t);
	else if (t->r->mode == QUEUEING_UNSET)
		set_mode(t, q->was_on);
	else
		follow_rule(t);
}

static void on_removing(struct turn *t)
{
	leave_recovery(&t->m->q);
	t->m->q.removing = true;
	set_mode(t, false);
}

static void on_shutdown(struct turn *t)
{
	if (!t->r->queue_without_daemon)
		set_mode(t, false);
}

/* Whole seconds spent queueing, up to now; the rest of a second is kept. */
static void count_time(struct map *m, int64_t now_ns)
{
	int64_t s = m->q.since_ns ? (now_ns - m->q.since_ns) / NSEC_PER_SEC : 0;

	if (s <= 0)
		return;
	m->stat_total_queueing_s += (unsigned int)s;
	m->q.since_ns += s * NSEC_PER_SEC;
}

void queueing_refresh(struct map *m, int64_t now_ns)
{
	int64_t rest = m->q.deadline_ns ? m->q.deadline_ns - now_ns : 0;

	count_time(m, now_ns);
	m->retry_tick = rest > 0 ? (int)((rest + NSEC_PER_SEC - 1) / NSEC_PER_SEC) : 0;
}

void queueing_step(struct map *m, enum queueing_event ev, const struct queueing_rules *r,
		   int64_t now_ns, struct queueing_step *ret)
{
	static void (*const handlers[QUEUEING_EVENT__MAX])(struct turn * t) = {
		[QUEUEING_SET_UP] = on_set_up,	     [QUEUEING_LOST_LAST] = on_lost,
		[QUEUEING_GAINED_FIRST] = on_gained, [QUEUEING_TIME] = on_time,
		[QUEUEING_DISABLE] = on_disable,     [QUEUEING_RESTORE] = on_restore,
		[QUEUEING_REMOVING] = on_removing,   [QUEUEING_SHUTDOWN] = on_shutdown,
	};
	struct turn t = { m, r, now_ns, ret };

	ret->message = NULL;
	ret->notes.n = 0;
	count_time(m, now_ns);
	handlers[ev](&t);
	if (!m->q.lost || !m->q.on)
		m->q.since_ns = 0;
	else if (!m->q.since_ns)
		m->q.since_ns = now_ns;
	queueing_refresh(m, now_ns);
	ret->next_ns = m->q.deadline_ns ? m->q.deadline_ns : INT64_MAX;
}

void queueing_observed(struct map *m, bool on)
{
	m->q.known = true;
	m->q.on = on;
}
