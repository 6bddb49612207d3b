/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all explanations share: looking, finding what a name means, items, origins and settings. */
#include "core/engine/explain_parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/desire.h"
#include "core/engine/discover.h"
#include "core/engine/facts.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/survey.h"
#include "parser/arena.h"
#include "parser/kwtype.h"
#include "parser/strbuf.h"

#define RIVALS_MAX 16

/* --- looking --------------------------------------------------------------------------------- */

static void note_unseen(struct engine *e, struct gathered *g, const char *what, int err)
{
	if (g->n_unseen < GATHER_UNSEEN_MAX)
		g->unseen[g->n_unseen++] =
			arena_printf(e->topo->arena, "%s: %s", what, strerror(-err));
}

static void ask_paths(struct engine *e, const char *wwid)
{
	struct path **list = calloc(e->topo->n_paths + 1, sizeof(*list));
	unsigned int n = 0;

	for (unsigned int i = 0; list && i < e->topo->n_paths; i++)
		if (!strcmp(e->topo->paths[i]->wwid, wwid))
			list[n++] = e->topo->paths[i];
	if (n)
		survey_paths(e, list, n, SURVEY_ALL);
	free(list);
}

static bool knows(const struct engine *e, const char *wwid)
{
	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		if (!strcmp(e->topo->paths[i]->wwid, wwid))
			return true;
	return observe_by_wwid(e, wwid) != NULL;
}

int explain_look(struct engine *e, struct gathered *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->daemon = gather_daemon(e);
	r = names_load(e);
	if (r) {
		names_go_without(e);
		note_unseen(e, ret, "bindings and wwids", r);
	}
	r = discover_all(e);
	if (r)
		return r;
	discover_identify_all(e);
	r = e->host->dmb->ops->version(e->host->dmb, e->dm_version, e->mpath_version);
	if (!r)
		r = observe_read(e);
	if (r) {
		note_unseen(e, ret, "device-mapper", r);
		ret->source = GATHER_SYSFS;
		observe_read_sysfs(e);
	}
	observe_members(e, NULL);
	return 0;
}

void explain_survey(struct engine *e, const char *device, const char *wwid)
{
	const struct path *p = device ? topology_path_named(e->topo, device) : NULL;

	if (p && p->wwid[0])
		wwid = p->wwid;
	if (wwid)
		ask_paths(e, wwid);
	observe_maps(e, NULL);
}

/* --- what a name means ----------------------------------------------------------------------- */

static int device_by_number(struct engine *e, dev_t devno, const char **ret_device)
{
	char name[64];

	if (facts_name(e->host, devno, name, sizeof(name)))
		return -ENOENT;
	*ret_device = arena_strdup(e->topo->arena, name);
	return 0;
}

/* A multipath map's own dm device stands for the map. */
static int device_or_map(struct engine *e, const char *device, const char **ret_device,
			 const char **ret_wwid)
{
	char uuid[DM_UUID_MAX];

	if (fstree_text(e->host->sys, uuid, sizeof(uuid), "class/block/%s/dm/uuid", device) > 0 &&
	    !strncmp(uuid, "mpath-", 6) && uuid[6])
		*ret_wwid = arena_strdup(e->topo->arena, uuid + 6);
	else
		*ret_device = device;
	return 0;
}

int explain_find(struct engine *e, const char *name, const char **ret_device, const char **ret_wwid)
{
	const struct dm_map *dm = observe_named(e, name);
	const char *device = NULL, *wwid;
	unsigned int maj, min;
	dev_t devno;
	int end = 0;

	*ret_device = *ret_wwid = NULL;
	if (dm && !strncmp(dm->uuid, "mpath-", 6)) {
		*ret_wwid = dm->uuid + 6;
		return 0;
	}
	if (strchr(name, '/') && !host_node(e->host, name, &devno))
		device_by_number(e, devno, &device);
	else if (sscanf(name, "%u:%u%n", &maj, &min, &end) == 2 && !name[end])
		device_by_number(e, makedev(maj, min), &device);
	else if (!strchr(name, '/') && *name && *name != '.' &&
		 fstree_exists(e->host->sys, "class/block/%s", name))
		device = name;
	if (device)
		return device_or_map(e, device, ret_device, ret_wwid);
	wwid = knows(e, name) ? name : names_wwid_of(e, name);
	if (!wwid || !knows(e, wwid))
		return -ENOENT;
	*ret_wwid = wwid;
	return 0;
}

/* --- building -------------------------------------------------------------------------------- */

struct explain *explain_new(struct engine *e, const char *kind, const char *name,
			    const struct gathered *g)
{
	struct explain *x = arena_alloc(e->topo->arena, sizeof(*x));

	x->kind = kind;
	x->name = name;
	x->n_unseen = g->n_unseen;
	memcpy(x->unseen, g->unseen, sizeof(x->unseen));
	return x;
}

struct explain_section *explain_section(struct explain *x, const char *id, const char *title)
{
	struct explain_section *s = &x->section[x->n++];

