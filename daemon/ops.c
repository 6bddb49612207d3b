/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What clients ask for, in terms of the daemon's own steps: events of paths, touches of maps. */
#include "daemon/ops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "daemon/parts.h"

static void reply(struct op_done done, int err, const char *text)
{
	done.fn(done.ctx, err, text);
}

static struct path *path_or_reply(struct multipathd *d, const char *ref, struct op_done done)
{
	struct path *p = daemon_path(d, ref);

	if (!p)
		reply(done, -ENODEV, NULL);
	return p;
}

static struct map *map_or_reply(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = daemon_map(d, ref);

	if (!m)
		reply(done, -ENODEV, NULL);
	return m;
}

/* behaviour.md 7.4: these commands say a plain "fail" where there is no such map. */
static struct map *map_or_fail(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = daemon_map(d, ref);

	if (!m)
		reply(done, -EINVAL, NULL);
	return m;
}

static const char *base_name(const char *ref)
{
	const char *slash = strrchr(ref, '/');

	return slash ? slash + 1 : ref;
}

/* The map of @wwid is to be looked at. Until udev has handled a new map that waits, and the client is told
 * so at once by @text (NULL: ok). */
static void touch(struct multipathd *d, const char *wwid, unsigned int how, const char *text,
		  struct op_done done)
{
	const struct map *m = topology_map(d->e->topo, wwid);
	bool waits = m && m->life.uev_until_ns;

	maps_touch(d, wwid, how, waits ? NULL : &done);
	if (waits)
		reply(done, 0, text);
}

/* --- paths ----------------------------------------------------------------------------------- */

void op_path_add(struct multipathd *d, const char *ref, struct op_done done)
{
	struct path *p = daemon_path(d, ref);
	enum discover_result r;

	if (!d->e) {
		reply(done, -EAGAIN, NULL);
		return;
	}
	mlog(2, "%s: add path (operator)", ref);
	if (p && p->map && !p->duty.gone && p->init != INIT_PARTIAL) {
		reply(done, 0, NULL);
		return;
	}
	if (p && p->duty.gone)
		p->duty.gone = false;
	r = path_arrives(d, p ? p->dev.name : base_name(ref), true, &p);
	if (r == DISCOVER_BLOCKED)
		reply(done, 0, "blacklisted\n");
	else if (r != DISCOVER_OK)
		reply(done, -EINVAL, NULL);
	else if (p->wwid[0])
		touch(d, p->wwid, TOUCH_LOOK, NULL, done);
	else
		reply(done, 0, NULL); /* its WWID is being asked for */
}

void op_path_del(struct multipathd *d, const char *ref, struct op_done done)
{
	struct path *p = path_or_reply(d, ref, done);
	char wwid[WWID_MAX];

	if (!p)
		return;
	mlog(2, "%s: remove path (operator)", p->dev.name);
	memcpy(wwid, p->wwid, sizeof(wwid));
	if (!p->map) {
		path_leave(d, p);
		reply(done, 0, NULL);
		return;
	}
	path_leave(d, p);
	touch(d, wwid, TOUCH_LOOK, "delayed\n", done);
}

static void path_operator(struct multipathd *d, const char *ref, enum life_kind kind,
			  const char *what, struct op_done done)
{
	struct path *p = path_or_reply(d, ref, done);

	if (!p)
		return;
	if (!p->map) {
		reply(done, -EINVAL, NULL);
		return;
	}
	mlog(2, "%s: %s path %s (operator)", p->map->alias, what, p->dev.name);
	path_event(d, p, kind, p->state, NULL);
	reply(done, 0, NULL);
}

void op_path_fail(struct multipathd *d, const char *ref, struct op_done done)
{
	path_operator(d, ref, LIFE_OP_FAIL, "fail", done);
}

void op_path_reinstate(struct multipathd *d, const char *ref, struct op_done done)
{
	path_operator(d, ref, LIFE_OP_REINSTATE, "reinstate", done);
}

void op_path_marginal(struct multipathd *d, const char *ref, bool marginal, struct op_done done)
{
	path_operator(d, ref, marginal ? LIFE_SET_MARGINAL : LIFE_UNSET_MARGINAL,
		      marginal ? "set marginal" : "unset marginal", done);
}

/* --- maps ------------------------------------------------------------------------------------ */

