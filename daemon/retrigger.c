/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices without a word of udev: its database was lost, or its rules failed. The model says when to
 * ask again and when to give up; then the device is asked for its WWID itself. One in a map of the
 * kernel keeps that map's WWID meanwhile and afterwards.
 */
#include "core/engine/log.h"
#include "daemon/parts.h"

static void due(void *ctx);

static void arm(struct multipathd *d, int64_t at)
{
	if (at == INT64_MAX || (loop_timer_running(&d->retrigger) && d->retrigger.at <= at))
		return;
	d->retrigger.fn = due;
	d->retrigger.ctx = d;
	loop_timer_set(d->loop, &d->retrigger, at);
}

static void ask_udev(struct multipathd *d, const struct path *p)
{
	if (path_trigger(d, p, "change"))
		mlog(3, "%s: triggered a change event, udev has told no WWID", p->dev.name);
}

static void find_wwid(struct multipathd *d, struct path *p)
{
	if (p->wwid[0]) { /* its map's */
		ask_udev(d, p);
		return;
	}
	discover_identify(d->e, p);
	if (p->wwid[0] && discover_wwid_blocked(d->e, p))
		return;
	sched_ask(d, p); /* without a WWID for its pages */
	if (p->wwid[0])
		maps_touch(d, p->wwid, TOUCH_LOOK, NULL);
}

void retrigger_look(struct multipathd *d, struct path *p)
{
	struct map_rules rules;
	struct init_step s;

	/* its map tells its WWID: there is time */
	if (p->map && p->init == INIT_MISSING_UDEV)
		p->init = INIT_PARTIAL;
	map_rules(p->map ? &p->map->props : NULL, d->e->cfg, &rules);
	path_init_step(p, &rules, daemon_now(d), &s);
	daemon_log_notes(&s.notes);
	arm(d, s.next_ns);
	if (s.todo == INIT_DO_RETRIGGER)
		ask_udev(d, p);
	else if (s.todo == INIT_DO_DISCOVER)
		find_wwid(d, p);
}

void retrigger_look_all(struct multipathd *d)
{
	for (unsigned int i = 0; i < d->e->topo->n_paths; i++)
		retrigger_look(d, d->e->topo->paths[i]);
}

static void due(void *ctx)
{
	struct multipathd *d = ctx;

	if (d->e)
		retrigger_look_all(d);
}
