/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps that were touched are settled together: the kernel's maps are read, wishes made for those whose
 * paths have all been heard, plans drawn (settle_plan.c) and carried out (settle_lane.c). While the
 * lane works, or a new generation is being read, what is touched waits.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/desire.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/host/process.h"
#include "daemon/settle.h"
#include "parser/arena.h"

static void settle(void *ctx);

int maps_new(struct multipathd *d)
{
	struct daemon_lane *l = calloc(1, sizeof(*l));
	int r = 0;

	if (!l)
		return -ENOMEM;
	d->lane = l;
	l->settle = (struct loop_timer){ .fn = settle, .ctx = d };
	l->clock = (struct loop_timer){ .fn = mapclock_due, .ctx = d };
	l->finish = (struct loop_timer){ .fn = settle_finish_more, .ctx = d };
	l->host = d->host;
	if (!d->host->replay)
		r = host_live(&l->host);
	if (!r)
		r = work_pool_new(d->loop, l->host, d->host->replay ? 0 : 1, d, &l->pool);
	return r;
}

void settle_touched_free(struct touched *t)
{
	free(t->done);
	free(t);
}

void maps_free(struct multipathd *d)
{
	struct daemon_lane *l = d->lane;
	struct touched *t;

	if (!l)
		return;
	loop_timer_clear(&l->settle);
	loop_timer_clear(&l->clock);
	loop_timer_clear(&l->finish);
	while ((t = l->touched)) {
		l->touched = t->next;
		settle_touched_free(t);
	}
	d->lane = NULL;
	if (!work_pool_free(l->pool))
		return;
	if (l->host != d->host)
		host_free(l->host);
	free(l);
}

struct work_pool *maps_lane(const struct multipathd *d)
{
	return d->lane->pool;
}

struct loop_timer *maps_clock(const struct multipathd *d)
{
	return &d->lane->clock;
}

bool maps_settled(const struct multipathd *d)
{
	int64_t now = daemon_now(d);

	for (const struct touched *t = d->lane->touched; t; t = t->next)
		if (t->not_before <= now)
			return false;
	return !d->lane->batch;
}

bool maps_changing(const struct multipathd *d, const struct map *m)
{
	const struct batch *b = d->lane->batch;

	for (unsigned int i = b ? b->finished : 0; b && i < b->n; i++)
		if (!strcmp(b->items[i].by->wwid, m->wwid))
			return true;
	return false;
}

void maps_settle_soon(struct multipathd *d)
{
	loop_timer_after(d->loop, &d->lane->settle, 0);
}

static struct touched *touch(struct multipathd *d, const char *wwid)
{
	struct touched **at = &d->lane->touched;

	while (*at && strcmp((*at)->wwid, wwid))
		at = &(*at)->next;
	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (*at)
			snprintf((*at)->wwid, sizeof((*at)->wwid), "%s", wwid);
	}
	return *at;
}

static void wait_for(struct touched *t, const struct op_done *done)
{
	struct op_done *grown = realloc(t->done, (t->n_done + 1) * sizeof(*grown));

	if (!grown) {
		done->fn(done->ctx, -ENOMEM, NULL);
		return;
	}
	t->done = grown;
	t->done[t->n_done++] = *done;
}

void maps_touch(struct multipathd *d, const char *wwid, unsigned int how,
		const struct op_done *done)
{
	struct touched *t = touch(d, wwid);

	if (!t) {
		mlog(0, "%s: out of memory", wwid);
		if (done)
			done->fn(done->ctx, -ENOMEM, NULL);
		return;
	}
	if (how & TOUCH_REMOVE && !(t->how & TOUCH_REMOVE))
		t->tries = (unsigned int)config_num(d->e->cfg, KW_remove_retries, 0);
	t->how |= how;
	t->not_before = 0;
	if (done)
		wait_for(t, done);
	maps_settle_soon(d);
}

void maps_touch_later(struct multipathd *d, const char *wwid, int64_t at_ns)
{
	struct touched *t = touch(d, wwid);

	if (!t)
		return;
	t->not_before = at_ns;
	if (!loop_timer_running(&d->lane->settle) || at_ns < d->lane->settle.at)
		loop_timer_set(d->loop, &d->lane->settle, at_ns);
}

void maps_touch_all(struct multipathd *d, unsigned int how)
{
	struct topology *t = d->e->topo;

	d->lane->configuring = true;
	d->settled_bytes = arena_used(t->arena);
	for (unsigned int i = 0; i < t->n_maps; i++)
		maps_touch(d, t->maps[i]->wwid, how, NULL);
	for (unsigned int i = 0; i < t->n_paths; i++)
		if (t->paths[i]->wwid[0] && !discover_wwid_blocked(d->e, t->paths[i]))
			maps_touch(d, t->paths[i]->wwid, how, NULL);
	for (struct touched *x = d->lane->touched; x; x = x->next)
		x->configure = true;
}

