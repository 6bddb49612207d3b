/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One list call brings every map with table and status; the rest is parsing. A member path that a
 * filter kept out of discovery is still a member, so it is loaded here without asking filters.
 */
#include "core/engine/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/discover.h"
#include "core/engine/facts.h"
#include "core/engine/log.h"
#include "core/model/dmtext.h"
#include "core/model/pgpolicy.h"

const char *observe_wwid(const struct dm_map *m)
{
	if (!m->target || strcmp(m->target, "multipath") || m->n_targets != 1 ||
	    strncmp(m->uuid, "mpath-", 6) || !m->uuid[6])
		return NULL;
	return m->uuid + 6;
}

const struct dm_map *observe_named(const struct engine *e, const char *name)
{
	for (unsigned int i = 0; i < e->dm.n; i++)
		if (!strcmp(e->dm.list[i].name, name))
			return &e->dm.list[i];
	return NULL;
}

const struct dm_map *observe_by_wwid(const struct engine *e, const char *wwid)
{
	for (unsigned int i = 0; i < e->dm.n; i++)
		if (!strncmp(e->dm.list[i].uuid, "mpath-", 6) &&
		    !strcmp(e->dm.list[i].uuid + 6, wwid))
			return &e->dm.list[i];
	return NULL;
}

void observe_renamed(struct engine *e, const char *from, const char *to)
{
	char old[DM_NAME_MAX];

	snprintf(old, sizeof(old), "%s", from); /* it may be one of those that change */
	for (unsigned int i = 0; i < e->dm.n; i++)
		if (!strcmp(e->dm.list[i].name, old))
			snprintf(e->dm.list[i].name, sizeof(e->dm.list[i].name), "%s", to);
	for (unsigned int i = 0; i < e->topo->n_maps; i++)
		if (!strcmp(e->topo->maps[i]->dm.name, old))
			snprintf(e->topo->maps[i]->dm.name, sizeof(e->topo->maps[i]->dm.name), "%s",
				 to);
}

static bool in_scope(const struct dm_map *m, const char *wwid)
{
	const char *has = observe_wwid(m);

	return has && (!wwid || !strcmp(has, wwid));
}

/* Members as listed in a table, by number alone: parsed in a topology of its own. */
void observe_members_of(struct engine *e, const struct dm_map *dm)
{
	struct topology *scratch = topology_new(e->cfg);
	struct map *m = topology_add_map(scratch);

	if (dm->table && !dm_table_parse(scratch, m, dm->table)) {
		for (unsigned int i = 0; i < scratch->n_paths; i++) {
			dev_t devno = scratch->paths[i]->dev.devno;
			struct path *p;
			char name[64];

			if (topology_path(e->topo, devno) ||
			    facts_name(e->host, devno, name, sizeof(name)))
				continue;
			discover_one(e, name, false, &p, NULL);
		}
	}
	topology_free(scratch);
}

int observe_read(struct engine *e)
{
	dm_maps_done(&e->dm);
	return e->host->dmb->ops->list(e->host->dmb, DM_TABLE | DM_STATUS, &e->dm);
}

static bool read_sysfs_map(struct fstree *sys, const char *name, struct dm_map *m)
{
	uint64_t v;

	*m = (struct dm_map){ .live_table = true };
	if (fstree_text(sys, m->uuid, sizeof(m->uuid), "class/block/%s/dm/uuid", name) <= 0 ||
	    strncmp(m->uuid, "mpath-", 6) || !m->uuid[6])
		return false;
	if (fstree_text(sys, m->name, sizeof(m->name), "class/block/%s/dm/name", name) <= 0)
		snprintf(m->name, sizeof(m->name), "%s", m->uuid + 6);
	if (sscanf(name, "dm-%u", &m->minor) != 1)
		return false;
	m->suspended = !fstree_u64(sys, &v, "class/block/%s/dm/suspended", name) && v;
	m->read_only = !fstree_u64(sys, &v, "class/block/%s/ro", name) && v;
	if (!fstree_u64(sys, &v, "class/block/%s/size", name))
		m->size = v;
	return true;
}

int observe_read_sysfs(struct engine *e)
{
	struct names blocks;
	int r = fstree_list(e->host->sys, "class/block", &blocks);

	if (r)
		return r;
	dm_maps_done(&e->dm);
	e->dm.list = calloc(blocks.n + 1, sizeof(*e->dm.list));
	for (unsigned int i = 0; e->dm.list && i < blocks.n; i++)
		e->dm.n += read_sysfs_map(e->host->sys, blocks.list[i], &e->dm.list[e->dm.n]);
	names_done(&blocks);
	return e->dm.list ? 0 : -ENOMEM;
}

void observe_members(struct engine *e, const char *wwid)
{
	for (unsigned int i = 0; i < e->dm.n; i++)
		if (in_scope(&e->dm.list[i], wwid))
			observe_members_of(e, &e->dm.list[i]);
}

static char *dup_or_null(const char *s)
{
	return s ? strdup(s) : NULL;
}

static void copy_dm(struct dm_map *to, const struct dm_map *from)
{
	*to = *from;
	to->target = dup_or_null(from->target);
	to->table = dup_or_null(from->table);
	to->status = dup_or_null(from->status);
}

