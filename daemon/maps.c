/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps that were touched are settled together: the kernel's maps are read, wishes made for those
 * whose paths have all been heard, plans drawn, and the changes carried out by the lane as one batch
 * with one udev cookie. While the lane works, or a new generation is being read, what is touched
 * waits. When the batch is back each of its maps is read again, and what the kernel has is what we
 * go on with. A map whose paths are all gone is removed, or left, as flush_on_last_del says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/desire.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/renames.h"
#include "core/model/dmtext.h"
#include "core/model/evlog.h"
#include "core/model/pgpolicy.h"
#include "daemon/parts.h"
#include "daemon/reserve.h"
#include "parser/arena.h"

#define RETRY_NS	(5 * NSEC_PER_SEC)  /* a change the kernel refused is tried again */
#define RETRY_LOCKED_NS NSEC_PER_SEC	    /* a partitioner holds a path */
#define REMEMBER_NS	(60 * NSEC_PER_SEC) /* a WWID that could not be written down */

/* A map to be looked at, and who waits for it. */
struct touched {
	struct touched *next;
	char wwid[WWID_MAX];
	unsigned int how;   /* enum touch */
	int64_t not_before; /* 0: at once */
	bool ready;	    /* of the settling under way */
	int result;	    /* for who waits */
	int failed;	    /* what the last try ended with, for the same not to be said again */
	unsigned int tries; /* removal: how often it may be in use yet */
	bool configure; /* by a new generation: also to the best group, whatever failback says */
	struct op_done *done;
	unsigned int n_done;
};

/* One change on the lane. */
struct lane_item {
	struct change change;
	struct map *wanted; /* in the batch's memory; NULL: a removal */
	bool last;	    /* a removal because its last path is gone */
	struct touched *by;
};

/* A map that gives its name up first, for another one in the same batch. */
struct parked {
	char from[DM_NAME_MAX], to[DM_NAME_MAX];
	int err;
};

struct batch {
	struct work work;
	struct parked *parked;
	unsigned int n_parked;
	struct topology *memory; /* of wanted maps */
	struct lane_item *items;
	unsigned int n;
	bool back;		 /* from the lane */
	unsigned int finished;	 /* items of which what came of them has been taken in */
	struct touched *touched; /* what it settles: answered when it is done */
};

struct daemon_lane {
	struct work_pool *pool;
	struct host *host; /* the lane's own, or the daemon's in replay */
	struct touched *touched;
	struct batch *batch; /* on the lane, or being finished; NULL: none */
	struct loop_timer settle, clock, finish;
	bool configuring;
	bool blind; /* the kernel's maps could not be read the last time, and that was said */
};

static void settle(void *ctx);
static void finish_more(void *ctx);

/* --- making, ending -------------------------------------------------------------------------- */

int maps_new(struct multipathd *d)
{
	struct daemon_lane *l = calloc(1, sizeof(*l));
	int r = 0;

	if (!l)
		return -ENOMEM;
	d->lane = l;
	l->settle = (struct loop_timer){ .fn = settle, .ctx = d };
	l->clock = (struct loop_timer){ .fn = mapclock_due, .ctx = d };
	l->finish = (struct loop_timer){ .fn = finish_more, .ctx = d };
	l->host = d->host;
	if (!d->host->replay)
		r = host_live(&l->host);
	if (!r)
		r = work_pool_new(d->loop, l->host, d->host->replay ? 0 : 1, d, &l->pool);
	return r;
}

static void touched_free(struct touched *t)
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
		touched_free(t);
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

/* --- touching -------------------------------------------------------------------------------- */

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

static void answer(struct touched *t)
{
	for (unsigned int i = 0; i < t->n_done; i++)
		t->done[i].fn(t->done[i].ctx, t->result, NULL);
	t->n_done = 0;
}

/* --- what the kernel has --------------------------------------------------------------------- */

void maps_joined(struct multipathd *d, struct map *m)
{
	if (m->n_paths)
		desire_properties(d->e, m);
	queueing_observed(m, feature_has(m->features, "queue_if_no_path"));
	for (unsigned int i = 0; i < m->n_paths; i++) {
		sched_meet(d, m->paths[i]);
		path_event(d, m->paths[i], LIFE_LOADED, m->paths[i]->state, NULL);
	}
	pg_refresh_all(m); /* with what is known of its paths */
	m->best_group = pg_best(m);
	mapclock_queueing(d, m, QUEUEING_SET_UP);
}

