/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settling, third part: the changes are carried out by the lane as one batch with one udev cookie. When
 * it is back, each of its maps is read again, and what the kernel has is what we go on with.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/apply.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/model/evlog.h"
#include "daemon/settle.h"

#define RETRY_SLOWER	4		    /* at most this often twice as late each time */
#define RETRY_LOCKED_NS NSEC_PER_SEC	    /* a partitioner holds a path */
#define REMEMBER_NS	(60 * NSEC_PER_SEC) /* a WWID that could not be written down */

static void run_batch(struct host *h, struct work *w)
{
	struct batch *b = (struct batch *)w;

	h->dmb->ops->batch_begin(h->dmb);
	for (unsigned int i = 0; i < b->n_parked; i++)
		b->parked[i].err =
			h->dmb->ops->rename(h->dmb, b->parked[i].from, b->parked[i].to, 0);
	for (unsigned int i = 0; i < b->n; i++)
		change_run(h, &b->items[i].change);
	h->dmb->ops->batch_wait(h->dmb);
}

static void record(struct multipathd *d, const struct map *m, const struct lane_item *it)
{
	struct ev_entry *ev = daemon_event_map(d, m, "map");

	snprintf(ev->to, sizeof(ev->to), "%s",
		 it->change.failed ? "unchanged" : map_action_word(it->wanted->action));
	snprintf(ev->cause, sizeof(ev->cause), "%s",
		 it->change.failed ? it->change.failed : "configuration or paths");
	if (it->change.failed)
		snprintf(ev->action, sizeof(ev->action), "failed: %s", strerror(-it->change.err));
}

static void loaded(struct multipathd *d, struct map *m, const struct map *wanted)
{
	bool made = wanted->action == ACT_CREATE;

	m->props = wanted->props;
	m->stat_map_loads++;
	mapclock_failback(d, m, FAILBACK_LOADED, NULL);
	if (made) {
		mlog(2, "%s: adding map", m->alias);
		mapclock_life(d, m, MAP_MADE);
		if (m->duty.udev_saw) /* its event was here before the lane was back */
			mapclock_life(d, m, MAP_UEVENT);
	}
	mapclock_queueing(d, m, QUEUEING_SET_UP);
}

static void tell_resized(const struct map *before, const struct map *now)
{
	if (before && before->size != now->size)
		mlog(2, "%s: resized map from %llu to %llu", now->alias,
		     (unsigned long long)before->size, (unsigned long long)now->size);
}

/* A new map over a disk that somebody else uses is not tried again: nothing says that he will go. */
static void try_again(struct multipathd *d, const struct lane_item *it, enum apply_result r)
{
	int64_t after = r == APPLY_LOCKED ? RETRY_LOCKED_NS : SETTLE_RETRY_NS << it->by->again;
	struct touched *t;

	if (r != APPLY_LOCKED && it->wanted->action == ACT_CREATE && it->change.err == -EBUSY)
		return;
	maps_touch_later(d, it->wanted->wwid, daemon_now(d) + after);
	t = settle_touched(d->lane->touched, it->wanted->wwid);
	if (!t)
		return;
	t->how |= it->by->how & ~(unsigned int)TOUCH_REMOVE;
	t->failed = it->change.err;
	t->again = it->by->again + (it->by->again < RETRY_SLOWER);
}

static void finish_load(struct multipathd *d, struct lane_item *it)
{
	struct map *wanted = it->wanted, *m;
	enum apply_result r;

	it->change.told = it->by->failed && it->by->failed == it->change.err;
	r = apply_finish(d->e, wanted, &it->change);
	it->by->result = r == APPLY_DONE ? 0 : it->change.err ? it->change.err : -EIO;
	record(d, wanted, it);
	if (r == APPLY_DONE)
		tell_resized(topology_map(d->e->topo, wanted->wwid), wanted);
	/* by its number where it has one: a rename may not have been done */
	m = topology_map(d->e->topo, wanted->wwid);
	if (m)
		m = maps_refresh(d, NULL, makedev(m->dm.major, m->dm.minor));
	else
		m = maps_refresh(d, wanted->alias, 0);
	if (r == APPLY_DONE && m)
		loaded(d, m, wanted);
	if (r != APPLY_DONE)
		try_again(d, it, r);
}

