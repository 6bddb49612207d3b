/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One table (props.def) says for every keyword whose scope it has and in which order the layers
 * are asked; one function walks it. The winning setting is kept with its layer, so that the origin
 * (a log line, explain's file and line) never has to be worked out again.
 */
#include "core/model/props.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"

const char *origin_text(enum origin o)
{
	static const char *const text[] = {
#define X(id, t) [ORIGIN_##id] = t,
		ORIGINS(X)
#undef X
	};
	return text[o];
}

/* --- matching rows of the device table ------------------------------------------------------- */

struct rowre {
	regex_t re;
	enum { RE_NEW, RE_ABSENT, RE_LITERAL, RE_READY, RE_BAD } state;
};

struct rowhit {
	struct rowhit *next;
	const char *vendor, *product, *revision;
	const struct layer **rows;
};

struct rowmatch {
	const struct config *cfg;
	struct arena *arena;
	struct rowre (*re)[3]; /* vendor, product, revision of each row */
	struct rowhit *hits;
};

static const enum kw_id row_keys[3] = { KW_vendor, KW_product, KW_revision };

struct rowmatch *rowmatch_new(const struct config *cfg)
{
	struct arena *a = arena_new();
	struct rowmatch *r = arena_alloc(a, sizeof(*r));

	r->cfg = cfg;
	r->arena = a;
	r->re = arena_alloc(a, (cfg->devices.n + 1) * sizeof(*r->re));
	return r;
}

void rowmatch_free(struct rowmatch *r)
{
	if (!r)
		return;
	for (unsigned int i = 0; i < r->cfg->devices.n; i++)
		for (unsigned int k = 0; k < 3; k++)
			if (r->re[i][k].state == RE_READY)
				regfree(&r->re[i][k].re);
	arena_free(r->arena);
}

/* Most rows name a vendor literally: a substring search says the same as the regex, far cheaper. */
static void rowre_prepare(struct rowre *re, const char *pattern)
{
	if (!pattern)
		re->state = RE_ABSENT;
	else if (!strpbrk(pattern, ".[]{}()\\*+?|^$"))
		re->state = RE_LITERAL;
	else if (regcomp(&re->re, pattern, REG_EXTENDED | REG_NOSUB))
		re->state = RE_BAD;
	else
		re->state = RE_READY;
}

static bool rowre_match(struct rowre *re, const char *pattern, const char *text)
{
	if (re->state == RE_NEW)
		rowre_prepare(re, pattern);
	switch (re->state) {
	case RE_ABSENT:
		return true;
	case RE_LITERAL:
		return strstr(text, pattern) != NULL;
	case RE_READY:
		return !regexec(&re->re, text, 0, NULL, 0);
	default:
		return false; /* a bad regex matches nothing, as in multipath-tools */
	}
}

static bool row_matches(struct rowmatch *r, unsigned int i, const char *const text[3])
{
	for (unsigned int k = 0; k < 3; k++)
		if (!rowre_match(&r->re[i][k], layer_str(r->cfg->devices.list[i], row_keys[k]),
				 text[k]))
			return false;
	return true;
}

const struct layer *const *rowmatch_find(struct rowmatch *r, const char *vendor,
					 const char *product, const char *revision)
{
	const char *const text[3] = { vendor, product, revision };
	unsigned int n = 0, cap = 0;
	const struct layer **rows = NULL;
	struct rowhit *h;

	for (h = r->hits; h; h = h->next)
		if (!strcmp(h->vendor, vendor) && !strcmp(h->product, product) &&
		    !strcmp(h->revision, revision))
			return h->rows;
	for (unsigned int i = r->cfg->devices.n; i-- > 0;) {
		if (!row_matches(r, i, text))
			continue;
		rows = arena_grow(r->arena, rows, n, &cap, sizeof(*rows));
		rows[n++] = r->cfg->devices.list[i];
	}
	rows = arena_grow(r->arena, rows, n, &cap, sizeof(*rows));
	rows[n] = NULL;
	h = arena_alloc(r->arena, sizeof(*h));
	*h = (struct rowhit){ r->hits, arena_strdup(r->arena, vendor),
			      arena_strdup(r->arena, product), arena_strdup(r->arena, revision),
			      rows };
	r->hits = h;
	return rows;
}

const struct layer *props_protocol(const struct config *cfg, const char *name)
{
	for (unsigned int i = cfg->protocols.n; i-- > 0;) {
		const char *type = layer_str(cfg->protocols.list[i], KW_type);

		if (type && !strcmp(type, name))
			return cfg->protocols.list[i];
	}
	return NULL;
}

/* --- resolution ------------------------------------------------------------------------------ */

enum prop_order { ORDER_MOVD, ORDER_OVD, ORDER_POVD, ORDER_V, ORDER_MD, ORDER_M };
#define ZERO 1

struct prop_rule {
	enum kw_id kw;
	enum prop_scope scope;
	enum prop_order order;
	bool zero_unset;
};

static const struct prop_rule rules[] = {
#define PROP(name, scope, order, zero) { KW_##name, SCOPE_##scope, ORDER_##order, zero },
#include "core/model/props.def"
#undef PROP
};

static const struct setting *layer_has(const struct layer *l, const struct prop_rule *r)
{
	const struct setting *s = l ? layer_get(l, r->kw) : NULL;

	if (s && r->zero_unset && s->val.word == VW_NUMBER && !s->val.num)
		return NULL;
	return s;
}

/* Settings of one keyword, as they are met. */
struct offers {
	const struct setting **list;
	unsigned int n, max;
};

static void offer(struct offers *o, const struct layer *l, const struct prop_rule *r)
{
	const struct setting *s = o->n < o->max ? layer_has(l, r) : NULL;

	if (s)
		o->list[o->n++] = s;
}

/* The layers in the order of the rule: the one place that knows it. */
static void walk(const struct prop_layers *l, const struct prop_rule *r, struct offers *o)
{
	enum prop_order by = r->order;

	if (by == ORDER_MOVD || by == ORDER_MD || by == ORDER_M)
		offer(o, l->multipath, r);
	if (by == ORDER_POVD)
		offer(o, l->protocol, r);
	if (by == ORDER_MOVD || by == ORDER_OVD || by == ORDER_POVD)
		offer(o, l->cfg->overrides, r);
	for (unsigned int i = 0; by != ORDER_MD && by != ORDER_M && l->devices && l->devices[i];
	     i++)
		offer(o, l->devices[i], r);
	if (by == ORDER_V || by == ORDER_M)
		return;
	offer(o, l->cfg->effective, r);
	/* what defaults { } overrule stands in no layer that is asked */
	if (o->n && o->max > 1 && o->list[o->n - 1]->loc.file)
		offer(o, l->cfg->internal, r);
}

static const struct setting *find_setting(const struct prop_layers *l, const struct prop_rule *r)
{
	const struct setting *first = NULL;

	walk(l, r, &(struct offers){ &first, 0, 1 });
	return first;
}

static enum origin setting_origin(const struct config *cfg, const struct setting *s)
{
	switch (s->layer ? s->layer->kind : LAYER_INTERNAL) {
	case LAYER_BUILTIN_DEV:
		return ORIGIN_HWTABLE;
	case LAYER_MULTIPATH:
		return ORIGIN_MULTIPATHS;
	case LAYER_OVERRIDES:
		return ORIGIN_OVERRIDES;
	case LAYER_PROTOCOL:
		return ORIGIN_PROTOCOL;
	case LAYER_DEVICE:
		return ORIGIN_CONFIG;
	case LAYER_AUTODETECT:
		return ORIGIN_AUTODETECT;
	case LAYER_CMDLINE:
		return ORIGIN_CMDLINE;
	default:
		return cfg->defaults && layer_get(cfg->defaults, s->kw) ? ORIGIN_CONFIG
									: ORIGIN_INTERNAL;
	}
}

/* NULL: a keyword of the other scope, or of none. */
static struct prop *place(struct props *p, enum kw_id kw)
{
	static const struct {
		uint8_t of; /* the scope + 1, 0: none */
		uint8_t slot;
	} at[KW__MAX] = {
#define PROP(kw, scope, order, zero) [KW_##kw] = { SCOPE_##scope + 1, PROP_SLOT_##kw },
#include "core/model/props.def"
#undef PROP
	};

	return at[kw].of == p->scope + 1 ? &p->v[at[kw].slot] : NULL;
}

const struct prop *props_get(const struct props *p, enum kw_id kw)
{
	static const struct prop unset;
	const struct prop *v = place((struct props *)p, kw); /* only looked at */

	return v ? v : &unset;
}

/* prio_args belong to the layer that names the prioritizer, not to whoever sets args alone. */
static void pair_prio_args(struct props *p)
{
	const struct prop *named = props_get(p, KW_prio);
	const struct setting *prio = named->set, *args;

	if (!prio || !prio->layer)
		return;
	args = layer_get(prio->layer, KW_prio_args);
	*place(p, KW_prio_args) = (struct prop){ args ? &args->val : NULL, args, named->origin };
}

static void resolve(struct props *p, const struct prop_layers *l, enum prop_scope scope)
{
	*p = (struct props){ .scope = scope };
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct setting *s;

		if (rules[i].scope != scope)
			continue;
		s = find_setting(l, &rules[i]);
		if (s)
			*place(p, rules[i].kw) =
				(struct prop){ &s->val, s, setting_origin(l->cfg, s) };
	}
	pair_prio_args(p);
}

