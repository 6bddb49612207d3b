/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan says what; this file does it: one table maps each action to its function. What the
 * kernel refuses is reported in its words and does not stop the other maps.
 */
#include "core/engine/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/pathlock.h"
#include "core/engine/transport.h"
#include "core/model/dmtext.h"
#include "parser/arena.h"

static struct dmb *dmb(const struct engine *e)
{
	return e->host->dmb;
}

static void complain(const struct engine *e, const char *map, const char *what, int err)
{
	const char *words = dmb(e)->ops->error(dmb(e));

	mlog(0, "%s: %s failed: %s%s%s", map, what, strerror(-err), words && *words ? ": " : "",
	     words ? words : "");
}

static struct dm_spec spec_of(const struct map *m, char *uuid, size_t len)
{
	struct dm_spec s = {
		.name = m->alias,
		.uuid = uuid,
		.target = "multipath",
		.params = m->params,
		.size = m->size,
		.read_only = m->force_readonly,
	};
	const struct props *p = &m->props;

	snprintf(uuid, len, "mpath-%s", m->wwid);
	s.set_mode = p->v[KW_mode].val != NULL;
	s.mode = (mode_t)props_num(p, KW_mode, 0);
	s.set_uid = p->v[KW_uid].val != NULL;
	s.uid = (uid_t)props_num(p, KW_uid, 0);
	s.set_gid = p->v[KW_gid].val != NULL;
	s.gid = (gid_t)props_num(p, KW_gid, 0);
	if (props_yes(p, KW_skip_kpartx))
		s.udev_flags |= DM_UF_SKIP_KPARTX;
	if (!map_usable_paths(m))
		s.udev_flags |= DM_UF_NO_PATHS;
	return s;
}

/* --- one function an action ------------------------------------------------------------------ */

static int create_locked(struct engine *e, struct map *m)
{
	char uuid[WWID_MAX + 8];
	struct dm_spec s = spec_of(m, uuid, sizeof(uuid));
	int r;

	mlog(2, "%s: addmap [0 %llu multipath %s]", m->alias, (unsigned long long)m->size,
	     m->params);
	r = dmb(e)->ops->create(dmb(e), &s);
	if (r == -EROFS) {
		mlog(3, "%s: a path is write-protected, creating a read-only map", m->alias);
		s.read_only = m->force_readonly = true;
		r = dmb(e)->ops->create(dmb(e), &s);
	}
	return r;
}

static int create(struct engine *e, struct map *m)
{
	struct pathlock lock;
	int r = pathlock_take(e, m, &lock);

	if (r)
		return r == -EBUSY ? -EAGAIN : r;
	r = create_locked(e, m);
	pathlock_release(e, &lock);
	return r;
}

static int load(struct engine *e, struct map *m, bool flush)
{
	char uuid[WWID_MAX + 8];
	struct dm_spec s = spec_of(m, uuid, sizeof(uuid));
	int r;

	mlog(3, "%s: reload [0 %llu multipath %s]", m->alias, (unsigned long long)m->size,
	     m->params);
	s.udev_flags |= flush ? 0 : DM_UF_RELOAD;
	r = dmb(e)->ops->reload(dmb(e), &s, flush);
	if (r == -EROFS) {
		s.read_only = m->force_readonly = true;
		r = dmb(e)->ops->reload(dmb(e), &s, flush);
	}
	return r;
}

static int reload(struct engine *e, struct map *m)
{
	return load(e, m, false);
}

static int resize(struct engine *e, struct map *m)
{
	return load(e, m, true);
}

static int switch_group(struct engine *e, struct map *m)
{
	char text[32];
	int r;

	snprintf(text, sizeof(text), "switch_group %u", m->best_group);
	r = dmb(e)->ops->message(dmb(e), m->alias, text);
	if (!r)
		apply_reinstate(e, m);
	return r;
}

static int nothing(struct engine *e, struct map *m)
{
	(void)e, (void)m;
	return 0;
}

static const struct {
	int (*apply)(struct engine *e, struct map *m);
	const char *what;
	bool rename;
} actions[] = {
	[ACT_NONE] = { nothing, "", false },
	[ACT_NOTHING] = { nothing, "", false },
	[ACT_REJECT] = { nothing, "", false },
	[ACT_IMPOSSIBLE] = { nothing, "", false },
	[ACT_DRY_RUN] = { nothing, "", false },
	[ACT_CREATE] = { create, "create", false },
	[ACT_RELOAD] = { reload, "reload", false },
	[ACT_RESIZE] = { resize, "resize", false },
	[ACT_SWITCHPG] = { switch_group, "switch_group", false },
	[ACT_RENAME] = { nothing, "rename", true },
	[ACT_RELOAD_RENAME] = { reload, "reload", true },
	[ACT_RESIZE_RENAME] = { resize, "resize", true },
	[ACT_SWITCHPG_RENAME] = { switch_group, "switch_group", true },
};