/* The map went with its last path, or it is still in use: then the kernel does it later, or nobody. */
static void finish_last(struct multipathd *d, struct lane_item *it)
{
	struct map *m = topology_map(d->e->topo, it->change.wwid);

	if (!m)
		mlog(2, "%s: map flushed after removing all paths", it->change.name);
	else if (it->by->result)
		mlog(0, "%s: can't flush", it->change.name);
	else
		mlog(2, "%s: devmap deferred remove", it->change.name);
	if (m)
		maps_detach(d, m);
}

static void finish_removal(struct multipathd *d, struct lane_item *it)
{
	bool known = topology_map(d->e->topo, it->change.wwid) != NULL;

	it->by->result = apply_finish_flush(&it->change);
	if (!known)
		return;
	if (!it->by->result && !it->last)
		mlog(2, "%s: map flushed", it->change.name);
	maps_refresh(d, it->change.name, 0);
	if (it->last)
		finish_last(d, it);
}

void settle_batch_free(struct batch *b)
{
	for (unsigned int i = 0; i < b->n; i++)
		change_done(&b->items[i].change);
	free(b->items);
	free(b->parked);
	topology_free(b->memory);
	free(b);
}

/* A map that is there is to be ours at the next start, too. What cannot be written now (a full disk, a
 * lock that somebody holds) is tried again, and said once. */
static void remember(struct multipathd *d, const struct touched *t)
{
	if (!topology_map(d->e->topo, t->wwid) || names_wwid_known(d->e, t->wwid))
		return;
	if (names_wwid_add(d->e, t->wwid) >= 0) {
		d->e->state_failed = false;
		return;
	}
	maps_touch_later(d, t->wwid, daemon_now(d) + REMEMBER_NS);
}

static void finish_item(struct multipathd *d, struct lane_item *it)
{
	if (it->wanted)
		finish_load(d, it);
	else
		finish_removal(d, it);
}

/* All has been taken in: answer who waits, and go on. */
static void finish_batch(struct multipathd *d, struct batch *b)
{
	struct touched *t;

	d->e->work = d->e->topo;
	d->e->wanted = NULL;
	d->e->n_wanted = d->e->cap_wanted = 0;
	d->e->by_wwid = NULL;
	d->e->n_by_wwid = 0;
	while ((t = b->touched)) {
		b->touched = t->next;
		remember(d, t);
		settle_answer(t);
		settle_touched_free(t);
	}
	settle_batch_free(b);
}

static void finish_all(struct multipathd *d, struct batch *b)
{
	while (b->finished < b->n)
		finish_item(d, &b->items[b->finished++]);
	d->lane->batch = NULL;
	finish_batch(d, b);
}

void maps_finish(struct multipathd *d)
{
	struct batch *b = d->lane->batch;

	if (!b || !b->back)
		return;
	loop_timer_clear(&d->lane->finish);
	finish_all(d, b);
}

/* Map by map, for as long as a turn may be. */
void settle_finish_more(void *ctx)
{
	struct multipathd *d = ctx;
	struct batch *b = d->lane->batch;

	while (b->finished < b->n) {
		finish_item(d, &b->items[b->finished++]);
		if (loop_turn_is_long(d->loop))
			break;
	}
	if (b->finished < b->n) {
		loop_timer_after(d->loop, &d->lane->finish, 0);
		return;
	}
	maps_finish(d);
	maps_settle_soon(d);
}

/* One that did not give its name up is looked at again, and so is who wanted it: that failed, too. */
static void finish_parked(struct multipathd *d, const struct batch *b)
{
	for (unsigned int i = 0; i < b->n_parked; i++) {
		if (!b->parked[i].err)
			continue;
		mlog(0, "%s: rename failed: %s", b->parked[i].from, strerror(-b->parked[i].err));
		maps_touch_later(d, b->parked[i].to, daemon_now(d) + SETTLE_RETRY_NS);
	}
}

static void batch_done(void *ctx, struct work *w)
{
	struct multipathd *d = ctx;

	finish_parked(d, (struct batch *)w);
	((struct batch *)w)->back = true;
	if (d->state != DAEMON_SHUTDOWN) {
		settle_finish_more(d);
		return;
	}
	maps_finish(d);
	daemon_stop_queueing(d); /* of the maps that were being changed */
	loop_stop(d->loop);
}

struct batch *settle_batch_new(struct multipathd *d)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->work.run = run_batch;
	b->work.done = batch_done;
	b->memory = topology_new(d->e->cfg);
	return b;
}

void settle_run(struct multipathd *d, struct batch *b)
{
	if ((b->n || b->n_parked) && !work_submit(d->lane->pool, &b->work)) {
		d->lane->batch = b;
		return;
	}
	finish_all(d, b);
}
