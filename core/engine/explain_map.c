/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One map, as it is and as it would be after a reload. The wanted map is made by the same functions
 * that `multipath -r` uses, without force in the plan: what differs, and nothing else, is a change.
 */
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/apply.h"
#include "core/engine/desire.h"
#include "core/engine/explain_parts.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/show.h"
#include "core/engine/show_fields.h"
#include "core/model/dmtext.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

struct pair {
	struct engine *e;
	const char *wwid;
	const struct map *has; /* NULL: there is no such map, or nothing is known of its table */
	const struct dm_map *bare; /* then: the map whose table cannot be read, or NULL */
	struct map *want;	   /* NULL: no map would be made */
	struct plan plan;	   /* where there is @want */
};

/* The kernel's groups are kept aside: wishing for a map gives its paths to the wanted groups. */
static void wish(struct pair *p, bool daemon)
{
	struct engine *e = p->e;
	bool force = e->opt.force_reload;

	e->opt.force_reload = true;
	desire_maps(e, p->wwid);
	e->opt.force_reload = force;
	p->want = e->n_wanted ? e->wanted[e->n_wanted - 1] : NULL;
	if (!p->want)
		return;
	p->want->queueing &= daemon; /* without it, queueing is ended again at once */
	apply_decide(e, p->want, &p->plan);
}

static const char *field(struct engine *e, enum show_kind kind, const struct show_obj *o, char c)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	show_field(kind, c)->text(o, &text);
	return arena_strdup(e->topo->arena, sb_str(&text));
}

static void say_map(const struct pair *p, struct explain *x)
{
	struct engine *e = p->e;
	const struct map *m = p->has ? p->has : p->want;
	const struct dm_map *dm = p->has ? &p->has->dm : p->bare;
	struct explain_section *at = explain_section(x, "map", "What it is");
	const struct show_obj o = { .map = m };

	explain_add(e, at, "wwid", NULL, "%s", p->wwid);
	if (dm)
		explain_add(e, at, "device", NULL, "dm-%u", dm->minor);
	else
		explain_add(e, at, "device", NULL, "none yet");
	if (m) {
		explain_add(e, at, "hardware", NULL, "%s", field(e, SHOW_MAP, &o, 's'));
		explain_add(e, at, "size", NULL, "%s", field(e, SHOW_MAP, &o, 'S'));
	}
	if (!dm)
		return;
	explain_add(e, at, "access", NULL, "%s%s", dm->read_only ? "ro" : "rw",
		    dm->suspended ? ", suspended" : "");
}

/* --- its name -------------------------------------------------------------------------------- */

static void say_name(const struct pair *p, struct explain *x, const struct explain_ask *ask)
{
	struct engine *e = p->e;
	struct arena *a = e->topo->arena;
	struct explain_section *at = explain_section(x, "name", "Why it is called so");
	const struct prop *alias = props_get(&p->want->props, KW_alias);
	const struct prop *friendly = props_get(&p->want->props, KW_user_friendly_names);
	const char *bound = bindings_alias(e->bindings, p->wwid);
	bool uses_binding = !alias->val && props_yes(&p->want->props, KW_user_friendly_names);

	explain_add(e, at, "name",
		    alias->val	   ? explain_origin(a, alias)
		    : uses_binding ? explain_state_file(e, STATE_BINDINGS)
				   : "its WWID",
		    "%s", p->want->alias);
	explain_add(e, at, "alias", alias->val ? explain_origin(a, alias) : NULL, "%s",
		    alias->val ? alias->val->str : "multipath.conf gives none");
	explain_add(e, at, "user_friendly_names", explain_origin(a, friendly), "%s",
		    explain_value(e, KW_user_friendly_names, friendly->val));
	explain_add(e, at, "binding", explain_state_file(e, STATE_BINDINGS), "%s",
		    bound ? bound : "none");
	if (ask->initramfs_bindings && bound) {
		const char *line = strstr(ask->initramfs_bindings, p->wwid);

		explain_add(e, at, "initramfs", NULL, "%s",
			    line ? "has a binding of this WWID" : "has no binding of this WWID");
	}
	if (p->has && strcmp(p->has->alias, p->want->alias))
		explain_add(e, at, "now", NULL, "%s: a reload would rename it", p->has->alias);
}

/* --- its groups ------------------------------------------------------------------------------ */

static void say_group(struct engine *e, struct explain_section *at, const struct pathgroup *g,
		      unsigned int nr)
{
	const struct show_obj o = { .group = g };
	char key[32];

	snprintf(key, sizeof(key), "group %u", nr);
	explain_add(e, at, key, NULL, "prio %d, %s, %u path%s", g->prio,
		    field(e, SHOW_GROUP, &o, 't'), g->n, g->n == 1 ? "" : "s");
	for (unsigned int i = 0; i < g->n; i++) {
		const struct path *path = g->paths[i];
		const struct show_obj po = { .path = path };

		explain_add(e, at, path->dev.name[0] ? path->dev.name : "?",
			    path->prio_chosen ? explain_origin(e->topo->arena,
							       props_get(&path->props, KW_prio))
					      : NULL,
			    "prio %s by %s, checker %s, dm %s", field(e, SHOW_PATH, &po, 'p'),
			    props_str(&path->props, KW_prio) ? props_str(&path->props, KW_prio)
							     : "none",
			    path_state_shown(path->state), field(e, SHOW_PATH, &po, 't'));
	}
}