/* --- partition maps -------------------------------------------------------------------------- */

/* "part1-mpath-WWID": a partition map of kpartx on this map. */
static bool is_partition_of(const struct dm_map *part, const struct dm_map *whole)
{
	const char *u = part->uuid;

	if (strncmp(u, "part", 4))
		return false;
	u += 4;
	u += strspn(u, "0123456789");
	return *u == '-' && u > part->uuid + 4 && !strcmp(u + 1, whole->uuid);
}

/* Its name with the map's old name replaced, and the delimiter kept or as configured. */
static int partition_name(const struct engine *e, const struct dm_map *part, const char *from,
			  const char *to, char *out, size_t len)
{
	const struct kwval *delim = config_value(e->cfg, KW_partition_delimiter);
	size_t n = strlen(from);
	const char *rest = part->name + n, *digits;

	if (strncmp(part->name, from, n))
		return -EINVAL;
	digits = rest + strcspn(rest, "0123456789");
	if (delim && delim->str)
		snprintf(out, len, "%s%s%s", to, delim->str, digits);
	else if (digits - rest > 1 || (digits - rest == 1 && *rest != 'p'))
		snprintf(out, len, "%s%s", to, rest);
	else
		snprintf(out, len, "%s%s%s", to,
			 to[strlen(to) - 1] >= '0' && to[strlen(to) - 1] <= '9' ? "p" : "", digits);
	return 0;
}

static int rename_map(struct engine *e, const struct dm_map *dm, const char *to)
{
	int r = dmb(e)->ops->rename(dmb(e), dm->name, to, 0);

	if (r) {
		complain(e, dm->name, "rename", r);
		return r;
	}
	for (unsigned int i = 0; i < e->dm.n; i++) {
		const struct dm_map *part = &e->dm.list[i];
		char name[DM_NAME_MAX];

		if (!is_partition_of(part, dm) ||
		    partition_name(e, part, dm->name, to, name, sizeof(name)) ||
		    !strcmp(name, part->name))
			continue;
		r = dmb(e)->ops->rename(dmb(e), part->name, name, 0);
		if (r)
			complain(e, part->name, "rename", r);
		else
			observe_renamed(e, part->name, name);
	}
	observe_renamed(e, dm->name, to);
	return 0;
}

/* --- decide and apply ------------------------------------------------------------------------ */

static struct plan_seen look(struct engine *e, const struct map *m)
{
	struct plan_seen seen = { .force = e->opt.force_reload };
	const struct dm_map *dm = observe_by_wwid(e, m->wwid);

	for (unsigned int i = 0; i < e->topo->n_maps; i++)
		if (!strcmp(e->topo->maps[i]->wwid, m->wwid))
			seen.same_wwid = e->topo->maps[i];
	seen.same_name = observe_named(e, m->alias);
	if (dm && !seen.same_wwid)
		seen.foreign_wwid = dm;
	return seen;
}

static void log_notes(const struct plan *p)
{
	for (unsigned int i = 0; i < p->n_notes; i++)
		mlog(p->notes[i].level, "%s", p->notes[i].text);
}

static void after_create(struct engine *e, struct map *m)
{
	int r;

	state_unmark(e->host->state, STATE_FAILED_WWIDS, m->wwid);
	r = names_wwid_add(e, m->wwid);
	if (r == 0)
		mlog(3, "wrote wwid %s to wwids file", m->wwid);
}

static enum apply_result run_action(struct engine *e, struct map *m, const struct plan *p,
				    const struct map *seen)
{
	bool rename = actions[m->action].rename;
	char wanted[WWID_MAX];
	int r;

	memcpy(wanted, p->name, sizeof(wanted));
	if (rename)
		snprintf(m->alias, sizeof(m->alias), "%s", seen->dm.name);
	r = actions[m->action].apply(e, m);
	if (r == -EAGAIN)
		return APPLY_LOCKED;
	if (r) {
		complain(e, m->alias, actions[m->action].what, r);
		if (m->action == ACT_CREATE &&
		    state_mark(e->host->state, STATE_FAILED_WWIDS, m->wwid) == 0)
			mlog(2, "%s: mark as failed", m->wwid);
		return r == -EBUSY ? APPLY_IN_USE : APPLY_FAILED;
	}
	if (rename && !rename_map(e, &seen->dm, wanted))
		snprintf(m->alias, sizeof(m->alias), "%s", wanted);
	if (m->action == ACT_CREATE)
		after_create(e, m);
	return APPLY_DONE;
}

