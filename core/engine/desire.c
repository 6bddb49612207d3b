/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths are taken in discovery order; the first of a WWID brings its map into being and the others
 * join it. Settings that depend on all members (handler, policy, size) are decided when the map is
 * whole. Nothing here changes the host, but for a new line in the bindings file.
 */
#include "core/engine/desire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/discover.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/model/dmtext.h"
#include "core/model/pgpolicy.h"
#include "core/model/vpd.h"
#include "parser/arena.h"
#include "parser/kwtype.h"
#include "parser/strbuf.h"

/* --- which paths ----------------------------------------------------------------------------- */

struct ranked {
	struct path *path;
	unsigned int at;
};

static int by_wwid(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int d = strcmp(x->path->wwid, y->path->wwid);

	return d ? d : (x->at > y->at) - (x->at < y->at);
}

/* Thousands of LUNs: who shares a WWID must not be a search through all paths for each. */
static void sort_paths(struct engine *e)
{
	unsigned int n = e->topo->n_paths;
	struct ranked *list;

	if (e->n_by_wwid == n)
		return;
	list = arena_alloc(e->work->arena, (n + 1) * sizeof(*list));
	e->by_wwid = arena_alloc(e->work->arena, (n + 1) * sizeof(*e->by_wwid));
	for (unsigned int i = 0; i < n; i++)
		list[i] = (struct ranked){ e->topo->paths[i], i };
	qsort(list, n, sizeof(*list), by_wwid);
	for (unsigned int i = 0; i < n; i++)
		e->by_wwid[i] = list[i].path;
	e->n_by_wwid = n;
}

/* The paths of @wwid, in discovery order: their number, and the first in *ret_first. */
static unsigned int paths_of(struct engine *e, const char *wwid, struct path *const **ret_first)
{
	unsigned int lo = 0, hi, n = 0;

	sort_paths(e);
	hi = e->n_by_wwid;
	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (strcmp(e->by_wwid[mid]->wwid, wwid) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo + n < e->n_by_wwid && !strcmp(e->by_wwid[lo + n]->wwid, wwid))
		n++;
	*ret_first = e->by_wwid + lo;
	return n;
}

static bool shares_wwid(struct engine *e, const struct path *p)
{
	struct path *const *first;

	return paths_of(e, p->wwid, &first) > 1;
}

enum desire_rule desire_rule(struct engine *e, const struct path *p)
{
	if (e->find_multipaths == VW_off || e->find_multipaths == VW_greedy)
		return DESIRE_ALL;
	if (names_wwid_known(e, p->wwid))
		return DESIRE_WWIDS;
	if (observe_by_wwid(e, p->wwid))
		return DESIRE_MAP;
	if (e->find_multipaths == VW_strict)
		return DESIRE_STRICT;
	return shares_wwid(e, p) ? DESIRE_SEVERAL : DESIRE_ALONE;
}

bool desire_rule_yes(enum desire_rule r)
{
	return r == DESIRE_ALL || r == DESIRE_WWIDS || r == DESIRE_MAP || r == DESIRE_SEVERAL;
}

bool desire_multipath(struct engine *e, const struct path *p)
{
	enum desire_rule r = desire_rule(e, p);
	const char *wwid = p->wwid, *name = p->dev.name;

	switch (r) {
	case DESIRE_ALL:
		break;
	case DESIRE_WWIDS:
		mlog(3, "found wwid %s in wwids file, multipathing %s", wwid, name);
		break;
	case DESIRE_MAP:
		mlog(3, "wwid %s is already multipathed, keeping %s", wwid, name);
		break;
	case DESIRE_STRICT:
		mlog(3, "%s: wwid not in wwids file, skipping path", name);
		break;
	case DESIRE_SEVERAL:
		mlog(3, "found multiple paths with wwid %s, multipathing %s", wwid, name);
		break;
	case DESIRE_ALONE:
		mlog(3, "wwid %s not in wwids file, skipping %s", wwid, name);
		break;
	}
	return desire_rule_yes(r);
}

/* --- settings -------------------------------------------------------------------------------- */

static void log_prop(const struct map *m, const struct props *p, enum kw_id kw)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	if (!log_shows(3))
		return;
	if (props_get(p, kw)->val)
		kw_get(kw)->type->print(props_get(p, kw)->val, &text);
	else
		sb_add(&text, "undef");
	mlog(3, "%s: %s = %s %s", m->alias, kw_get(kw)->name, sb_str(&text),
	     origin_text(props_get(p, kw)->val ? props_get(p, kw)->origin : ORIGIN_INTERNAL));
}