static void drop_group(struct map *m, unsigned int g)
{
	memmove(&m->groups[g], &m->groups[g + 1], (m->n_groups - g - 1) * sizeof(*m->groups));
	m->n_groups--;
	if (m->next_group > g + 1)
		m->next_group--;
}

/* Without a WWID of its own a path is taken at the map's word. */
static bool is_stranger(const struct map *m, const struct path *p)
{
	return p->wwid[0] && strcmp(p->wwid, m->wwid) != 0;
}

static unsigned int keep_members(const struct map *m, struct path **paths, unsigned int n)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < n; i++)
		if (paths[i]->dev.name[0] && !is_stranger(m, paths[i]))
			paths[kept++] = paths[i];
	return kept;
}

/* The table may still name devices that are gone, or that are another disk now (a LUN that was
 * mapped anew): they are no paths of this map any more. */
static void log_lost(const struct map *m, struct path *p)
{
	unsigned int maj = major(p->dev.devno), min = minor(p->dev.devno);

	if (!p->dev.name[0]) {
		mlog(2, "%s: discarding non-existing path %u:%u", m->alias, maj, min);
	} else if (is_stranger(m, p)) {
		mlog(1, "%s: path %u:%u WWID %s doesn't match, removing from map", m->wwid, maj,
		     min, p->wwid);
		p->map = NULL;
		p->group = NULL;
	}
}

/* Reading the table made a path of each number it names. One without a device is forgotten again: a
 * device that gets the number later is to be found under it. */
static void forget_nameless(struct topology *t)
{
	for (unsigned int i = t->n_paths; i-- > 0;)
		if (!t->paths[i]->dev.name[0])
			topology_remove_path(t, t->paths[i]);
}

static void discard_lost(struct topology *t, struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++)
		log_lost(m, m->paths[i]);
	m->n_paths = keep_members(m, m->paths, m->n_paths);
	for (unsigned int g = 0; g < m->n_groups;) {
		struct pathgroup *pg = &m->groups[g];
		unsigned int had = pg->n;

		pg->n = keep_members(m, pg->paths, pg->n);
		if (had && !pg->n) {
			mlog(2, "%s: removing empty pathgroup %u", m->alias, g);
			drop_group(m, g);
		} else {
			g++;
		}
	}
	for (unsigned int g = 0; g < m->n_groups; g++)
		for (unsigned int i = 0; i < m->groups[g].n; i++)
			m->groups[g].paths[i]->group = &m->groups[g];
	forget_nameless(t);
}

static void settle_members(struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++) {
		struct path *p = m->paths[i];

		p->in_table = true;
		if (!p->wwid[0])
			memcpy(p->wwid, m->wwid, sizeof(p->wwid));
		if (!m->size)
			m->size = p->dev.size;
	}
}

/* What the table says, onto the map; false: it cannot be read. */
static bool parse_map(struct engine *e, struct map *m)
{
	const struct dm_map *dm = &m->dm;

	if (dm_table_parse(e->topo, m, dm->table ? dm->table : "")) {
		mlog(1, "%s: table cannot be read, map ignored: %s", dm->name,
		     dm->table ? dm->table : "no table");
		return false;
	}
	if (dm->status && dm_status_parse(m, dm->status))
		mlog(1, "%s: status cannot be read: %s", dm->name, dm->status);
	discard_lost(e->topo, m);
	settle_members(m);
	m->size = dm->size;
	pg_refresh_all(m);
	m->best_group = pg_best(m);
	return true;
}

struct map *observe_map(struct engine *e, const struct dm_map *dm)
{
	struct map *m = topology_map(e->topo, observe_wwid(dm));
	struct dm_map fresh;

	if (!m) {
		m = topology_add_map(e->topo);
		strncpy(m->wwid, observe_wwid(dm), sizeof(m->wwid) - 1);
	}
	copy_dm(&fresh, dm);
	map_clear(m);
	if (m->has_dm)
		dm_map_done(&m->dm);
	m->dm = fresh;
	m->has_dm = true;
	memcpy(m->alias, dm->name, sizeof(m->alias));
	m->alias[sizeof(m->alias) - 1] = '\0';
	if (parse_map(e, m))
		return m;
	topology_remove_map(e->topo, m);
	return NULL;
}

void observe_rejoin(struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++)
		m->paths[i]->map = m;
	for (unsigned int g = 0; g < m->n_groups; g++)
		for (unsigned int i = 0; i < m->groups[g].n; i++)
			m->groups[g].paths[i]->group = &m->groups[g];
}

void observe_maps(struct engine *e, const char *wwid)
{
	for (unsigned int i = 0; i < e->dm.n; i++) {
		if (!observe_wwid(&e->dm.list[i]))
			continue;
		if (in_scope(&e->dm.list[i], wwid))
			observe_map(e, &e->dm.list[i]);
		else
			mlog(3, "skip map %s: out of scope", e->dm.list[i].name);
	}
}

void observe_sysfs_states(struct engine *e)
{
	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		if (e->topo->paths[i]->sysfs_state != PATH_UP)
			e->topo->paths[i]->state = e->topo->paths[i]->sysfs_state;
}
