/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generation is made on the lane with a host of its own: configuration, devices and maps are read
 * into an engine that nobody else knows. When it is back, what the daemon remembers of paths and
 * maps moves over, the old one goes, every path is asked and every map looked at. A configuration
 * that cannot be used leaves the old generation in place.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/desire.h"
#include "core/engine/discover.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/model/dmtext.h"
#include "daemon/parts.h"
#include "parser/arena.h"

#define FORCE_SYNC_NS NSEC_PER_SEC

#define BLOAT (4u << 20) /* bytes that a generation's topology may grow before it is made anew */

struct observation {
	struct work work;
	struct config *cfg; /* to be used; NULL: to be read. Not owned */
	int verbosity;
	struct engine_options opt;
	bool force;
	struct engine *e; /* what came of it */
	int err;
};

bool reload_running(const struct multipathd *d)
{
	return d->watch != NULL;
}

/* --- on the lane ----------------------------------------------------------------------------- */

static int observe(struct engine *e)
{
	int r = engine_dm_check(e);

	if (!r)
		r = names_load(e);
	if (!r)
		r = discover_all(e);
	if (!r)
		r = observe_read(e);
	if (r) {
		mlog(0, "the host's devices cannot be listed: %s", strerror(-r));
		return r;
	}
	discover_identify_all(e);
	observe_members(e, NULL);
	observe_maps(e, NULL);
	return 0;
}

static void run_observation(struct host *h, struct work *w)
{
	struct observation *o = (struct observation *)w;
	struct config *cfg = o->cfg;

	if (!cfg)
		o->err = engine_load_config(h, o->verbosity, CONFIG_FOR_MAPS, &cfg);
	if (o->err)
		return;
	o->e = engine_new(h, cfg, &o->opt);
	o->err = o->e ? observe(o->e) : -ENOMEM;
}

/* --- taking over ----------------------------------------------------------------------------- */

static void carry_path(struct path *to, const struct path *from)
{
	if (to->init == INIT_MISSING_UDEV && from->init == INIT_REQUESTED_UDEV)
		to->init = from->init;
	to->state = from->state;
	to->verdict = from->verdict;
	memcpy(to->check_msg, from->check_msg, sizeof(to->check_msg));
	to->check_mem = from->check_mem;
	to->prio_mem = from->prio_mem;
	to->map_mem = from->map_mem;
	to->has_prio = from->has_prio;
	to->prio = from->prio;
	to->has_tpg = from->has_tpg;
	to->tpg = from->tpg;
	to->marginal = from->marginal;
	to->life = from->life;
	to->duty = from->duty;
	to->duty.answered = to->duty.chosen = to->duty.gone = to->duty.wwid_changed = false;
	to->duty.udev_stale = false;
}

static void carry_map(struct map *to, const struct map *from)
{
	to->stat_path_failures = from->stat_path_failures;
	to->stat_switchgroup = from->stat_switchgroup;
	to->stat_map_loads = from->stat_map_loads;
	to->stat_total_queueing_s = from->stat_total_queueing_s;
	to->stat_queueing_timeouts = from->stat_queueing_timeouts;
	to->stat_map_failures = from->stat_map_failures;
	to->pr = from->pr;
	to->q = from->q;
	to->fb = from->fb;
	to->life = from->life;
	to->duty = from->duty;
}

static bool same_path(const struct path *a, const struct path *b)
{
	return a->dev.devno == b->dev.devno &&
	       (!*a->wwid || !*b->wwid || !strcmp(a->wwid, b->wwid));
}

static void carry(struct multipathd *d, struct engine *to, const struct engine *from)
{
	for (unsigned int i = 0; i < to->topo->n_paths; i++) {
		struct path *p = to->topo->paths[i];
		const struct path *old = from ? topology_path_named(from->topo, p->dev.name) : NULL;

		udev_props_done(&p->dev.udev); /* read again when they are needed */
		if (old && same_path(p, old))
			carry_path(p, old);
		sched_meet(d, p);
	}
	for (unsigned int i = 0; from && i < to->topo->n_maps; i++) {
		struct map *m = to->topo->maps[i];
		const struct map *old = topology_map(from->topo, m->wwid);

		if (old)
			carry_map(m, old);
	}
}

