/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of a map that take time: queueing without paths, going back to the best group, waits for
 * udev and for ghosts. The model decides; each step says when it wants to be asked again, and one
 * timer is set for the earliest of all maps.
 */
#include <stdio.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/model/evlog.h"
#include "daemon/parts.h"

static void arm(struct multipathd *d, int64_t at)
{
	struct loop_timer *t = maps_clock(d);

	if (at && at != INT64_MAX && (!loop_timer_running(t) || at < t->at))
		loop_timer_set(d->loop, t, at);
}

static void record(struct multipathd *d, const struct map *m, const char *kind, const char *to,
		   const struct notes *notes)
{
	struct ev_entry *ev = daemon_event_map(d, m, kind);

	snprintf(ev->to, sizeof(ev->to), "%s", to);
	if (notes->n)
		snprintf(ev->cause, sizeof(ev->cause), "%.*s", (int)sizeof(ev->cause) - 1,
			 notes->list[0].text);
}

void mapclock_queueing(struct multipathd *d, struct map *m, enum queueing_event ev)
{
	struct queueing_rules rules;
	struct queueing_step s;

	queueing_rules(&m->props, d->e->cfg, &rules);
	rules.queue_without_daemon |= d->queue_without_daemon_forced;
	queueing_step(m, ev, &rules, daemon_now(d), &s);
	daemon_log_notes(&s.notes);
	m->duty.queueing_ns = s.next_ns;
	arm(d, s.next_ns);
	if (!s.message)
		return;
	if (daemon_message(d, m, s.message))
		m->q.known = false;
	m->duty.reread = true; /* the features have changed */
	maps_settle_soon(d);
	record(d, m, "queueing", s.message, &s.notes);
}

void mapclock_failback(struct multipathd *d, struct map *m, enum failback_event ev,
		       const struct pathgroup *changed)
{
	struct failback_rules rules;
	struct failback_step s;
	char text[32];

	failback_rules(&m->props, &rules);
	failback_step(m, ev, changed, &rules, daemon_now(d), &s);
	daemon_log_notes(&s.notes);
	m->duty.failback_ns = s.next_ns;
	arm(d, s.next_ns);
	if (!s.switch_to)
		return;
	snprintf(text, sizeof(text), "switch_group %u", s.switch_to);
	if (daemon_message(d, m, text))
		dmevents_read_status(d, m);
	record(d, m, "path group", text, &s.notes);
}

bool mapclock_life(struct multipathd *d, struct map *m, enum map_event ev)
{
	struct map_rules rules;
	struct map_step s;

	map_rules(&m->props, d->e->cfg, &rules);
	map_life_step(m, ev, &rules, daemon_now(d), &s);
	daemon_log_notes(&s.notes);
	m->duty.life_ns = s.next_ns;
	arm(d, s.next_ns);
	return s.reload;
}

static bool due(int64_t at, int64_t now)
{
	return at && at <= now;
}

static void run_due(struct multipathd *d, struct map *m, int64_t now)
{
	if (due(m->duty.queueing_ns, now))
		mapclock_queueing(d, m, QUEUEING_TIME);
	if (due(m->duty.failback_ns, now))
		mapclock_failback(d, m, FAILBACK_TIME, NULL);
	if (due(m->duty.life_ns, now)) {
		if (mapclock_life(d, m, MAP_TIME))
			maps_touch(d, m->wwid, TOUCH_RELOAD | TOUCH_AFRESH, NULL);
		maps_settle_soon(d);
	}
}

void mapclock_due(void *ctx)
{
	struct multipathd *d = ctx;
	int64_t now = daemon_now(d);

	for (unsigned int i = 0; d->e && i < d->e->topo->n_maps; i++) {
		struct map *m = d->e->topo->maps[i];

		run_due(d, m, now);
		arm(d, m->duty.queueing_ns);
		arm(d, m->duty.failback_ns);
		arm(d, m->duty.life_ns);
	}
}