void op_map_add(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = daemon_map(d, ref);
	const char *wwid;

	if (!d->e) {
		reply(done, -EAGAIN, NULL);
		return;
	}
	if (!m)
		m = maps_refresh(d, base_name(ref), 0);
	wwid = m ? m->wwid : names_wwid_of(d->e, base_name(ref));
	mlog(2, "%s: add map (operator)", ref);
	for (unsigned int i = 0; i < d->e->topo->n_paths; i++) {
		const struct path *p = d->e->topo->paths[i];

		if (!p->wwid[0] || strcmp(p->wwid, wwid ? wwid : base_name(ref)))
			continue;
		if (discover_wwid_blocked(d->e, p))
			reply(done, 0, "blacklisted\n");
		else
			touch(d, p->wwid, TOUCH_NEW, NULL, done);
		return;
	}
	reply(done, m ? 0 : -ENODEV, NULL);
}

void op_map_del(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = map_or_reply(d, ref, done);

	if (!m)
		return;
	mlog(2, "%s: remove map (operator)", m->alias);
	maps_remove(d, m->wwid, &done);
}

/* Many answers become one: the first error, when the last has come. */
struct gather {
	struct op_done done;
	unsigned int waiting;
	int err;
};

static void gathered(void *ctx, int err, const char *text)
{
	struct gather *g = ctx;

	(void)text;
	if (err && !g->err)
		g->err = err;
	if (--g->waiting)
		return;
	reply(g->done, g->err, NULL);
	free(g);
}

void op_maps_del(struct multipathd *d, struct op_done done)
{
	unsigned int n = d->e ? d->e->topo->n_maps : 0;
	struct gather *g = n ? calloc(1, sizeof(*g)) : NULL;
	struct op_done each = { gathered, g };

	if (!g) {
		reply(done, n ? -ENOMEM : 0, NULL);
		return;
	}
	mlog(2, "remove maps (operator)");
	g->done = done;
	g->waiting = n + 1;
	for (unsigned int i = 0; i < n; i++)
		maps_remove(d, d->e->topo->maps[i]->wwid, &each);
	gathered(g, 0, NULL);
}

void op_map_switch(struct multipathd *d, const char *ref, const char *group, struct op_done done)
{
	struct map *m = map_or_fail(d, ref, done);
	char *end, text[32];
	unsigned long nr;

	if (!m)
		return;
	nr = strtoul(group, &end, 10);
	if (*end || !nr || nr > m->n_groups) {
		mlog(1, "%s: there is no path group %s", m->alias, group);
		reply(done, -EINVAL, NULL);
		return;
	}
	snprintf(text, sizeof(text), "switch_group %lu", nr);
	mlog(2, "%s: switch to path group #%lu (operator)", m->alias, nr);
	if (daemon_message(d, m, text)) {
		reply(done, -EIO, NULL);
		return;
	}
	m->next_group = (unsigned int)nr;
	reply(done, 0, NULL);
}

/* Until udev has handled a new map nothing else is done to it. */
static bool is_whole(const struct map *m, struct op_done done)
{
	if (!m->life.uev_until_ns)
		return true;
	mlog(2, "%s: map not fully created, try again", m->alias);
	reply(done, -EAGAIN, NULL);
	return false;
}

/* Suspend and resume may take their time: they go by the lane. */
struct suspension {
	struct work work;
	struct multipathd *d;
	char name[DM_NAME_MAX];
	bool resume;
	int err;
	struct op_done done;
};

static void run_suspension(struct host *h, struct work *w)
{
	struct suspension *s = (struct suspension *)w;

	s->err = s->resume ? h->dmb->ops->resume(h->dmb, s->name, DM_UF_RELOAD)
			   : h->dmb->ops->suspend(h->dmb, s->name, false);
}

static void suspended(void *ctx, struct work *w)
{
	struct suspension *s = (struct suspension *)w;
	struct multipathd *d = ctx;

	if (s->err)
		mlog(1, "%s: %s failed: %s", s->name, s->resume ? "resume" : "suspend",
		     strerror(-s->err));
	if (d->e)
		maps_refresh(d, s->name, 0);
	reply(s->done, s->err ? -EIO : 0, NULL);
	free(s);
}

static void suspend(struct multipathd *d, const char *ref, bool resume, struct op_done done)
{
	struct map *m = map_or_fail(d, ref, done);
	struct suspension *s;

	if (!m || !is_whole(m, done))
		return;
	s = calloc(1, sizeof(*s));
	if (!s) {
		reply(done, -ENOMEM, NULL);
		return;
	}
	s->work.run = run_suspension;
	s->work.done = suspended;
	s->resume = resume;
	s->done = done;
	snprintf(s->name, sizeof(s->name), "%s", m->dm.name);
	mlog(2, "%s: %s (operator)", m->alias, resume ? "resume" : "suspend");
	if (work_submit(maps_lane(d), &s->work)) {
		free(s);
		reply(done, -ENOMEM, NULL);
	}
}

