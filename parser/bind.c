/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Meaning, line by line, with a stack of open sections. Sections nest as multipath-tools nests
 * them: a keyword of the table opens one, '}' closes the innermost, and what the table does not
 * know opens nothing, braces or not. A line is first checked for its form (check_form(), which
 * needs the name alone), then its keyword is looked up in the section, then the value is read.
 */
#include "parser/bind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "parser/arena.h"
#include "parser/kwtype.h"
#include "parser/rules.h"
#include "parser/tree.h"

#define DEPTH_MAX 4 /* root, overrides, protocol: the table nests no deeper */

struct frame {
	enum section section;
	struct srcloc loc; /* of the keyword that opened it */
	uint64_t seen[LAYER_WORDS];
	struct layer *layer; /* where settings go, NULL: to rules */
	struct rules *rules;
};

struct binder {
	struct binding *b;
	const struct srcfile *f;
	const struct line *l;
	struct frame frame[DEPTH_MAX];
	unsigned int depth; /* of the innermost frame */
	enum kw_id kw;	    /* of this line */
	bool bad;
	char name[TOKEN_MAX], value[TOKEN_MAX], other[TOKEN_MAX];
};

/*
 * multipath-tools counts the quotes of a string as words of their own; messages about words too
 * many name the one in that count. A slot is one of those.
 */
struct slot {
	const struct token *token;
	bool quote;
};

struct slots {
	struct slot slot[6]; /* the first ones: no message looks further */
	unsigned int n;	     /* all */
};

static struct frame *top(struct binder *x)
{
	return &x->frame[x->depth];
}

static struct srcloc token_loc(const struct binder *x, const struct token *t)
{
	return (struct srcloc){ .file = x->f, .start = t->start, .end = t->end };
}

static struct diag *tell(struct binder *x, enum diag_id id, struct srcloc loc, const char *a1,
			 const char *a2, const char *a3)
{
	struct diag *d = diag_add(x->b->diags, id, loc, a1, a2, a3, NULL);

	if (d)
		d->line = x->l->number;
	return d;
}

/* ---- form ---- */

static void add_slot(struct slots *s, const struct token *t, bool quote)
{
	if (s->n < sizeof(s->slot) / sizeof(s->slot[0]))
		s->slot[s->n] = (struct slot){ .token = t, .quote = quote };
	s->n++;
}

static struct slots get_slots(const struct line *l)
{
	struct slots s = { .n = 0 };

	for (unsigned int i = 0; i < l->n_tokens; i++) {
		const struct token *t = &l->token[i];
		bool string = t->kind == TOKEN_STRING || t->kind == TOKEN_UNCLOSED;
		uint32_t inner = t->end - t->start - (t->kind == TOKEN_STRING ? 2 : string);

		if (string)
			add_slot(&s, t, true);
		if (inner)
			add_slot(&s, t, false);
		if (t->kind == TOKEN_STRING)
			add_slot(&s, t, true);
	}
	return s;
}

static const char *slot_text(struct binder *x, const struct slot *s)
{
	return s->quote ? "" : token_copy(x->f, s->token, x->other);
}

static void extra_data(struct binder *x, const struct slots *s, unsigned int from)
{
	struct srcloc loc;

	if (s->n <= from)
		return;
	loc = token_loc(x, s->slot[from].token);
	loc.end = x->l->token[x->l->n_tokens - 1].end;
	tell(x, DIAG_extra_data, loc, slot_text(x, &s->slot[from]), NULL, NULL);
}

/* Sections that multipath-tools knows as such wherever their name stands. */
static bool is_braced(const char *name)
{
	const struct kwdef *def = kw_get(kw_find_any(name));

	return def && def->braced;
}

static void check_section_form(struct binder *x, const char *name, const struct slots *s)
{
	struct srcloc loc = token_loc(x, s->slot[0].token);

	if (s->n == 1)
		tell(x, DIAG_missing_open, loc, name, NULL, NULL);
	else if (s->slot[1].quote || s->slot[1].token->kind != TOKEN_OPEN)
		tell(x, DIAG_expected_open, token_loc(x, s->slot[1].token), name,
		     slot_text(x, &s->slot[1]), NULL);
	else
		extra_data(x, s, 2);
}

