/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making and ending of the daemon, and small things that all its files need. */
#include "daemon/multipathd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/log.h"
#include "core/model/evlog.h"
#include "daemon/parts.h"

/* The loop waits for the lock of a state file: as long as an edit takes, not as long as a holder that
 * hangs. */
#define LOCK_PATIENCE_NS (200 * NSEC_PER_MSEC)
#define SHUTDOWN_NS	 (5 * NSEC_PER_SEC)

const char *daemon_state_shown(enum daemon_state s)
{
	static const char *const words[] = {
#define X(id, shown, status) [DAEMON_##id] = (shown),
		DAEMON_STATES(X)
#undef X
	};
	return words[s];
}

const char *daemon_state_status(enum daemon_state s)
{
	static const char *const words[] = {
#define X(id, shown, status) [DAEMON_##id] = (status),
		DAEMON_STATES(X)
#undef X
	};
	return words[s];
}

struct multipathd *daemon_new(struct host *h, struct loop *l, const struct daemon_options *opt)
{
	struct multipathd *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->host = h;
	if (fstree_hold_dirs(h->sys)) /* each check looks into its device's */
		mlog(1, "directories of sysfs are not held open: out of memory");
	d->loop = l;
	d->opt = *opt;
	state_patience(h->state, LOCK_PATIENCE_NS);
	d->log = calloc(1, sizeof(*d->log));
	if (!d->log || sched_new(d) || maps_new(d)) {
		daemon_free(d);
		return NULL;
	}
	return d;
}

bool daemon_free(struct multipathd *d)
{
	bool free_of_workers;

	if (!d)
		return true;
	loop_timer_clear(&d->patience);
	loop_timer_clear(&d->retrigger);
	uevents_free(d);
	dmevents_done(d);
	sampler_free(d);
	fpin_done(d);
	confwatch_done(d);
	maps_free(d);
	free_of_workers = sched_free(d);
	engine_free(d->e);
	free(d->log);
	free(d);
	return free_of_workers;
}

int daemon_start(struct multipathd *d)
{
	int r;

	daemon_set_state(d, DAEMON_STARTUP);
	r = uevents_new(d); /* before the first look, so that nothing falls in between */
	if (r)
		return r;
	r = confwatch_new(d);
	if (r)
		mlog(2, "changes of the configuration will not be noticed: %s", strerror(-r));
	return reload_start(d, false, false);
}

int64_t daemon_now(const struct multipathd *d)
{
	return clock_mono(&d->host->clock);
}

void daemon_set_state(struct multipathd *d, enum daemon_state s)
{
	if (d->state == s)
		return;
	d->state = s;
	if (d->on_state)
		d->on_state(d->on_state_ctx, s);
}

void daemon_log_notes(const struct notes *n)
{
	for (unsigned int i = 0; i < n->n; i++)
		mlog(n->list[i].level, "%s", n->list[i].text);
}

struct ev_entry *daemon_event_path(struct multipathd *d, const struct path *p, const char *kind)
{
	struct ev_entry *ev =
		evlog_add(d->log, daemon_now(d), clock_real(&d->host->clock), EV_PATH, p->dev.name);

	ev->kind = kind;
	if (p->map)
		snprintf(ev->map, sizeof(ev->map), "%s", p->map->alias);
	return ev;
}

struct ev_entry *daemon_event_map(struct multipathd *d, const struct map *m, const char *kind)
{
	struct ev_entry *ev =
		evlog_add(d->log, daemon_now(d), clock_real(&d->host->clock), EV_MAP, m->alias);

	ev->kind = kind;
	return ev;
}

int daemon_message(struct multipathd *d, const struct map *m, const char *text)
{
	struct dmb *dmb = d->host->dmb;
	int r;

	if (maps_changing(d, m)) {
		mlog(3, "%s: no message %s while the map is being changed", m->dm.name, text);
		return -EBUSY;
	}
	r = dmb->ops->message(dmb, m->dm.name, text);
	if (r)
		mlog(1, "%s: message %s failed: %s", m->dm.name, text, strerror(-r));
	return r;
}

/* --- what clients call things ---------------------------------------------------------------- */

static const char *base_name(const char *ref)
{
	const char *slash = strrchr(ref, '/');

	return slash ? slash + 1 : ref;
}

static bool parse_devno(const char *ref, dev_t *ret_devno)
{
	unsigned int maj, min;
	char rest;

	if (sscanf(ref, "%u:%u%c", &maj, &min, &rest) != 2)
		return false;
	*ret_devno = makedev(maj, min);
	return true;
}

struct map *daemon_map(struct multipathd *d, const char *ref)
{
	const char *name = base_name(ref);
	struct map *m;
	unsigned int minor;
	char rest;

	if (!d->e)
		return NULL;
	m = topology_map_named(d->e->topo, name);
	if (!m)
		m = topology_map(d->e->topo, name);
	if (m || sscanf(name, "dm-%u%c", &minor, &rest) != 1)
		return m;
	for (unsigned int i = 0; i < d->e->topo->n_maps; i++)
		if (d->e->topo->maps[i]->dm.minor == minor)
			return d->e->topo->maps[i];
	return NULL;
}

struct path *daemon_path(struct multipathd *d, const char *ref)
{
	dev_t devno;

	if (!d->e)
		return NULL;
	if (parse_devno(ref, &devno))
		return topology_path(d->e->topo, devno);
	return topology_path_named(d->e->topo, base_name(ref));
}

bool daemon_busy(const struct multipathd *d)
{
	return reload_running(d) || !maps_settled(d) || uevents_waiting(d);
}

void daemon_workers(const struct multipathd *d, struct daemon_workers *ret)
{
	const struct work_pool *p = sched_pool(d);

	ret->running = work_running(p);
	ret->queued = work_pending(p) - ret->running;
	ret->limit = work_limit(p);
	ret->left = sched_left(d);
	ret->lane_pending = work_pending(maps_lane(d));
}

/* --- the end --------------------------------------------------------------------------------- */

static void give_up(void *ctx)
{
	struct multipathd *d = ctx;

	mlog(1, "a change of a map does not come to its end, not waiting for it");
	loop_stop(d->loop);
}

void daemon_stop_queueing(struct multipathd *d)
{
	for (unsigned int i = 0; d->e && i < d->e->topo->n_maps; i++)
		mapclock_queueing(d, d->e->topo->maps[i], QUEUEING_SHUTDOWN);
}

void daemon_shutdown(struct multipathd *d)
{
	if (d->state == DAEMON_SHUTDOWN)
		return;
	daemon_set_state(d, DAEMON_SHUTDOWN);
	maps_finish(d);
	daemon_stop_queueing(d);
	/* a change under way is not to be cut in two; one that hangs is not waited for */
	if (!work_running(maps_lane(d)) || !d->e) {
		loop_stop(d->loop);
		return;
	}
	d->patience = (struct loop_timer){ .fn = give_up, .ctx = d };
	loop_timer_after(d->loop, &d->patience, SHUTDOWN_NS);
}