static bool alua_prio_used(const struct path *p)
{
	const char *prio = props_str(&p->props, KW_prio);

	return prio && (!strcmp(prio, "alua") || !strcmp(prio, "sysfs"));
}

static bool all_alua(const struct map *m)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->n_paths; i++) {
		if (!m->paths[i]->prio_chosen)
			continue;
		if (!alua_prio_used(m->paths[i]))
			return false;
		n++;
	}
	return n > 0;
}

/* What was found out overrules what was set, and says so: explain shows it. */
static void put_decided(struct engine *e, struct map *m, enum kw_id kw, struct kwval val,
			enum origin origin)
{
	const struct prop *p = props_get(&m->props, kw);
	struct kwval *kept;

	if (p->set && p->origin == origin)
		return;
	kept = arena_alloc(e->work->arena, sizeof(*kept));
	*kept = val;
	props_put(&m->props, kw, kept, origin);
}

static enum vocab_word choose_policy(struct engine *e, struct map *m)
{
	enum vocab_word policy = props_word(&m->props, KW_path_grouping_policy);
	enum origin origin = props_get(&m->props, KW_path_grouping_policy)->origin;

	if (e->opt.pgpolicy != VW_NONE) {
		policy = e->opt.pgpolicy;
		origin = ORIGIN_CMDLINE;
	} else if (props_yes(&m->props, KW_detect_pgpolicy) && all_alua(m)) {
		policy = props_yes(&m->props, KW_detect_pgpolicy_use_tpg) ? VW_group_by_tpg
									  : VW_group_by_prio;
		origin = ORIGIN_AUTODETECT;
	}
	if (policy == VW_group_by_tpg && !all_alua(m)) {
		policy = VW_failover;
		origin = ORIGIN_NOT_ALL_ALUA;
		mlog(1, "%s: path_grouping_policy = %s %s", m->alias, vocab_text(policy),
		     origin_text(origin));
	}
	mlog(3, "%s: path_grouping_policy = %s %s", m->alias, vocab_text(policy),
	     origin_text(origin));
	put_decided(e, m, KW_path_grouping_policy, (struct kwval){ .word = policy }, origin);
	return policy;
}

/* The handler that the kernel has attached to a path, as table text; NULL: none. */
static const char *attached_handler(struct engine *e, const struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++) {
		const char *dh = m->paths[i]->dev.dh_state;

		if (*dh && strcmp(dh, "detached"))
			return arena_printf(e->work->arena, "1 %s", dh);
	}
	return NULL;
}

static bool all_tpgs(const struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++) {
		const struct bytes *inq = &m->paths[i]->dev.inquiry;

		if (inquiry_tpgs(inq->data, inq->len) <= 0)
			return false;
	}
	return m->n_paths > 0;
}

static void choose_handler(struct engine *e, struct map *m)
{
	const char *set = props_str(&m->props, KW_hardware_handler);
	const char *kept = attached_handler(e, m);
	enum origin origin = props_get(&m->props, KW_hardware_handler)->origin;

	if (kept && props_yes(&m->props, KW_retain_attached_hw_handler)) {
		m->hwhandler = kept;
		origin = ORIGIN_KERNEL;
	} else if (set && strcmp(set, "0")) {
		m->hwhandler = set;
		if (!strcmp(set, "1 alua") && !all_tpgs(m)) {
			m->hwhandler = "0";
			origin = ORIGIN_TPGS;
		}
	} else {
		m->hwhandler = all_tpgs(m) ? "1 alua" : "0";
		origin = all_tpgs(m) ? ORIGIN_TPGS : ORIGIN_INTERNAL;
	}
	if (m->queue_bio)
		m->hwhandler = "0"; /* bio-based maps cannot have one: the kernel refuses it */
	put_decided(e, m, KW_hardware_handler,
		    (struct kwval){ .word = VW_STRING, .str = m->hwhandler }, origin);
	mlog(3, "%s: hardware_handler = \"%s\" %s", m->alias, m->hwhandler, origin_text(origin));
}

static const struct kwval queue_forever = { .word = VW_queue };