	s->id = id;
	s->title = title;
	return s;
}

struct explain_item *explain_add(struct engine *e, struct explain_section *s, const char *key,
				 const char *origin, const char *fmt, ...)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	struct arena *a = e->topo->arena;
	struct explain_item *item;
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&text, fmt, ap);
	va_end(ap);
	s->item = arena_grow(a, s->item, s->n, &s->cap, sizeof(*s->item));
	item = &s->item[s->n++];
	*item = (struct explain_item){ .key = arena_strdup(a, key),
				       .value = arena_strdup(a, sb_str(&text)),
				       .origin = origin ? arena_strdup(a, origin) : NULL };
	return item;
}

/* --- origins --------------------------------------------------------------------------------- */

const char *explain_place(struct arena *a, struct srcloc loc)
{
	if (!loc.file)
		return NULL;
	return arena_printf(a, "%s:%u", srcfile_name(loc.file), srcloc_start(loc).line);
}

static const char *section_of(enum layer_kind k)
{
	static const char *const words[LAYER__MAX] = {
		[LAYER_DEFAULTS] = "defaults",	  [LAYER_DEVICE] = "devices",
		[LAYER_OVERRIDES] = "overrides",  [LAYER_PROTOCOL] = "overrides/protocol",
		[LAYER_MULTIPATH] = "multipaths",
	};

	return words[k] ? words[k] : "built-in";
}

static const char *row_name(struct arena *a, const struct layer *l)
{
	const char *vendor = layer_str(l, KW_vendor), *product = layer_str(l, KW_product);

	return arena_printf(a, "built-in row %s %s", vendor ? vendor : ".*",
			    product ? product : ".*");
}

/* Values found out have no setting; multipath-tools' words for them, without "(setting: ". */
static const char *found_out(struct arena *a, enum origin o)
{
	const char *text = origin_text(o), *colon = strchr(text, ':');

	if (o == ORIGIN_INTERNAL || o == ORIGIN_NONE)
		return "default";
	return colon ? arena_strndup(a, colon + 2, strlen(colon + 2) - 1) : text;
}

const char *explain_origin(struct arena *a, const struct prop *p)
{
	const struct setting *s = p->set;
	const char *place = s ? explain_place(a, s->loc) : NULL;

	if (!s)
		return found_out(a, p->origin);
	if (place)
		return arena_printf(a, "%s (%s)", place,
				    section_of(s->layer ? s->layer->kind : LAYER_DEFAULTS));
	if (s->layer && s->layer->kind == LAYER_BUILTIN_DEV)
		return row_name(a, s->layer);
	return "default";
}

const char *explain_state_file(const struct engine *e, enum state_file f)
{
	const char *path = state_path(e->host->state, f);
	size_t n = strlen(e->host->root);

	return strncmp(path, e->host->root, n) ? path : path + n;
}

/* --- settings -------------------------------------------------------------------------------- */

const char *explain_value(struct engine *e, enum kw_id kw, const struct kwval *v)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	if (!v)
		return "(unset)";
	kw_print(kw, v, &text);
	/* quotes around a single word say nothing here */
	if (text.len > 2 && text.buf[0] == '"' && !strpbrk(text.buf, " \t"))
		return arena_strndup(e->topo->arena, text.buf + 1, text.len - 2);
	return arena_strdup(e->topo->arena, sb_str(&text));
}

static bool same_setting(const struct prop *a, const struct prop *b)
{
	return a->set && a->set == b->set;
}

static void add_losers(struct engine *e, struct explain_item *item, enum kw_id kw,
		       const struct prop *now, const struct prop_layers *l)
{
	struct prop rival[RIVALS_MAX];
	unsigned int n = props_rivals(l, kw, rival, RIVALS_MAX);
	struct explain_item *list = arena_alloc(e->topo->arena, (n + 1) * sizeof(*list));

	item->losers = list;
	for (unsigned int i = 0; i < n; i++) {
		if (same_setting(&rival[i], now))
			continue;
		list[item->n_losers++] = (struct explain_item){
			.key = item->key,
			.value = explain_value(e, kw, rival[i].val),
			.origin = explain_origin(e->topo->arena, &rival[i]),
		};
	}
}

void explain_settings(struct engine *e, struct explain *x, const struct props *now,
		      const struct prop_layers *l, bool of_map, bool losers)
{
	struct explain_section *s =
		explain_section(x, of_map ? "map_settings" : "path_settings",
				of_map ? "Settings of the map" : "Settings of the path");

	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		const struct prop *p = props_get(now, kw);
		struct explain_item *item;

		if (!props_in_scope(kw, of_map) || !p->val)
			continue;
		item = explain_add(e, s, kw_get(kw)->name, explain_origin(e->topo->arena, p), "%s",
				   explain_value(e, kw, p->val));
		if (losers)
			add_losers(e, item, kw, p, l);
	}
}