static bool check_value_form(struct binder *x, const char *name, const struct slots *s)
{
	const struct kwdef *def = kw_get(kw_find(top(x)->section, name));
	unsigned int end = 2;

	if (s->n == 1) {
		tell(x, def && def->opens ? DIAG_section_lost : DIAG_missing_value,
		     token_loc(x, s->slot[0].token), name, NULL, NULL);
		return false;
	}
	if (!s->slot[1].quote) {
		if (def && def->opens && s->slot[1].token->kind != TOKEN_OPEN)
			tell(x, DIAG_section_unbraced, token_loc(x, s->slot[1].token), name,
			     slot_text(x, &s->slot[1]), NULL);
		extra_data(x, s, 2);
		return true;
	}
	while (end < s->n && end < 4 && !s->slot[end].quote)
		end++;
	if (end < s->n && s->slot[end].quote)
		extra_data(x, s, end + 1);
	else
		tell(x, DIAG_missing_quote, token_loc(x, s->slot[1].token), NULL, NULL, NULL);
	return true;
}

/* False: the line is skipped. */
static bool check_form(struct binder *x, const char *name, const struct slots *s)
{
	if (!is_braced(name))
		return check_value_form(x, name, s);
	check_section_form(x, name, s);
	return true;
}

static void check_flags(struct binder *x)
{
	struct srcloc at = { .file = x->f, .start = x->l->odd, .end = x->l->odd + 1 };
	struct srcloc cut = { .file = x->f, .start = x->l->end, .end = x->l->end };

	if (x->l->flags & LINE_SPLIT)
		tell(x, DIAG_line_split, cut, NULL, NULL, NULL);
	if (x->l->flags & LINE_NON_ASCII)
		tell(x, DIAG_non_ascii, at, NULL, NULL, NULL);
	if (x->l->flags & LINE_NUL)
		tell(x, DIAG_nul_byte, at, NULL, NULL, NULL);
}

/* ---- keywords ---- */

static const char *in_section(const struct binder *x)
{
	enum section s = x->frame[x->depth].section;

	return s == SEC_ROOT ? "" : arena_printf(x->b->a, " in the %s section", section_name(s));
}

static void tell_unknown(struct binder *x, const char *name, const struct slots *s)
{
	struct srcloc loc = token_loc(x, s->slot[0].token);
	const struct kwdef *any = kw_get(kw_find_any(name));
	enum section home = kw_home(name);
	bool opens = s->n > 1 && !s->slot[1].quote && s->slot[1].token->kind == TOKEN_OPEN;
	enum kw_id near;
	struct diag *d;

	if (any && any->removed) {
		d = tell(x, DIAG_removed_keyword, loc, name, in_section(x), any->removed);
		if (any->successor)
			diag_suggest(x->b->diags, d, false, "%s", any->successor);
		return;
	}
	if (home != SEC__MAX) {
		tell(x, DIAG_misplaced_keyword, loc, name, in_section(x),
		     home == SEC_ROOT ? "the top level" : section_path(home));
		return;
	}
	near = kw_nearest(top(x)->section, name);
	d = tell(x, opens ? DIAG_unknown_section : DIAG_unknown_keyword, loc, name, in_section(x),
		 NULL);
	if (near)
		diag_suggest(x->b->diags, d, true, "%s", kw_get(near)->name);
}

static void check_duplicate(struct binder *x, enum kw_id kw, struct srcloc loc)
{
	uint64_t *word = &top(x)->seen[kw / 64], bit = UINT64_C(1) << (kw % 64);
	const struct setting *first;
	struct diag *d;

	if (*word & bit && !kw_get(kw)->repeat) {
		d = tell(x, DIAG_duplicate_keyword, loc, kw_get(kw)->name, NULL, NULL);
		first = top(x)->layer ? layer_get(top(x)->layer, kw_resolve(kw)) : NULL;
		if (first)
			diag_note(x->b->diags, d, first->loc, "the value before this one");
	}
	*word |= bit;
}

static void tell_ignored(struct binder *x, enum kw_id kw, struct srcloc loc)
{
	uint64_t *word = &x->b->told[kw / 64], bit = UINT64_C(1) << (kw % 64);
	const struct kwdef *def = kw_get(kw);
	const char *used = "";
	struct diag *d;

	if (def->def[0] != '(') /* "(not set)": there is none */
		used = arena_printf(x->b->a, "; the value used is \"%s\"", def->def);
	d = tell(x, *word & bit ? DIAG_ignored_again : DIAG_ignored_keyword, loc, def->name,
		 def->def, used);
	if (def->successor)
		diag_suggest(x->b->diags, d, false, "%s", def->successor);
	*word |= bit;
}