static void say_groups(const struct pair *p, struct explain *x)
{
	struct engine *e = p->e;
	struct explain_section *at = explain_section(x, "grouping", "Why it is grouped so");
	const struct prop *policy = props_get(&p->want->props, KW_path_grouping_policy);
	const struct map *m = p->has ? p->has : p->want;

	explain_add(e, at, "path_grouping_policy", explain_origin(e->topo->arena, policy), "%s",
		    explain_value(e, KW_path_grouping_policy, policy->val));
	for (unsigned int g = 0; g < m->n_groups; g++)
		say_group(e, at, &m->groups[g], g + 1);
	if (p->has && p->has->best_group)
		explain_add(e, at, "best group", NULL, "%u", p->has->best_group);
	if (p->has && p->has->next_group)
		explain_add(e, at, "used next", "kernel", "%u", p->has->next_group);
}

/* --- queueing -------------------------------------------------------------------------------- */

static void say_queueing(const struct pair *p, struct explain *x, const struct gathered *g)
{
	struct engine *e = p->e;
	struct explain_section *at = explain_section(x, "queueing", "Why it queues so");
	const struct prop *retry = props_get(&p->want->props, KW_no_path_retry);
	bool on = p->has &&
		  feature_has(p->has->features ? p->has->features : "0", "queue_if_no_path");

	explain_add(e, at, "no_path_retry", explain_origin(e->topo->arena, retry), "%s",
		    explain_value(e, KW_no_path_retry, retry->val));
	if (p->has)
		explain_add(e, at, "now", "kernel", "%s",
			    on ? "I/O without a path waits" : "I/O without a path fails");
	explain_add(e, at, "multipathd", NULL, "%s%s", daemon_state_word(g->daemon),
		    g->daemon == DAEMON_ABSENT && on ? ": nobody would end the waiting" : "");
}

/* --- what a reload would change -------------------------------------------------------------- */

static const char *change_word(enum map_action a)
{
	switch (a) {
	case ACT_NOTHING:
	case ACT_NONE:
		return "nothing";
	case ACT_RESIZE:
		return "resize it";
	case ACT_RELOAD_RENAME:
		return "reload and rename it";
	case ACT_RESIZE_RENAME:
		return "resize and rename it";
	case ACT_SWITCHPG_RENAME:
		return "switch its group and rename it";
	case ACT_SWITCHPG:
		return "switch its group";
	case ACT_IMPOSSIBLE:
		return "nothing: it cannot be";
	default:
		return map_action_word(a);
	}
}

static void say_tables(const struct pair *p, struct explain_section *at)
{
	if (p->has && p->has->dm.table)
		explain_add(p->e, at, "table now", "kernel", "%s", p->has->dm.table);
	if (p->want->params)
		explain_add(p->e, at, "table wanted", NULL, "%s", p->want->params);
}

static void say_reload(const struct pair *p, struct explain *x)
{
	struct engine *e = p->e;
	struct explain_section *at = explain_section(x, "reload", "What a reload would change");

	if (p->bare) {
		explain_add(e, at, "change", NULL, "not known: its table cannot be read");
		say_tables(p, at);
		return;
	}
	if (p->want->action == ACT_REJECT) {
		explain_add(e, at, "change", NULL, "none: its paths differ in size");
		return;
	}
	explain_add(e, at, "change", NULL, "%s", change_word(p->plan.action));
	explain_add(e, at, "why", NULL, "%s", p->plan.reason ? p->plan.reason : "all is as wanted");
	if (p->has) {
		const char *why[8];
		unsigned int n = plan_differences(p->want, p->has, why, 8);

		for (unsigned int i = 0; i < n; i++)
			if (!p->plan.reason || strcmp(why[i], p->plan.reason))
				explain_add(e, at, "also", NULL, "%s", why[i]);
	}
	say_tables(p, at);
}

static const char *verdict(const struct pair *p, const char *name)
{
	struct arena *a = p->e->topo->arena;

	if (p->bare)
		return arena_printf(a,
				    "%s is a map; whether it is as it should be is not known: its "
				    "table cannot be read",
				    name);
	if (!p->want)
		return arena_printf(
			a, "%s: no map would be made: every path of its WWID is left out", name);
	if (!p->has)
		return arena_printf(a, "%s is no map yet: multipath would %s it", name,
				    change_word(p->plan.action));
	if (p->plan.action == ACT_NOTHING)
		return arena_printf(a, "%s is as it should be", name);
	return arena_printf(a, "%s is not as it should be: a reload would %s (%s)", name,
			    change_word(p->plan.action), p->plan.reason);
}

const struct explain *explain_map(struct engine *e, const char *wwid, const struct explain_ask *ask,
				  const struct gathered *g)
{
	struct pair p = { .e = e, .wwid = wwid, .has = topology_map(e->topo, wwid) };
	struct prop_layers l;
	struct explain *x;

	if (!p.has)
		p.bare = observe_by_wwid(e, wwid);
	x = explain_new(e, "map", p.has ? p.has->alias : p.bare ? p.bare->name : wwid, g);
	wish(&p, g->daemon == DAEMON_RUNS);
	x->verdict = verdict(&p, x->name);
	say_map(&p, x);
	if (!p.want)
		return x;
	say_name(&p, x, ask);
	say_groups(&p, x);
	say_queueing(&p, x, g);
	say_reload(&p, x);
	l = desire_layers(e, p.want);
	explain_settings(e, x, &p.want->props, &l, true, ask->losers);
	return x;
}