static void take_over(struct multipathd *d, struct engine *e)
{
	struct engine *old = d->e;

	maps_finish(d); /* it knows the old paths */
	e->host = d->host;
	carry(d, e, old);
	if (old && old->cfg == e->cfg)
		old->cfg = NULL;
	d->e = e;
	engine_free(old);
	d->generation++;
	/* one check after the other, but a path that hangs does not hold up the others for longer */
	work_patience(sched_pool(d),
		      config_yes(e->cfg, KW_force_sync) ? FORCE_SYNC_NS : WORK_PATIENCE_NS);
	e->opt.remove_retries = -1;
	for (unsigned int i = 0; i < e->topo->n_maps; i++)
		maps_joined(d, e->topo->maps[i]);
}

static void failed(struct multipathd *d, struct observation *o)
{
	if (o->e) {
		if (o->cfg)
			o->e->cfg = NULL;
		engine_free(o->e);
	}
	if (d->e) {
		mlog(0, "reconfiguration failed, continuing with the configuration there is");
		daemon_set_state(d, DAEMON_IDLE);
		return;
	}
	mlog(0, "failed to configure, exiting");
	d->start_failed = true;
	loop_stop(d->loop);
}

static void observed(void *ctx, struct work *w)
{
	struct observation *o = (struct observation *)w;
	struct multipathd *d = ctx;
	bool again = d->reconfigure_pending, force = o->force;

	d->watch = NULL;
	if (o->err) {
		failed(d, o);
	} else {
		take_over(d, o->e);
		if (dmevents_new(d))
			mlog(1, "device-mapper events cannot be polled; states are read by checks");
		fpin_watch(d);
		for (unsigned int i = 0; i < d->e->topo->n_paths; i++)
			sched_ask(d, d->e->topo->paths[i]);
		maps_touch_all(d, force ? TOUCH_RELOAD : TOUCH_LOOK);
		retrigger_look_all(d);
	}
	free(o);
	if (d->e)
		uevents_resume(d);
	if (again) {
		d->reconfigure_pending = false;
		reload_start(d, false, d->reconfigure_force);
	}
	maps_settle_soon(d);
}

int reload_start(struct multipathd *d, bool same_config, bool force)
{
	struct observation *o;

	if (d->watch) {
		d->reconfigure_pending |= !same_config;
		d->reconfigure_force |= force;
		return 0;
	}
	o = calloc(1, sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->work.run = run_observation;
	o->work.done = observed;
	o->cfg = same_config && d->e ? d->e->cfg : NULL;
	o->verbosity = d->opt.verbosity;
	o->opt = (struct engine_options){ .remove_retries = -1,
					  .bindings_read_only = d->opt.bindings_read_only,
					  .daemon_runs = true,
					  .is_daemon = true };
	o->force = force;
	d->reconfigure_force = false;
	d->watch = o;
	if (!same_config) {
		confwatch_read(d);
		daemon_set_state(d, DAEMON_CONFIGURE);
	}
	return work_submit(maps_lane(d), &o->work);
}

int reload_try_config(struct multipathd *d, char *why, size_t len)
{
	struct config *cfg;
	int level = log_level(), r;

	r = engine_load_config(d->host, level, CONFIG_FOR_QUERY, &cfg);
	if (!r)
		config_free(cfg);
	else
		snprintf(why, len,
			 "%s cannot be used, the running configuration stays; see "
			 "minipath lint\n",
			 host_places()->config);
	return r;
}

void reload_if_bloated(struct multipathd *d)
{
	size_t used = d->e ? arena_used(d->e->topo->arena) : 0;

	if (!d->watch && used > d->settled_bytes + BLOAT)
		reload_start(d, true, false);
}
