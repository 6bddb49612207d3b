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
#include "core/engine/transport.h"
#include "core/model/dmtext.h"
#include "core/model/partmap.h"
#include "parser/arena.h"

static struct dmb *dmb(const struct engine *e)
{
	return e->host->dmb;
}

static void complain(const struct change *c)
{
	mlog(c->told ? 3 : 0, "%s: %s failed: %s%s%s", c->object, c->failed, strerror(-c->err),
	     c->words[0] ? ": " : "", c->words);
}

/* --- partition maps -------------------------------------------------------------------------- */

/* The partition maps of @dm into @c, with the names they get where the map is renamed. */
static int take_partitions(struct engine *e, const struct dm_map *dm, struct change *c)
{
	const struct kwval *delim = config_value(e->cfg, KW_partition_delimiter);

	for (unsigned int i = 0; i < e->dm.n; i++) {
		const struct dm_map *part = &e->dm.list[i];
		struct change_part *grown, p = { .err = 0 };

		if (!partmap_number(part, dm->uuid))
			continue;
		grown = realloc(c->parts, (c->n_parts + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		c->parts = grown;
		snprintf(p.from, sizeof(p.from), "%s", part->name);
		if (!c->rename_to[0] ||
		    partmap_renamed(part, dm->name, c->rename_to, delim ? delim->str : NULL, p.to))
			snprintf(p.to, sizeof(p.to), "%s", part->name);
		c->parts[c->n_parts++] = p;
	}
	return 0;
}

/* --- decide and apply ------------------------------------------------------------------------ */

/*
 * The rules of the map have never run to their end (udevd was killed, or had no path to work with):
 * what they start, kpartx among it, is missing. Where udev knows none of the paths either, there is
 * no udevd, and nobody waits for it.
 */
static bool udev_incomplete(struct engine *e, const struct map *m, const struct dm_map *dm)
{
	struct udev_props props = { .n = 0 };
	bool incomplete = false, known = false;
	int r;

	for (unsigned int i = 0; i < m->n_paths; i++)
		known |= m->paths[i]->wwid_source && !strcmp(m->paths[i]->wwid_source, "udev");
	if (!known || !map_usable_paths(m))
		return false;
	r = udb_get(e->host->udb, makedev(dm->major, dm->minor), &props);
	if (r == 0) {
		const char *ready = udev_prop(&props, "MPATH_DEVICE_READY");

		incomplete = !ready || strcmp(ready, "1") != 0;
	}
	udev_props_done(&props);
	return incomplete;
}

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
	if (dm && seen.same_wwid && e->opt.ask_udev)
		seen.udev_incomplete = udev_incomplete(e, m, dm);
	return seen;
}

void apply_decide(struct engine *e, const struct map *m, struct plan *ret)
{
	struct plan_seen seen = look(e, m);

	plan_map(m, &seen, ret);
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

static bool renames(enum map_action a)
{
	return a == ACT_RENAME || a == ACT_RELOAD_RENAME || a == ACT_RESIZE_RENAME ||
	       a == ACT_SWITCHPG_RENAME;
}

static bool loads(enum map_action a)
{
	return a == ACT_CREATE || a == ACT_RELOAD || a == ACT_RESIZE || a == ACT_RELOAD_RENAME ||
	       a == ACT_RESIZE_RENAME;
}

static void take_spec(const struct map *m, struct change *c)
{
	const struct props *p = &m->props;
	struct dm_spec *s = &c->spec;

	snprintf(c->uuid, sizeof(c->uuid), "mpath-%s", m->wwid);
	s->size = m->size;
	s->read_only = m->force_readonly;
	s->set_mode = props_get(p, KW_mode)->val != NULL;
	s->mode = (mode_t)props_num(p, KW_mode, 0);
	s->set_uid = props_get(p, KW_uid)->val != NULL;
	s->uid = (uid_t)props_num(p, KW_uid, 0);
	s->set_gid = props_get(p, KW_gid)->val != NULL;
	s->gid = (gid_t)props_num(p, KW_gid, 0);
	if (props_yes(p, KW_skip_kpartx))
		s->udev_flags |= DM_UF_SKIP_KPARTX;
	if (!map_usable_paths(m))
		s->udev_flags |= DM_UF_NO_PATHS;
}

static int take_locks(const struct map *m, struct change *c)
{
	c->locks = calloc(m->n_paths + 1, sizeof(*c->locks));
	if (!c->locks)
		return -ENOMEM;
	for (unsigned int i = 0; i < m->n_paths; i++) {
		struct pathlock_node *n = &c->locks[c->n_locks++];

		snprintf(n->name, sizeof(n->name), "%s", m->paths[i]->dev.name);
		n->devno = m->paths[i]->dev.devno;
	}
	return 0;
}

static int take_change(struct engine *e, const struct map *m, const struct plan *p,
		       const struct map *seen, struct change *c)
{
	memset(c, 0, sizeof(*c));
	c->action = m->action;
	c->afresh = p->afresh;
	c->switch_to = m->best_group;
	snprintf(c->wwid, sizeof(c->wwid), "%s", m->wwid);
	snprintf(c->name, sizeof(c->name), "%s", seen ? seen->dm.name : p->name);
	take_spec(m, c);
	if (m->params && !(c->params = strdup(m->params)))
		return -ENOMEM;
	if (m->action == ACT_CREATE)
		return take_locks(m, c);
	if (!renames(m->action))
		return 0;
	snprintf(c->rename_to, sizeof(c->rename_to), "%s", p->name);
	return take_partitions(e, &seen->dm, c);
}

enum apply_result apply_plan(struct engine *e, struct map *m, struct change *ret_change)
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
	if (!loads(m->action) && !renames(m->action) && m->action != ACT_SWITCHPG)
		return APPLY_DONE;
	if (take_change(e, m, &p, seen.same_wwid, ret_change)) {
		change_done(ret_change);
		mlog(0, "%s: out of memory", m->alias);
		return APPLY_FAILED;
	}
	if (loads(m->action))
		mlog(m->action == ACT_CREATE ? 2 : 3, "%s: %s [0 %llu multipath %s]",
		     ret_change->name, m->action == ACT_CREATE ? "addmap" : "reload",
		     (unsigned long long)m->size, m->params);
	return APPLY_RUN;
}

static void note_renames(struct engine *e, const struct change *c)
{
	for (unsigned int i = 0; c->renamed && i < c->n_parts; i++) {
		const struct change_part *p = &c->parts[i];

		if (p->err)
			mlog(0, "%s: rename to %s failed: %s", p->from, p->to, strerror(-p->err));
		else
			observe_renamed(e, p->from, p->to);
	}
	if (c->renamed)
		observe_renamed(e, c->name, c->rename_to);
}

enum apply_result apply_finish(struct engine *e, struct map *m, const struct change *c)
{
	if (c->locked) {
		mlog(3, "%s: failed to create map (in use): %s is locked", m->alias, c->object);
		return APPLY_LOCKED;
	}
	if (c->read_only) {
		mlog(3, "%s: a path is write-protected, the map is read-only", m->alias);
		m->force_readonly = true;
	}
	note_renames(e, c);
	if (c->rename_to[0] && !c->renamed)
		snprintf(m->alias, sizeof(m->alias), "%s", c->name);
	if (c->failed)
		complain(c);
	if (c->failed && strcmp(c->failed, "rename")) {
		if (m->action == ACT_CREATE &&
		    state_mark(e->host->state, STATE_FAILED_WWIDS, m->wwid) == 0)
			mlog(2, "%s: mark as failed", m->wwid);
		return c->err == -EBUSY ? APPLY_IN_USE : APPLY_FAILED;
	}
	if (m->action == ACT_CREATE)
		after_create(e, m);
	if (m->action == ACT_SWITCHPG || m->action == ACT_SWITCHPG_RENAME)
		apply_reinstate(e, m);
	return APPLY_DONE;
}

enum apply_result apply_map(struct engine *e, struct map *m)
{
	struct change c;
	enum apply_result r = apply_plan(e, m, &c);

	if (r != APPLY_RUN)
		return r;
	change_run(e->host, &c);
	r = apply_finish(e, m, &c);
	change_done(&c);
	return r;
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

/* Users of the map other than its own partition maps. */
static int users(const struct engine *e, const struct dm_map *dm)
{
	int n = dm->open_count;

	for (unsigned int i = 0; i < e->dm.n; i++)
		if (partmap_number(&e->dm.list[i], dm->uuid))
			n--;
	return n;
}

static bool partitions_in_use(const struct engine *e, const struct dm_map *dm)
{
	for (unsigned int i = 0; i < e->dm.n; i++) {
		const struct dm_map *part = &e->dm.list[i];

		if (!partmap_number(part, dm->uuid) || !part->open_count)
			continue;
		mlog(1, "%s: map in use", part->name);
		return true;
	}
	return false;
}

int apply_plan_flush(struct engine *e, const struct dm_map *dm, bool deferred,
		     struct change *ret_change)
{
	struct change *c = ret_change;

	if (!deferred && users(e, dm) > 0) {
		mlog(1, "%s: map in use", dm->name);
		return -EBUSY;
	}
	if (!deferred && partitions_in_use(e, dm))
		return -EBUSY;
	memset(c, 0, sizeof(*c));
	c->remove = true;
	c->deferred = deferred;
	c->queueing = dm->table && strstr(dm->table, "queue_if_no_path");
	snprintf(c->name, sizeof(c->name), "%s", dm->name);
	if (take_partitions(e, dm, c)) {
		change_done(c);
		return -ENOMEM;
	}
	return 0;
}

int apply_finish_flush(const struct change *c)
{
	if (c->failed)
		complain(c);
	else
		mlog(4, "multipath map %s removed", c->name);
	return c->err;
}

static int flush_tries(const struct engine *e)
{
	return e->opt.remove_retries < 0 ? (int)config_num(e->cfg, KW_remove_retries, 0)
					 : e->opt.remove_retries;
}

int apply_flush(struct engine *e, const struct dm_map *dm)
{
	int tries = flush_tries(e), r;
	struct change c;

	for (;;) {
		r = apply_plan_flush(e, dm, false, &c);
		if (!r) {
			change_run(e->host, &c);
			r = c.err == -EBUSY && tries > 0 ? -EBUSY : apply_finish_flush(&c);
			change_done(&c);
		}
		if (r != -EBUSY || tries-- <= 0)
			return r;
		host_pause(e->host, NSEC_PER_SEC);
	}
}
