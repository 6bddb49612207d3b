/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What udevd tells is queued until it has been quiet for a moment, filtered and merged by
 * core/model/uevent.h, and handled transaction by transaction, each making its maps be looked at
 * once. While a generation is being read events wait: it may have seen their effects or not, and
 * reading a device twice does no harm.
 */
#include "core/model/uevent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/engine/observe.h"
#include "core/host/udevmon.h"
#include "daemon/parts.h"
#include "daemon/uevents.h"

#define BUFFER (128u << 20) /* what multipath-tools asks for: a storm must not be lost */

struct daemon_events {
	struct udevmon *mon; /* NULL: none, as in replay */
	struct loop_source *source;
	struct uevent_queue queue;
	struct loop_timer due;
};

static void handle_due(void *ctx);

static void rearm(struct multipathd *d)
{
	int64_t at = uevent_due_ns(&d->events->queue);

	if (at != INT64_MAX)
		loop_timer_set(d->loop, &d->events->due, at);
}

int uevents_push(struct multipathd *d, struct udev_props *props)
{
	struct uevent *ev;
	int r = uevent_new(props, daemon_now(d), &ev);

	if (r)
		return r;
	if (d->e) {
		const struct kwval *attrs = config_value(d->e->cfg, KW_uid_attrs);

		uevent_identify(ev, attrs ? attrs->str : NULL);
	}
	uevent_push(&d->events->queue, ev);
	rearm(d);
	return 0;
}

static void readable(void *ctx, uint32_t events)
{
	struct multipathd *d = ctx;
	struct udev_props props;
	int r;

	(void)events;
	while ((r = udevmon_next(d->events->mon, &props)) == 0)
		uevents_push(d, &props);
	if (r == -ENOBUFS) {
		mlog(1, "uevents were lost, looking at everything again");
		d->events->queue.lost = true;
		rearm(d);
	}
}

/* --- one event ------------------------------------------------------------------------------- */

static void dm_event(struct multipathd *d, const struct uevent *ev)
{
	unsigned int before = d->e->topo->n_maps;
	struct map *m;

	if (ev->action == UEVENT_REMOVE) {
		mlog(3, "%s: remove map (uevent)", ev->name);
		maps_refresh(d, NULL, ev->devno);
		return;
	}
	mlog(3, "%s: add map (uevent)", ev->name);
	m = maps_refresh(d, NULL, ev->devno);
	if (!m)
		return;
	m->duty.udev_saw = true;
	if (mapclock_life(d, m, MAP_UEVENT) || d->e->topo->n_maps > before) /* made by others */
		maps_touch(d, m->wwid, TOUCH_LOOK, NULL);
	maps_settle_soon(d);
}

static void path_removed(struct multipathd *d, const struct uevent *ev)
{
	struct path *p = topology_path_named(d->e->topo, ev->name);

	mlog(3, "%s: remove path (uevent)", ev->name);
	if (!p)
		return;
	if (p->map)
		mlog(2, "%s: path removed from map %s", p->dev.name, p->map->alias);
	path_leave(d, p);
}

static void path_came(struct multipathd *d, const struct uevent *ev)
{
	struct path *p = topology_path_named(d->e->topo, ev->name);
	bool news = ev->action == UEVENT_ADD;

	if (news)
		mlog(3, "%s: add path (uevent)", ev->name);
	/* the name of a device that went belongs to another one now */
	if (p && (p->dev.devno != ev->devno || p->duty.gone)) {
		path_leave(d, p);
		maps_after(d, ev->name);
		return;
	}
	path_arrives(d, ev->name, news, &p);
}

static void handle(struct multipathd *d, struct uevent *ev)
{
	for (; ev; ev = ev->also) {
		if (ev->is_dm)
			dm_event(d, ev);
		else if (ev->action == UEVENT_REMOVE)
			path_removed(d, ev);
		else
			path_came(d, ev);
	}
}

static void handle_due(void *ctx)
{
	struct multipathd *d = ctx;
	struct uevent *ev;

	if (!d->e || reload_running(d))
		return; /* uevents_resume() */
	if (d->events->queue.lost) {
		d->events->queue.lost = false;
		reload_start(d, true, false);
	}
	uevent_merge(&d->events->queue);
	while ((ev = uevent_pop(&d->events->queue))) {
		handle(d, ev);
		uevent_free(ev);
		if (loop_turn_is_long(d->loop)) {
			loop_timer_after(d->loop, &d->events->due, 0);
			return;
		}
	}
}

bool uevents_waiting(const struct multipathd *d)
{
	return uevent_due_ns(&d->events->queue) != INT64_MAX;
}

void uevents_resume(struct multipathd *d)
{
	rearm(d);
}

/* --- making, ending -------------------------------------------------------------------------- */

int uevents_new(struct multipathd *d)
{
	struct daemon_events *e = calloc(1, sizeof(*e));
	int r;

	if (!e)
		return -ENOMEM;
	d->events = e;
	e->due = (struct loop_timer){ .fn = handle_due, .ctx = d };
	if (d->host->replay)
		return 0;
	r = udevmon_live(BUFFER, &e->mon);
	if (!r)
		r = loop_add(d->loop, udevmon_fd(e->mon), EPOLLIN, readable, d, &e->source);
	if (r)
		mlog(0, "cannot listen to udev: %s", strerror(-r));
	return r;
}

void uevents_free(struct multipathd *d)
{
	struct daemon_events *e = d->events;

	if (!e)
		return;
	loop_timer_clear(&e->due);
	loop_remove(e->source);
	udevmon_free(e->mon);
	uevent_queue_done(&e->queue);
	free(e);
	d->events = NULL;
}