/* ---- sections ---- */

static struct layer *append_layer(struct binder *x, struct layers *list, enum layer_kind kind,
				  struct srcloc loc)
{
	list->list = arena_grow(x->b->a, list->list, list->n, &list->cap, sizeof(*list->list));
	list->list[list->n] = layer_new(x->b->a, kind, loc);
	return list->list[list->n++];
}

static void open_section(struct binder *x, enum kw_id kw, struct srcloc loc)
{
	struct frame *f = &x->frame[++x->depth];
	struct binding *b = x->b;

	*f = (struct frame){ .section = kw_get(kw)->opens, .loc = loc };
	switch (f->section) {
	case SEC_DEFAULTS:
		f->layer = b->defaults;
		break;
	case SEC_OVERRIDES:
		if (!b->overrides)
			b->overrides = layer_new(b->a, LAYER_OVERRIDES, loc);
		f->layer = b->overrides;
		break;
	case SEC_PROTOCOL:
		f->layer = append_layer(x, &b->protocols, LAYER_PROTOCOL, loc);
		break;
	case SEC_DEVICE:
		f->layer = append_layer(x, &b->devices, LAYER_DEVICE, loc);
		break;
	case SEC_MULTIPATH:
		f->layer = append_layer(x, &b->multipaths, LAYER_MULTIPATH, loc);
		break;
	case SEC_BLACKLIST:
	case SEC_EXCEPTIONS:
		f->rules = f->section == SEC_BLACKLIST ? &b->blacklist : &b->exceptions;
		break;
	case SEC_BLACKLIST_DEVICE:
	case SEC_EXCEPTIONS_DEVICE:
		f->rules = f[-1].rules;
		/* a full list is reported with the first setting */
		rules_add(f->rules, b->a, RULE_DEVICE, loc);
		break;
	default:
		break;
	}
}

static void close_section(struct binder *x)
{
	struct slots s = get_slots(x->l);

	extra_data(x, &s, 1);
	if (x->depth) {
		x->depth--;
		return;
	}
	tell(x, DIAG_unmatched_close, token_loc(x, x->l->token), NULL, NULL, NULL);
	tell(x, DIAG_unmatched_close_again, token_loc(x, x->l->token), NULL, NULL, NULL);
}

/* ---- values ---- */

static enum rule_kind rule_kind(enum kw_id kw)
{
	switch (kw) {
	case KW_devnode:
		return RULE_DEVNODE;
	case KW_wwid_rule:
		return RULE_WWID;
	case KW_property:
		return RULE_PROPERTY;
	case KW_protocol:
		return RULE_PROTOCOL;
	default:
		return RULE_DEVICE;
	}
}

static const char *whole_line(struct binder *x)
{
	size_t len;
	const char *bytes = srcfile_bytes(x->f, &len) + x->l->start;

	len = x->l->end - x->l->start;
	while (len && bytes[len - 1] == '\r')
		len--;
	return arena_strndup(x->b->a, bytes, len);
}

static void set_rule(struct binder *x, enum kw_id kw, struct srcloc loc, const char *text)
{
	enum rule_kind kind = rule_kind(kw);
	struct rules *rules = top(x)->rules;
	struct rule *r;
	char msg[128];
	int err;

	if (rules->n == RULES_MAX) {
		snprintf(msg, sizeof(msg), "%d", RULES_MAX);
		tell(x, DIAG_too_many_rules, loc, msg, whole_line(x), NULL);
		x->bad = true;
		return;
	}
	text = arena_strdup(x->b->a, text);
	if (kind != RULE_DEVICE)
		r = rules_add(rules, x->b->a, kind, loc);
	else
		r = &rules->list[rules->n - 1];
	if (kw == KW_rule_product)
		err = rule_set_product(r, text, msg, sizeof(msg));
	else
		err = rule_set_pattern(r, text, msg, sizeof(msg));
	if (!err)
		return;
	tell(x, DIAG_bad_regex, loc, text, whole_line(x), msg);
	x->bad = true;
}