void maps_remove(struct multipathd *d, const char *wwid, const struct op_done *done)
{
	maps_touch(d, wwid, TOUCH_REMOVE, done);
}

void settle_answer(struct touched *t)
{
	for (unsigned int i = 0; i < t->n_done; i++)
		t->done[i].fn(t->done[i].ctx, t->result, NULL);
	t->n_done = 0;
}

/* Have all its paths been heard, or waited for long enough? */
static bool heard(const struct multipathd *d, const char *wwid)
{
	const struct topology *t = d->e->topo;

	for (unsigned int i = 0; i < t->n_paths; i++)
		if (!t->paths[i]->duty.answered && !t->paths[i]->duty.gone &&
		    !strcmp(t->paths[i]->wwid, wwid))
			return false;
	return true;
}

static bool ready(struct multipathd *d, struct touched *t, int64_t now)
{
	struct map *m = topology_map(d->e->topo, t->wwid);

	if (t->not_before > now)
		return false;
	if (t->how & TOUCH_REMOVE)
		return true;
	if (!heard(d, t->wwid))
		return false;
	/* a map that was just made is left alone until its uevent has come */
	return !m || mapclock_life(d, m, MAP_WISH);
}

static unsigned int choose_ready(struct multipathd *d)
{
	int64_t now = daemon_now(d), next = INT64_MAX;
	unsigned int n = 0;

	for (struct touched *t = d->lane->touched; t; t = t->next) {
		t->ready = ready(d, t, now);
		n += t->ready;
		if (t->not_before > now && t->not_before < next)
			next = t->not_before;
	}
	if (next != INT64_MAX && !loop_timer_running(&d->lane->settle))
		loop_timer_set(d->loop, &d->lane->settle, next);
	return n;
}

struct touched *settle_touched(struct touched *list, const char *wwid)
{
	while (list && strcmp(list->wwid, wwid))
		list = list->next;
	return list;
}

static void take_ready(struct multipathd *d, struct batch *b)
{
	struct touched **at = &d->lane->touched, *t;

	while ((t = *at)) {
		if (!t->ready) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		t->next = b->touched;
		b->touched = t;
	}
}

static bool configuring(const struct multipathd *d)
{
	for (const struct touched *t = d->lane->touched; t; t = t->next)
		if (t->configure)
			return true;
	return d->lane->batch != NULL;
}

static void configured(struct multipathd *d)
{
	if (d->lane->configuring && !configuring(d)) {
		d->lane->configuring = false;
		daemon_set_state(d, DAEMON_IDLE);
		process_give_back(); /* the wishes of all maps at once, an old generation */
	}
	reload_if_bloated(d);
}

/* Maps whose tables a message of ours has changed. */
static void read_again(struct multipathd *d)
{
	struct topology *t = d->e->topo;

	for (unsigned int i = t->n_maps; i-- > 0;) {
		struct map *m = i < t->n_maps ? t->maps[i] : NULL;

		if (!m || !m->duty.reread)
			continue;
		m->duty.reread = false;
		dmevents_read_status(d, m);
	}
}

static bool same_table(const struct map *m, const struct dm_map *dm)
{
	return m->dm.table && dm->table && !strcmp(m->dm.table, dm->table) &&
	       !strcmp(m->dm.name, dm->name) && m->dm.minor == dm->minor &&
	       m->dm.suspended == dm->suspended && m->dm.read_only == dm->read_only;
}

/* What the kernel has of the maps to be settled, fresh. */
static int look(struct multipathd *d)
{
	int r = observe_read(d->e);

	names_refresh(d->e);
	if (r && !d->lane->blind)
		mlog(0, "device mapper maps cannot be listed: %s", strerror(-r));
	d->lane->blind = r != 0;
	if (r)
		return r;
	for (struct touched *t = d->lane->touched; t; t = t->next) {
		const struct dm_map *dm = t->ready ? observe_by_wwid(d->e, t->wwid) : NULL;
		struct map *m = t->ready ? topology_map(d->e->topo, t->wwid) : NULL;

		if (dm && observe_wwid(dm) && (!m || !same_table(m, dm)))
			maps_keep(d, dm);
		else if (m && !dm)
			maps_forget(d, m);
	}
	return 0;
}

static void settle(void *ctx)
{
	struct multipathd *d = ctx;
	struct batch *b;

	if (!d->e || d->lane->batch || reload_running(d) || d->state == DAEMON_SHUTDOWN)
		return; /* whoever is at work says when it is done */
	read_again(d);
	if (!choose_ready(d)) {
		configured(d);
		return;
	}
	b = settle_batch_new(d);
	if (!b || look(d)) {
		if (b)
			settle_batch_free(b);
		loop_timer_after(d->loop, &d->lane->settle, SETTLE_RETRY_NS);
		return;
	}
	settle_plan(d, b);
	take_ready(d, b);
	settle_run(d, b);
	if (!d->lane->batch)
		maps_settle_soon(d);
}