/* queue_if_no_path as a feature is an old way to say no_path_retry queue. */
static const char *translate_features(struct engine *e, struct map *m, const char *features)
{
	enum vocab_word retry = props_word(&m->props, KW_no_path_retry);

	if (feature_has(features, "queue_if_no_path")) {
		mlog(0,
		     "%s: option 'features \"1 queue_if_no_path\"' is deprecated, please use "
		     "'no_path_retry queue' instead",
		     m->alias);
		if (retry == VW_NONE)
			props_put(&m->props, KW_no_path_retry, &queue_forever,
				  props_get(&m->props, KW_features)->origin);
		else if (retry == VW_fail)
			mlog(2,
			     "%s: ignoring feature 'queue_if_no_path' because no_path_retry is set "
			     "to 'fail'",
			     m->alias);
		features = feature_remove(e->work->arena, features, "queue_if_no_path");
	}
	if (feature_has(features, "retain_attached_hw_handler")) {
		mlog(0, "%s: option 'features \"1 retain_attached_hw_handler\"' is deprecated",
		     m->alias);
		features = feature_remove(e->work->arena, features, "retain_attached_hw_handler");
	}
	return features;
}

static bool needs_bio(const struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++)
		if (m->paths[i]->dev.protocol == PROTO_NVME_TCP)
			return true;
	return false;
}

static bool queues(const struct map *m)
{
	const struct kwval *v = props_get(&m->props, KW_no_path_retry)->val;

	return v && (v->word == VW_queue || (v->word == VW_NUMBER && v->num > 0));
}

static void choose_features(struct engine *e, struct map *m)
{
	const char *f = props_str(&m->props, KW_features);

	f = translate_features(e, m, f ? f : "0");
	if (needs_bio(m) && !strstr(f, "queue_mode"))
		f = feature_add(e->work->arena, f, "queue_mode bio");
	m->queue_bio = features_bio(f);
	mlog(3, "%s: features = \"%s\" %s", m->alias, f,
	     origin_text(props_get(&m->props, KW_features)->origin));
	log_prop(m, &m->props, KW_no_path_retry);
	m->queueing = queues(m) && (e->opt.allow_queueing || e->opt.daemon_runs || e->opt.dry_run);
	m->features = m->queueing ? feature_add(e->work->arena, f, "queue_if_no_path") : f;
}

/* The table always queues where the configuration does, so that a reload loses no I/O; without a
 * daemon that could end it, queueing is switched off again once the map is there. */
static void print_table(struct engine *e, struct map *m)
{
	__attribute__((cleanup(sb_done))) struct strbuf params = STRBUF_INIT;
	const char *own = m->features;

	if (queues(m) && !m->queueing)
		m->features = feature_add(e->work->arena, own, "queue_if_no_path");
	dm_table_print(m, &params);
	m->features = own;
	m->params = arena_strdup(e->work->arena, sb_str(&params));
}

void desire_settings(struct engine *e, struct map *m)
{
	static const enum kw_id logged[] = {
		KW_failback,	KW_rr_weight,	      KW_deferred_remove, KW_skip_kpartx,
		KW_ghost_delay, KW_flush_on_last_del, KW_max_sectors_kb,
	};
	enum vocab_word policy = choose_policy(e, m);
	const struct kwval *marginal = config_value(e->cfg, KW_marginal_pathgroups);

	m->selector = props_str(&m->props, KW_path_selector);
	log_prop(m, &m->props, KW_path_selector);
	choose_features(e, m);
	choose_handler(e, m);
	for (size_t i = 0; i < sizeof(logged) / sizeof(logged[0]); i++)
		log_prop(m, &m->props, logged[i]);
	pg_build(e->work, m, policy, marginal && marginal->word != VW_off, m->selector);
	print_table(e, m);
}

/* --- whole maps ------------------------------------------------------------------------------ */

struct name_ctx {
	const struct engine *e;
	const char *wwid;
};

static bool name_taken(void *ctx, const char *alias)
{
	const struct name_ctx *c = ctx;
	const struct dm_map *dm = observe_named(c->e, alias);
	const char *has = dm ? observe_wwid(dm) : NULL;

	return dm && (!has || strcmp(has, c->wwid));
}

static void name_map(struct engine *e, struct map *m)
{
	struct name_ctx ctx = { e, m->wwid };
	const struct dm_map *dm = observe_by_wwid(e, m->wwid);

	names_choose(e, m, dm ? dm->name : NULL, name_taken, &ctx);
}

