/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control node is readable once any map has had an event. Then the counters tell which of ours,
 * and only these are read: a table that somebody else loaded makes the map be taken in anew, a
 * status is laid onto the paths and groups there are, each change going through path_fsm().
 */
#include "core/host/dmevents.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/log.h"
#include "core/model/dmtext.h"
#include "core/model/evlog.h"
#include "daemon/parts.h"

struct daemon_dm {
	struct dmevents *events;
	struct loop_source *source;
};

static void keep_next_group(struct multipathd *d, struct map *m, unsigned int before)
{
	struct ev_entry *ev;

	if (m->next_group == before || !before)
		return;
	ev = daemon_event_map(d, m, "path group");
	snprintf(ev->from, sizeof(ev->from), "%u", before);
	snprintf(ev->to, sizeof(ev->to), "%u", m->next_group);
	snprintf(ev->cause, sizeof(ev->cause), "dm status");
	mapclock_failback(d, m, FAILBACK_GROUP, NULL);
}

/* The parser has put the kernel's states in place; path_fsm() is to see them as news. */
static void keep_path_states(struct multipathd *d, struct map *m, const enum dm_path_state *before)
{
	for (unsigned int i = 0; i < m->n_paths; i++) {
		struct path *p = m->paths[i];
		enum dm_path_state now = p->dm;

		if (now == before[i])
			continue;
		p->dm = before[i];
		path_event(d, p, now == DMP_FAILED ? LIFE_DM_FAILED : LIFE_DM_ACTIVE, p->state,
			   NULL);
	}
}

static void keep_status(struct multipathd *d, struct map *m, const struct dm_map *dm)
{
	enum dm_path_state *before = calloc(m->n_paths + 1, sizeof(*before));
	unsigned int group = m->next_group;
	int r;

	if (!before)
		return;
	for (unsigned int i = 0; i < m->n_paths; i++)
		before[i] = m->paths[i]->dm;
	m->dm.event_nr = dm->event_nr;
	m->dm.suspended = dm->suspended;
	m->dm.open_count = dm->open_count;
	r = dm_status_parse(m, dm->status ? dm->status : "");
	if (r) {
		mlog(3, "%s: status is of another table, read again", m->alias);
	} else {
		keep_path_states(d, m, before);
		keep_next_group(d, m, group);
	}
	free(before);
}

void dmevents_read_status(struct multipathd *d, struct map *m)
{
	struct dmb *dmb = d->host->dmb;
	dev_t devno = makedev(m->dm.major, m->dm.minor);
	struct dm_map dm;

	if (dmb->ops->get(dmb, NULL, devno, DM_TABLE | DM_STATUS, &dm)) {
		maps_refresh(d, NULL, devno);
		return;
	}
	if (!m->dm.table || !dm.table || strcmp(m->dm.table, dm.table) ||
	    strcmp(m->dm.name, dm.name))
		maps_refresh(d, NULL, devno);
	else
		keep_status(d, m, &dm);
	dm_map_done(&dm);
}

static bool has_news(const struct map *m, const struct dm_event *list, unsigned int n)
{
	dev_t devno = makedev(m->dm.major, m->dm.minor);

	for (unsigned int i = 0; i < n; i++)
		if (list[i].devno == devno)
			return list[i].nr != m->dm.event_nr;
	return true; /* gone */
}

static void readable(void *ctx, uint32_t events)
{
	struct multipathd *d = ctx;
	struct dm_event *list;
	unsigned int n;

	(void)events;
	if (dmevents_arm(d->dm->events) || dmevents_list(d->dm->events, &list, &n))
		return;
	for (unsigned int i = d->e ? d->e->topo->n_maps : 0; i-- > 0;) {
		struct map *m = i < d->e->topo->n_maps ? d->e->topo->maps[i] : NULL;

		if (m && has_news(m, list, n))
			dmevents_read_status(d, m);
	}
	free(list);
}

int dmevents_new(struct multipathd *d)
{
	char control[64];
	int r;

	if (d->dm || d->host->replay)
		return 0;
	snprintf(control, sizeof(control), "%s/control", host_places()->dm_dir);
	d->dm = calloc(1, sizeof(*d->dm));
	if (!d->dm)
		return -ENOMEM;
	r = dmevents_live(control, &d->dm->events);
	if (!r)
		r = loop_add(d->loop, dmevents_fd(d->dm->events), EPOLLIN, readable, d,
			     &d->dm->source);
	if (r)
		dmevents_done(d);
	return r;
}

void dmevents_done(struct multipathd *d)
{
	if (!d->dm)
		return;
	loop_remove(d->dm->source);
	dmevents_free(d->dm->events);
	free(d->dm);
	d->dm = NULL;
}