static void set_value(struct binder *x, enum kw_id kw, struct srcloc loc, const char *text)
{
	struct kwcontext c = { .kw = kw,
			       .a = x->b->a,
			       .diags = x->b->diags,
			       .loc = loc,
			       .line = x->l->number,
			       .users = x->b->users,
			       .check_regex = x->b->check_regex };
	struct kwval val;

	if (kw == KW_reservation_key)
		c.line_text = whole_line(x);
	switch (kw_parse(&c, text, &val)) {
	case KWR_SET:
		layer_set(top(x)->layer, x->b->a, kw, val, loc);
		break;
	case KWR_UNSET:
		layer_unset(top(x)->layer, kw);
		break;
	case KWR_FATAL:
		x->bad = true;
		break;
	case KWR_INVALID:
		break;
	}
}

/* ---- lines ---- */

/* For releases that know a keyword by its old name, that name is as good. */
static enum kw_id find_keyword(struct binder *x, const char *name)
{
	enum kw_id kw = kw_find(top(x)->section, name);
	const struct kwdef *old;

	if (kw || !x->b->release)
		return kw;
	old = kw_get(kw_find_any(name));
	if (!old || !old->removed || !old->same_value ||
	    release_compare(x->b->release, old->removed) >= 0)
		return KW_NONE;
	return kw_find(top(x)->section, old->successor);
}

static void bind_statement(struct binder *x)
{
	struct slots s = get_slots(x->l);
	const char *name = "", *text = "";
	struct srcloc loc = token_loc(x, s.slot[0].token);
	const struct slot *value = &s.slot[1];
	const struct kwdef *def;
	enum kw_id kw;

	if (!s.slot[0].quote)
		name = token_copy(x->f, s.slot[0].token, x->name);
	if (!check_form(x, name, &s))
		return;
	kw = find_keyword(x, name);
	if (!kw) {
		tell_unknown(x, name, &s);
		return;
	}
	x->kw = kw;
	def = kw_get(kw);
	check_duplicate(x, kw, loc);
	if (def->opens) {
		open_section(x, kw, loc);
		return;
	}
	if (def->ignored) {
		tell_ignored(x, kw, loc);
		return;
	}
	if (def->deprecated && def->successor)
		tell(x, DIAG_deprecated_keyword, loc, name, def->deprecated, NULL);
	if (value->quote && s.n > 2)
		value++;
	if (!value->quote)
		text = token_copy(x->f, value->token, x->value);
	if (top(x)->layer)
		set_value(x, kw_resolve(kw), token_loc(x, value->token), text);
	else
		set_rule(x, kw, token_loc(x, value->token), text);
}

static int bind_line(void *ctx, const struct line *l)
{
	struct binder *x = ctx;
	const struct bind_watch *watch = x->b->watch;
	struct bound_line bound = { .file = x->f,
				    .line = l,
				    .section = top(x)->section,
				    .opened = top(x)->loc,
				    .depth = x->depth,
				    .diags = x->b->diags };

	x->l = l;
	x->kw = KW_NONE;
	check_flags(x);
	switch (l->kind) {
	case LINE_BLANK:
		break;
	case LINE_CLOSE:
		close_section(x);
		break;
	case LINE_OPEN:
		tell(x, DIAG_stray_open, token_loc(x, l->token), NULL, NULL, NULL);
		break;
	default:
		bind_statement(x);
	}
	bound.kw = x->kw;
	if (watch)
		watch->line(watch->ctx, &bound);
	return 0;
}

int bind_file(const struct srcfile *f, struct binding *b, bool *ret_bad)
{
	struct binder x = { .b = b, .f = f };
	struct srcloc whole = { .file = f };
	int err = source_parse(f, bind_line, &x);

	if (err < 0 && err != -E2BIG)
		return err;
	if (err == -E2BIG) {
		diag_add(b->diags, DIAG_too_many_lines, whole,
			 arena_printf(b->a, "%d", SOURCE_MAX_LINES), NULL, NULL, NULL);
		x.bad = true;
	}
	if (x.depth)
		diag_add(b->diags, DIAG_unclosed_section, top(&x)->loc,
			 section_name(top(&x)->section), NULL, NULL, NULL);
	*ret_bad = x.bad;
	return 0;
}