struct prop_layers desire_layers(struct engine *e, const struct map *m)
{
	static const struct blkdev nothing;
	const struct blkdev *d = m->n_paths ? &m->paths[0]->dev : &nothing;

	return (struct prop_layers){
		.cfg = e->cfg,
		.multipath = config_multipath(e->cfg, m->wwid),
		.devices = rowmatch_find(e->rows, d->vendor, d->product, d->rev),
	};
}

void desire_properties(struct engine *e, struct map *m)
{
	struct prop_layers l = desire_layers(e, m);

	props_map(&m->props, &l);
}

static struct map *new_wanted(struct engine *e, const struct path *first)
{
	struct map *m = arena_alloc(e->work->arena, sizeof(*m));

	m->props.scope = SCOPE_MAP;
	memcpy(m->wwid, first->wwid, sizeof(m->wwid));
	e->wanted = arena_grow(e->work->arena, e->wanted, e->n_wanted, &e->cap_wanted,
			       sizeof(*e->wanted));
	e->wanted[e->n_wanted++] = m;
	return m;
}

/* The kernel takes no path into a table that it holds offline, unless the map has it already. A member
 * that has been blacklisted leaves its map with the daemon's next look at it; a map whose members all
 * are is left alone. */
static bool joins(const struct engine *e, struct path *p)
{
	if (p->blocked && e->opt.is_daemon)
		return false;
	if (p->state == PATH_REMOVED || p->duty.gone || p->duty.wwid_changed)
		return false;
	if (p->sysfs_state != PATH_DOWN || p->in_table)
		return true;
	if (!p->add_when_online)
		mlog(3, "%s: path is offline, not added to a map until it is online", p->dev.name);
	p->add_when_online = true;
	return false;
}

static void take_paths(struct engine *e, struct map *m)
{
	struct path *const *first;
	unsigned int n = paths_of(e, m->wwid, &first);

	for (unsigned int i = 0; i < n; i++) {
		struct path *p = first[i];

		if (!joins(e, p))
			continue;
		if (!m->size)
			m->size = p->dev.size;
		if (p->dev.size && p->dev.size != m->size) {
			if (e->opt.is_daemon && !p->in_table) {
				mlog(0, "%s: failed to add new path %s, device size mismatch",
				     m->wwid, p->dev.name);
				continue; /* the map lives on with the paths it has */
			}
			mlog(0, "%s: size %llu, expected %llu. Discard", p->dev.name,
			     (unsigned long long)p->dev.size, (unsigned long long)m->size);
			m->action = ACT_REJECT;
			continue;
		}
		map_add_path(e->work, m, p);
	}
}

static void desire_one(struct engine *e, const struct path *first)
{
	struct map *m = new_wanted(e, first);

	take_paths(e, m);
	desire_properties(e, m);
	name_map(e, m);
	desire_settings(e, m);
}

/* The first path of a WWID speaks for its map; of a map that exists, only one that it lacks does:
 * without -r, a map that has all its paths is left as it is, whatever the configuration says now. */
static bool speaks(struct engine *e, const struct path *p)
{
	struct path *const *first;

	for (unsigned int n = paths_of(e, p->wwid, &first); n > 0; n--, first++)
		if (joins(e, *first) &&
		    (e->opt.force_reload || e->opt.is_daemon || !(*first)->in_table))
			return *first == p;
	return false;
}

void desire_some(struct engine *e, bool (*in)(void *ctx, const struct path *first), void *ctx)
{
	e->n_by_wwid = 0; /* names may have come in since the last look */
	for (unsigned int i = 0; i < e->topo->n_paths; i++) {
		struct path *p = e->topo->paths[i];

		if (!p->wwid[0] || !speaks(e, p) || discover_wwid_blocked(e, p))
			continue;
		if (in(ctx, p))
			desire_one(e, p);
	}
}

struct scope {
	struct engine *e;
	const char *wwid;
};

static bool in_scope(void *ctx, const struct path *p)
{
	struct scope *s = ctx;

	return s->wwid ? !strcmp(s->wwid, p->wwid) : desire_multipath(s->e, p);
}

void desire_maps(struct engine *e, const char *wwid)
{
	struct scope s = { e, wwid };

	desire_some(e, in_scope, &s);
}
