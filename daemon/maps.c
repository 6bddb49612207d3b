/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps as the kernel has them: read after each event and each change, kept in the topology, forgotten
 * when they are gone. Paths that left a table or joined one are told here, whoever changed it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/desire.h"
#include "core/engine/log.h"
#include "core/engine/observe.h"
#include "core/model/dmtext.h"
#include "core/model/evlog.h"
#include "core/model/pgpolicy.h"
#include "daemon/parts.h"
#include "daemon/reserve.h"

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

struct map *maps_keep(struct multipathd *d, const struct dm_map *dm)
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
		m = maps_keep(d, &dm);
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

/* The map stays, with a table that names devices which are gone. They are forgotten all the same: what
 * comes back under their names and numbers is new to the table (see path_arrives()). */
void maps_detach(struct multipathd *d, struct map *m)
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