/* It is another disk by now. Where udev does not know yet it is asked to look: by what it says now, the
 * path would be put back into the map that it was taken from. */
static void become_another(struct multipathd *d, struct path *p)
{
	bool stale = p->duty.udev_stale;
	char name[32];

	snprintf(name, sizeof(name), "%s", p->dev.name);
	if (stale && !path_trigger(d, p, "add"))
		mlog(1, "%s: udev cannot be asked for its WWID", p->dev.name);
	path_forget(d, p);
	if (!stale)
		path_arrives(d, name, true, &p);
}

/* Paths that a table had and has no more. Returns how many of them are still ours. */
static unsigned int released(struct multipathd *d, struct path *const *before, unsigned int n)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct path *p = before[i];

		if (p->map)
			continue;
		path_event(d, p, LIFE_LEFT, p->state, NULL);
		if (p->duty.gone) {
			bool again = p->duty.wwid_changed; /* maps_after() */
			char name[32];

			snprintf(name, sizeof(name), "%s", p->dev.name);
			path_forget(d, p);
			if (again)
				path_arrives(d, name, true, &p);
		} else if (p->duty.wwid_changed) {
			become_another(d, p);
		} else {
			path_tell_udev(d, p, false);
			if (p->blocked)
				path_forget(d, p);
			else
				left++;
		}
	}
	return left;
}

static bool was_there(struct path *const *before, unsigned int n, const struct path *p)
{
	for (unsigned int i = 0; i < n; i++)
		if (before[i] == p)
			return true;
	return false;
}

/* Paths that are new in the table: those who ask udev are to know. */
static void joined(struct multipathd *d, const struct map *m, struct path *const *before,
		   unsigned int n)
{
	for (unsigned int i = 0; i < m->n_paths; i++) {
		struct path *p = m->paths[i];

		if (was_there(before, n, p))
			continue;
		mlog(2, "%s [%u:%u]: path added to devmap %s", p->dev.name, major(p->dev.devno),
		     minor(p->dev.devno), m->alias);
		path_tell_udev(d, p, true);
		reserve_path(d, p);
		if (!p->duty.chosen)
			sched_ask(d, p);
	}
}

static struct map *keep_map(struct multipathd *d, const struct dm_map *dm)
{
	struct map *m = topology_map(d->e->topo, observe_wwid(dm));
	struct path **before = NULL;
	unsigned int n = 0, left;
	bool first = m == NULL;

	if (m && m->n_paths) {
		before = calloc(m->n_paths, sizeof(*before));
		for (; before && n < m->n_paths; n++)
			before[n] = m->paths[n];
	}
	observe_members_of(d->e, dm);
	m = observe_map(d->e, dm);
	left = released(d, before, n);
	if (m) {
		maps_joined(d, m);
		joined(d, m, before, n);
		if (first)
			mlog(2, "%s: devmap dm-%u registered", m->alias, m->dm.minor);
		if (left) /* somebody else may have taken them out */
			maps_touch(d, m->wwid, TOUCH_LOOK, NULL);
	}
	free(before);
	return m;
}

void maps_after(struct multipathd *d, const char *name)
{
	struct path *p = topology_path_named(d->e->topo, name);

	if (p)
		p->duty.wwid_changed = true; /* released() takes it in again */
	else
		path_arrives(d, name, true, &p);
}

void maps_forget(struct multipathd *d, struct map *m)
{
	struct path **before = calloc(m->n_paths + 1, sizeof(*before));
	unsigned int n = 0;

	for (; before && n < m->n_paths; n++)
		before[n] = m->paths[n];
	snprintf(daemon_event_map(d, m, "map")->to, 40, "removed");
	mlog(2, "%s: multipath map removed", m->alias);
	topology_remove_map(d->e->topo, m);
	released(d, before, n);
	free(before);
}

struct map *maps_refresh(struct multipathd *d, const char *name, dev_t devno)
{
	struct dmb *dmb = d->host->dmb;
	struct map *m = NULL;
	struct dm_map dm;

	if (dmb->ops->get(dmb, name, devno, DM_TABLE | DM_STATUS, &dm)) {
		for (unsigned int i = 0; i < d->e->topo->n_maps; i++) {
			m = d->e->topo->maps[i];
			if (name ? !strcmp(m->dm.name, name)
				 : makedev(m->dm.major, m->dm.minor) == devno) {
				maps_forget(d, m);
				break;
			}
		}
		return NULL;
	}
	if (observe_wwid(&dm))
		m = keep_map(d, &dm);
	dm_map_done(&dm);
	return m;
}