void op_map_suspend(struct multipathd *d, const char *ref, struct op_done done)
{
	suspend(d, ref, false, done);
}

void op_map_resume(struct multipathd *d, const char *ref, struct op_done done)
{
	suspend(d, ref, true, done);
}

void op_map_resize(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = map_or_reply(d, ref, done);
	uint64_t size = 0;

	if (!m)
		return;
	mlog(2, "%s: resize map (operator)", m->alias);
	for (unsigned int i = 0; i < m->n_paths; i++) {
		struct path *p = m->paths[i];
		uint64_t now;

		if (fstree_u64(d->host->sys, &now, "class/block/%s/size", p->dev.name))
			continue;
		p->dev.size = now;
		if (size && now && now != size) {
			mlog(0, "%s: path size not the same, map is not resized", m->alias);
			reply(done, -EINVAL, NULL);
			return;
		}
		size = now ? now : size;
	}
	if (!size)
		reply(done, -EINVAL, NULL);
	else if (is_whole(m, done))
		maps_touch(d, m->wwid, TOUCH_LOOK, &done);
}

void op_map_reload(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = map_or_reply(d, ref, done);

	if (!m)
		return;
	mlog(2, "%s: reload map (operator)", m->alias);
	if (!is_whole(m, done))
		return;
	maps_touch(d, m->wwid, TOUCH_RELOAD, &done);
}

void op_map_reset(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = map_or_fail(d, ref, done);

	if (!m)
		return;
	mlog(2, "%s: reset map (operator)", m->alias);
	reply(done, 0, NULL); /* nothing of ours refers to path devices but the map's own table */
}

void op_map_unset_marginal(struct multipathd *d, const char *ref, struct op_done done)
{
	struct map *m = map_or_reply(d, ref, done);

	if (!m)
		return;
	for (unsigned int i = 0; i < m->n_paths; i++)
		path_event(d, m->paths[i], LIFE_UNSET_MARGINAL, m->paths[i]->state, NULL);
	reply(done, 0, NULL);
}

/* --- all maps or one ------------------------------------------------------------------------- */

static void each_map(struct multipathd *d, const char *ref, struct op_done done,
		     void (*act)(struct multipathd *d, struct map *m))
{
	struct map *m = ref ? daemon_map(d, ref) : NULL;

	if (ref && !m) {
		reply(done, -ENODEV, NULL);
		return;
	}
	if (m)
		act(d, m);
	for (unsigned int i = 0; !ref && d->e && i < d->e->topo->n_maps; i++)
		act(d, d->e->topo->maps[i]);
	reply(done, 0, NULL);
}

static void disable(struct multipathd *d, struct map *m)
{
	mapclock_queueing(d, m, QUEUEING_DISABLE);
}

static void restore(struct multipathd *d, struct map *m)
{
	mapclock_queueing(d, m, QUEUEING_RESTORE);
}

static void reset_stats(struct multipathd *d, struct map *m)
{
	(void)d;
	m->stat_path_failures = m->stat_switchgroup = m->stat_map_loads = 0;
	m->stat_total_queueing_s = m->stat_queueing_timeouts = m->stat_map_failures = 0;
}

void op_queueing_disable(struct multipathd *d, const char *ref, struct op_done done)
{
	each_map(d, ref, done, disable);
}

void op_queueing_restore(struct multipathd *d, const char *ref, struct op_done done)
{
	each_map(d, ref, done, restore);
}

void op_stats_reset(struct multipathd *d, const char *ref, struct op_done done)
{
	each_map(d, ref, done, reset_stats);
}

/* --- the daemon ------------------------------------------------------------------------------ */

void op_daemon_queueing(struct multipathd *d, bool force, struct op_done done)
{
	mlog(2, "%s queue_without_daemon (operator)", force ? "force" : "restore");
	d->queue_without_daemon_forced = force;
	reply(done, 0, NULL);
}

void op_reconfigure(struct multipathd *d, bool all, struct op_done done)
{
	char why[256];

	mlog(2, "reconfigure (operator)");
	if (reload_try_config(d, why, sizeof(why))) {
		reply(done, -EINVAL, why);
		return;
	}
	reply(done, reload_start(d, false, all), NULL);
}

void op_shutdown(struct multipathd *d, struct op_done done)
{
	reply(done, 0, NULL);
	daemon_shutdown(d);
}