bool props_in_scope(enum kw_id kw, bool of_map)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].kw == kw)
			return (rules[i].scope == SCOPE_MAP) == of_map;
	return false;
}

unsigned int props_rivals(const struct prop_layers *l, enum kw_id kw, struct prop *out,
			  unsigned int max)
{
	const struct setting *list[32];
	struct offers o = { list, 0, max < 32 ? max : 32 };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].kw == kw)
			walk(l, &rules[i], &o);
	for (unsigned int i = 0; i < o.n; i++)
		out[i] = (struct prop){ &list[i]->val, list[i], setting_origin(l->cfg, list[i]) };
	return o.n;
}

void props_path(struct props *p, const struct prop_layers *l)
{
	resolve(p, l, SCOPE_PATH);
}

void props_map(struct props *p, const struct prop_layers *l)
{
	resolve(p, l, SCOPE_MAP);
}

void props_put(struct props *p, enum kw_id kw, const struct kwval *val, enum origin o)
{
	struct prop *v = place(p, kw);

	if (v)
		*v = (struct prop){ val, NULL, o };
}

enum vocab_word props_word(const struct props *p, enum kw_id kw)
{
	const struct kwval *v = props_get(p, kw)->val;

	return v ? v->word : VW_NONE;
}

const char *props_str(const struct props *p, enum kw_id kw)
{
	const struct kwval *v = props_get(p, kw)->val;

	return v ? v->str : NULL;
}

int64_t props_num(const struct props *p, enum kw_id kw, int64_t if_unset)
{
	const struct kwval *v = props_get(p, kw)->val;

	return v && v->word == VW_NUMBER ? v->num : if_unset;
}

bool props_yes(const struct props *p, enum kw_id kw)
{
	return props_word(p, kw) == VW_yes;
}
