/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `multipath`, `-r`, `-d`: make the maps that should be, and print what changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/multipath.h"
#include "core/engine/apply.h"
#include "core/engine/desire.h"
#include "core/engine/discover.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/renames.h"
#include "core/engine/survey.h"

/* Devices that neither udev nor sysfs could name are asked for their VPD pages first. */
static void identify_silent(struct engine *e, struct path **list)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		if (!e->topo->paths[i]->wwid[0] && e->topo->paths[i]->init != INIT_FAILED)
			list[n++] = e->topo->paths[i];
	if (!n)
		return;
	survey_paths(e, list, n, SURVEY_IDENTITY);
	for (unsigned int i = 0; i < n; i++)
		discover_identify(e, list[i]);
}

/* Only paths that can become part of a map are asked; at -v3 all, as the list shows them. */
static bool worth_asking(struct engine *e, const struct path *p, const char *wwid)
{
	if (log_level() >= 3)
		return true;
	if (!p->wwid[0])
		return false;
	return wwid ? !strcmp(wwid, p->wwid) : desire_multipath(e, p);
}

static void survey(struct engine *e, const char *wwid)
{
	struct path **list = calloc(e->topo->n_paths + 1, sizeof(struct path *));
	unsigned int n = 0;

	if (!list)
		return;
	identify_silent(e, list);
	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		if (worth_asking(e, e->topo->paths[i], wwid))
			list[n++] = e->topo->paths[i];
	survey_paths(e, list, n, SURVEY_ALL);
	free(list);
}

static int look(struct mp *mp, const char **ret_scope, char *wwid, size_t len)
{
	struct engine *e = mp->e;
	unsigned int listed;
	bool known;
	int r;

	*ret_scope = NULL;
	if (engine_dm_check(e) || names_load(e))
		return 1;
	r = discover_all(e);
	if (!r)
		r = observe_read(e);
	if (r) {
		mlog(0, "the host's devices cannot be listed: %s", strerror(-r));
		return 1;
	}
	discover_identify_all(e);
	listed = e->topo->n_paths;
	if (mp->args->dev) {
		if (mp_ref_wwid(mp, wwid, len, &known))
			return 1;
		*ret_scope = wwid;
	}
	survey(e, *ret_scope);
	if (log_level() >= 3)
		mp_print_paths(mp, listed);
	observe_members(e, *ret_scope);
	observe_maps(e, *ret_scope);
	return 0;
}

/* How long a map whose path a partitioner has locked is tried again, and how often. */
#define LOCK_PATIENCE_NS (10 * NSEC_PER_SEC)
#define LOCK_PAUSE_NS	 (100 * NSEC_PER_MSEC)

/* What a map's result means for the exit status. A path in use by something else is no failure of
 * ours, and never was one of multipath-tools'; what device-mapper refuses is. */
static int finish(struct mp *mp, struct map *m, enum apply_result r)
{
	struct engine *e = mp->e;

	if (r == APPLY_FAILED || r == APPLY_IN_USE) {
		mlog(2, "%s: %s map", m->alias, m->action == ACT_CREATE ? "ignoring" : "removing");
		return r == APPLY_FAILED;
	}
	if (r == APPLY_LOCKED) {
		mlog(0, "%s: not made: another program keeps one of its paths locked", m->alias);
		return 1;
	}
	if (r == APPLY_DONE)
		apply_stop_queueing(e, m);
	if (m->action != ACT_NOTHING)
		mp_print_map(m);
	return 0;
}

/* Apply the first @n of e->wanted. Maps with a locked path are put at the front to be tried
 * again, unless this is the @last time; *ret_locked is their number. */
static int apply_round(struct mp *mp, unsigned int n, bool last, unsigned int *ret_locked)
{
	struct engine *e = mp->e;
	int status = 0;

	*ret_locked = 0;
	for (unsigned int i = 0; i < n; i++) {
		struct map *m = e->wanted[i];
		enum apply_result r = apply_map(e, m);

		if (r == APPLY_LOCKED && !last)
			e->wanted[(*ret_locked)++] = m;
		else
			status |= finish(mp, m, r);
	}
	return status;
}

/* The other maps do not wait for one that is locked. */
static int apply_all(struct mp *mp)
{
	struct engine *e = mp->e;
	unsigned int n = e->n_wanted;
	int64_t waited = 0;
	int status = 0;

	for (;;) {
		status |= apply_round(mp, n, waited >= LOCK_PATIENCE_NS, &n);
		if (!n)
			return status;
		host_pause(e->host, LOCK_PAUSE_NS);
		waited += LOCK_PAUSE_NS;
	}
}

int mp_create(struct mp *mp)
{
	struct engine *e = mp->e;
	struct dmb *dmb = e->host->dmb;
	char wwid[WWID_MAX];
	const char *scope;
	int status;

	e->opt.daemon_runs = mp_daemon_runs(e->host);
	if (look(mp, &scope, wwid, sizeof(wwid)))
		return 1;
	desire_maps(e, scope);
	if (scope && !e->n_wanted && !e->topo->n_maps) {
		mlog(0, "%s: no path has this name or WWID", mp->args->dev);
		return 1;
	}
	if (!e->opt.dry_run) {
		for (unsigned int i = 0; i < e->topo->n_maps; i++)
			apply_reinstate(e, e->topo->maps[i]);
		dmb->ops->batch_begin(dmb);
		renames_prepare(e, renames_park_now, e);
	}
	status = apply_all(mp);
	if (!e->opt.dry_run) {
		dmb->ops->batch_wait(dmb);
		mp_warn_no_daemon(mp, e->n_wanted + e->topo->n_maps > 0);
	}
	return status || e->state_failed;
}