enum apply_result apply_map(struct engine *e, struct map *m)
{
	struct plan_seen seen = look(e, m);
	struct plan p;

	if (m->action == ACT_REJECT)
		return e->opt.dry_run ? APPLY_DRY : APPLY_DONE;
	if (e->opt.dry_run) {
		m->action = ACT_DRY_RUN;
		return APPLY_DRY;
	}
	plan_map(m, &seen, &p);
	log_notes(&p);
	m->action = p.action;
	snprintf(m->alias, sizeof(m->alias), "%s", p.name);
	transport_settle(e, m);
	return run_action(e, m, &p, seen.same_wwid);
}

void apply_reinstate(struct engine *e, struct map *m)
{
	for (unsigned int g = 0; g < m->n_groups; g++) {
		struct pathgroup *pg = &m->groups[g];

		for (unsigned int i = 0; i < pg->n; i++) {
			struct path *p = pg->paths[i];
			char text[48];

			if (!path_state_usable(p->state) || p->dm != DMP_FAILED)
				continue;
			snprintf(text, sizeof(text), "reinstate_path %u:%u", major(p->dev.devno),
				 minor(p->dev.devno));
			if (!dmb(e)->ops->message(dmb(e), m->alias, text))
				mlog(2, "%u:%u: reinstated", major(p->dev.devno),
				     minor(p->dev.devno));
			if (pg->state == PG_DISABLED) {
				snprintf(text, sizeof(text), "enable_group %u", g + 1);
				dmb(e)->ops->message(dmb(e), m->alias, text);
			}
		}
	}
}

void apply_stop_queueing(struct engine *e, struct map *m)
{
	enum vocab_word retry = props_word(&m->props, KW_no_path_retry);

	if (m->action == ACT_NOTHING || m->queueing || retry == VW_NONE || retry == VW_fail)
		return;
	mlog(3, "%s: multipathd not running, unset queue_if_no_path feature", m->alias);
	dmb(e)->ops->message(dmb(e), m->alias, "fail_if_no_path");
}

/* --- removal --------------------------------------------------------------------------------- */

static int remove_one(struct engine *e, const char *name, bool deferred)
{
	int tries = e->opt.remove_retries < 0 ? (int)config_num(e->cfg, KW_remove_retries, 0)
					      : e->opt.remove_retries;
	int r;

	for (;;) {
		r = dmb(e)->ops->remove(dmb(e), name, deferred, 0);
		if (r != -EBUSY || tries-- <= 0)
			return r;
		host_pause(e->host, NSEC_PER_SEC);
	}
}

static int remove_partitions(struct engine *e, const struct dm_map *dm, bool deferred)
{
	for (unsigned int i = 0; i < e->dm.n; i++) {
		const struct dm_map *part = &e->dm.list[i];
		int r;

		if (!is_partition_of(part, dm))
			continue;
		if (part->open_count && !deferred) {
			mlog(1, "%s: map in use", part->name);
			return -EBUSY;
		}
		r = remove_one(e, part->name, deferred);
		if (r) {
			complain(e, part->name, "remove", r);
			return r;
		}
	}
	return 0;
}

/* Users of the map other than its own partition maps. */
static int users(const struct engine *e, const struct dm_map *dm)
{
	int n = dm->open_count;

	for (unsigned int i = 0; i < e->dm.n; i++)
		if (is_partition_of(&e->dm.list[i], dm))
			n--;
	return n;
}

int apply_flush(struct engine *e, const struct dm_map *dm)
{
	bool queueing = dm->table && strstr(dm->table, "queue_if_no_path");
	int r;

	if (users(e, dm) > 0) {
		mlog(1, "%s: map in use", dm->name);
		return -EBUSY;
	}
	r = remove_partitions(e, dm, false);
	if (r)
		return r;
	if (queueing)
		dmb(e)->ops->message(dmb(e), dm->name, "fail_if_no_path");
	r = remove_one(e, dm->name, false);
	if (r) {
		if (queueing)
			dmb(e)->ops->message(dmb(e), dm->name, "queue_if_no_path");
		complain(e, dm->name, "remove", r);
		return r;
	}
	mlog(4, "multipath map %s removed", dm->name);
	return 0;
}