void maps_resized(struct multipathd *d, struct map *m)
{
	struct notes notes = { .n = 0 };
	struct map_rules rules;
	uint64_t size;

	map_rules(&m->props, d->e->cfg, &rules);
	size = map_auto_resize(m, &rules, &notes);
	daemon_log_notes(&notes);
	if (size)
		maps_touch(d, m->wwid, TOUCH_LOOK, NULL);
}

/* --- settling: who is ready ------------------------------------------------------------------ */

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

static struct touched *touched_of(struct touched *list, const char *wwid)
{
	while (list && strcmp(list->wwid, wwid))
		list = list->next;
	return list;
}

static bool is_wished(void *ctx, const struct path *first)
{
	struct multipathd *d = ctx;
	const struct touched *t = touched_of(d->lane->touched, first->wwid);

	if (!t || !t->ready || t->how & TOUCH_REMOVE)
		return false;
	return t->how & TOUCH_NEW || topology_map(d->e->topo, first->wwid) ||
	       desire_multipath(d->e, first);
}

/* The map stays, with a table that names devices which are gone. They are forgotten all the same: what
 * comes back under their names and numbers is new to the table (see path_arrives()). */
static void detach(struct multipathd *d, struct map *m)
{
	struct path **before = calloc(m->n_paths + 1, sizeof(*before));
	unsigned int n = 0;

	for (; before && n < m->n_paths; n++)
		before[n] = m->paths[n];
	map_clear(m);
	for (unsigned int i = 0; i < n; i++)
		before[i]->map = NULL;
	released(d, before, n);
	free(before);
}

/* --- settling: what is to be done ------------------------------------------------------------ */

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
	struct touched *t = touched_of(d->lane->touched, wanted->wwid);
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
	if (c.rename_to
		    [0]) /* the name is free for the next one: changes are carried out in order */
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
	detach(d, m);
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

static void plan_all(struct multipathd *d, struct batch *b)
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
			keep_map(d, dm);
		else if (m && !dm)
			maps_forget(d, m);
	}
	return 0;
}

/* --- carrying out ---------------------------------------------------------------------------- */

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
	int64_t after = r == APPLY_LOCKED ? RETRY_LOCKED_NS : RETRY_NS;
	struct touched *t;

	if (r != APPLY_LOCKED && it->wanted->action == ACT_CREATE && it->change.err == -EBUSY)
		return;
	maps_touch_later(d, it->wanted->wwid, daemon_now(d) + after);
	t = touched_of(d->lane->touched, it->wanted->wwid);
	if (!t)
		return;
	t->how |= it->by->how & ~(unsigned int)TOUCH_REMOVE;
	t->failed = it->change.err;
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
		detach(d, m);
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

static void batch_free(struct batch *b)
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
		answer(t);
		touched_free(t);
	}
	batch_free(b);
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
static void finish_more(void *ctx)
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
		maps_touch_later(d, b->parked[i].to, daemon_now(d) + RETRY_NS);
	}
}

static void batch_done(void *ctx, struct work *w)
{
	struct multipathd *d = ctx;

	finish_parked(d, (struct batch *)w);
	((struct batch *)w)->back = true;
	if (d->state != DAEMON_SHUTDOWN) {
		finish_more(d);
		return;
	}
	maps_finish(d);
	daemon_stop_queueing(d); /* of the maps that were being changed */
	loop_stop(d->loop);
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

static struct batch *batch_new(struct multipathd *d)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->work.run = run_batch;
	b->work.done = batch_done;
	b->memory = topology_new(d->e->cfg);
	return b;
}

static void run_or_finish(struct multipathd *d, struct batch *b)
{
	if ((b->n || b->n_parked) && !work_submit(d->lane->pool, &b->work)) {
		d->lane->batch = b;
		return;
	}
	finish_all(d, b);
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
	b = batch_new(d);
	if (!b || look(d)) {
		if (b)
			batch_free(b);
		loop_timer_after(d->loop, &d->lane->settle, RETRY_NS);
		return;
	}
	plan_all(d, b);
	take_ready(d, b);
	run_or_finish(d, b);
	if (!d->lane->batch)
		maps_settle_soon(d);
}
