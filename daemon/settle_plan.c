/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settling, second part: wishes for all that is ready, and for each the difference to what the kernel
 * has as one change. A map whose paths are all gone is removed, or left, as flush_on_last_del says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/apply.h"
#include "core/engine/desire.h"
#include "core/engine/log.h"
#include "core/engine/observe.h"
#include "core/engine/renames.h"
#include "core/model/dmtext.h"
#include "daemon/settle.h"

static struct lane_item *item_new(struct batch *b)
{
	struct lane_item *grown = realloc(b->items, (b->n + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	b->items = grown;
	memset(&grown[b->n], 0, sizeof(*grown));
	return &grown[b->n++];
}

/* Only a new configuration moves a map to its best group by itself; else failback decides. */
static bool suits(const struct touched *t, const struct map *m)
{
	return m->action != ACT_SWITCHPG || t->configure || t->how & TOUCH_RELOAD;
}

/* A path has come back to a map that was to go with its last user. */
static void cancel_removal(struct multipathd *d, const char *wwid)
{
	struct map *m = topology_map(d->e->topo, wwid);
	struct map_rules rules;

	if (!m)
		return;
	map_rules(&m->props, d->e->cfg, &rules);
	if (map_cancels_remove(m, &rules))
		daemon_message(d, m, "@cancel_deferred_remove");
}

/* Are others to leave the map alone until it has a path? @wanted: as it is to be. */
static bool tells_no_paths(const struct multipathd *d, const struct map *wanted)
{
	struct map_rules rules;

	map_rules(&wanted->props, d->e->cfg, &rules);
	return map_tells_no_paths(wanted, topology_map(d->e->topo, wanted->wwid), &rules);
}

static void plan(struct multipathd *d, struct batch *b, struct map *wanted)
{
	struct touched *t = settle_touched(d->lane->touched, wanted->wwid);
	struct change c;
	struct lane_item *item;
	enum apply_result r;

	cancel_removal(d, wanted->wwid);
	d->e->opt.force_reload = t->how & TOUCH_RELOAD;
	d->e->opt.ask_udev = t->configure;
	r = apply_plan(d->e, wanted, &c);
	d->e->opt.force_reload = d->e->opt.ask_udev = false;
	if (r != APPLY_RUN)
		return;
	c.afresh &= t->configure || t->how & TOUCH_AFRESH;
	item = suits(t, wanted) ? item_new(b) : NULL;
	if (!item) {
		change_done(&c);
		return;
	}
	if (t->how & TOUCH_PRIO && wanted->action == ACT_RELOAD &&
	    props_word(&wanted->props, KW_path_grouping_policy) == VW_group_by_prio)
		mlog(2, "%s: path priorities changed. reloading", wanted->alias);
	if (tells_no_paths(d, wanted))
		c.spec.udev_flags |= DM_UF_NO_PATHS;
	/* changes are carried out in order: the name is free for the next one */
	if (c.rename_to[0])
		observe_renamed(d->e, c.name, c.rename_to);
	item->change = c;
	item->wanted = wanted;
	item->by = t;
}

static int plan_removal(struct multipathd *d, struct batch *b, struct touched *t, bool deferred)
{
	const struct dm_map *dm = observe_by_wwid(d->e, t->wwid);
	struct lane_item *item = dm ? item_new(b) : NULL;

	if (!item) {
		t->result = dm ? -ENOMEM : -ENODEV;
		return t->result;
	}
	t->result = apply_plan_flush(d->e, dm, deferred, &item->change);
	if (t->result) {
		b->n--;
		return t->result;
	}
	snprintf(item->change.wwid, sizeof(item->change.wwid), "%s", t->wwid);
	item->by = t;
	return 0;
}

/* Asked for by a client; in use, it may be tried again a second later. */
static void plan_asked_removal(struct multipathd *d, struct batch *b, struct touched *t)
{
	if (plan_removal(d, b, t, false) != -EBUSY || !t->tries)
		return;
	t->tries--;
	t->not_before = daemon_now(d) + NSEC_PER_SEC;
	t->ready = false;
	loop_timer_set(d->loop, &d->lane->settle, t->not_before);
}

/* A map that exists and for which no path is left. */
static void plan_last(struct multipathd *d, struct batch *b, struct map *m, struct touched *t)
{
	const struct dm_map *dm = observe_by_wwid(d->e, m->wwid);
	struct map_rules rules;
	struct last_path last;

	if (!dm)
		return;
	map_rules(&m->props, d->e->cfg, &rules);
	map_last_path(m, &rules, dm->open_count > 0, feature_has(m->features, "queue_if_no_path"),
		      &last);
	daemon_log_notes(&last.notes);
	if (last.disable_queueing)
		mapclock_queueing(d, m, QUEUEING_REMOVING);
	if (last.remove && !plan_removal(d, b, t, last.deferred)) {
		b->items[b->n - 1].last = true;
		return;
	}
	if (last.remove)
		mlog(0, "%s: can't flush", m->alias);
	maps_detach(d, m);
}

static bool is_wanted(const struct engine *e, const char *wwid)
{
	for (unsigned int i = 0; i < e->n_wanted; i++)
		if (!strcmp(e->wanted[i]->wwid, wwid))
			return true;
	return false;
}

/* It had paths, and none of them is to stay. */
static bool lost_all(const struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++)
		if (!m->paths[i]->duty.gone && !m->paths[i]->duty.wwid_changed)
			return false;
	return m->n_paths > 0;
}

static bool park(void *ctx, const char *from, const char *wwid)
{
	struct batch *b = ctx;
	struct parked *grown = realloc(b->parked, (b->n_parked + 1) * sizeof(*grown));

	if (!grown)
		return false;
	b->parked = grown;
	grown += b->n_parked++;
	*grown = (struct parked){ .err = 0 };
	snprintf(grown->from, sizeof(grown->from), "%s", from);
	snprintf(grown->to, sizeof(grown->to), "%s", wwid);
	return true;
}

static bool is_wished(void *ctx, const struct path *first)
{
	struct multipathd *d = ctx;
	const struct touched *t = settle_touched(d->lane->touched, first->wwid);

	if (!t || !t->ready || t->how & TOUCH_REMOVE)
		return false;
	return t->how & TOUCH_NEW || topology_map(d->e->topo, first->wwid) ||
	       desire_multipath(d->e, first);
}

void settle_plan(struct multipathd *d, struct batch *b)
{
	struct engine *e = d->e;

	e->work = b->memory;
	e->wanted = NULL;
	e->n_wanted = e->cap_wanted = 0;
	desire_some(e, is_wished, d);
	renames_prepare(e, park, b);
	for (unsigned int i = 0; i < e->n_wanted; i++)
		plan(d, b, e->wanted[i]);
	for (struct touched *t = d->lane->touched; t; t = t->next) {
		struct map *m = t->ready ? topology_map(e->topo, t->wwid) : NULL;

		if (t->ready && t->how & TOUCH_REMOVE)
			plan_asked_removal(d, b, t);
		else if (m && lost_all(m) && !is_wanted(e, m->wwid))
			plan_last(d, b, m, t);
	}
	/* wishes had borrowed the paths */
	for (unsigned int i = 0; i < e->topo->n_paths; i++) {
		e->topo->paths[i]->map = NULL;
		e->topo->paths[i]->group = NULL;
	}
	for (unsigned int i = 0; i < e->topo->n_maps; i++)
		observe_rejoin(e->topo->maps[i]);
}
