/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: the binder reads the texts and calls us after every line, for the checks of lines; then
 * the checks of files, sections and rules see the whole. All add to one list of diagnostics. What
 * a better diagnostic replaced, what the user did not want and what a comment disables is left out
 * at the end, the rest is sorted by place.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/check.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

static const struct lint_check checks[] = {
#define LINE(i, fn)	 { .id = DIAG_##i, .pass = PASS_LINE, .line = fn },
#define RELINE(i, fn)	 { .id = DIAG_##i, .pass = PASS_RELINE, .line = fn },
#define SETTING(i, fn)	 { .id = DIAG_##i, .pass = PASS_SETTING, .line = fn },
#define RESETTING(i, fn) { .id = DIAG_##i, .pass = PASS_RESETTING, .line = fn },
#define ONFILE(i, fn)	 { .id = DIAG_##i, .pass = PASS_FILE, .file = fn },
#define LAYER(i, fn)	 { .id = DIAG_##i, .pass = PASS_LAYER, .layer = fn },
#define RULE(i, fn)	 { .id = DIAG_##i, .pass = PASS_RULE, .rule = fn },
#define CONFIG(i, fn)	 { .id = DIAG_##i, .pass = PASS_CONFIG, .config = fn },
#include "cli/lint/checks.def"
};

#define ARG_MAX	      240
#define ARG_SHOWN     80
#define EDIT_LINE_MAX 900 /* multipath-tools cuts at 1023; an edit may add a comment */
#define N_CHECKS      (sizeof(checks) / sizeof(checks[0]))

/* ---- what a check may do ---- */

struct diag *lint_tell(struct lint *x, enum diag_id id, struct srcloc loc, const char *a1,
		       const char *a2, const char *a3)
{
	return diag_add(x->diags, id, loc, a1, a2, a3, NULL);
}

struct diag *line_tell(struct lint *x, const struct lint_line *l, enum diag_id id,
		       struct srcloc loc, const char *a1, const char *a2, const char *a3)
{
	struct diag *d = lint_tell(x, id, loc, a1, a2, a3);

	if (d)
		d->line = l->line->number;
	return d;
}

struct diag *line_find(const struct lint *x, const struct lint_line *l, enum diag_id id)
{
	for (unsigned int i = l->first; i < diag_count(x->diags); i++) {
		if (diag_at(x->diags, i)->id == id)
			return diag_at(x->diags, i);
	}
	return NULL;
}

void diag_drop(struct diag *d)
{
	if (d)
		d->id = DIAG_NONE;
}

bool line_drop(struct lint *x, const struct lint_line *l, enum diag_id id)
{
	struct diag *d = line_find(x, l, id);

	diag_drop(d);
	return d != NULL;
}

bool line_drop_all(struct lint *x, const struct lint_line *l, const enum diag_id *ids)
{
	bool found = false;

	for (; *ids; ids++)
		found |= line_drop(x, l, *ids);
	return found;
}

void lint_edit(struct lint *x, const struct diag *d, const struct srcfile *f, uint32_t start,
	       uint32_t end, const char *text, bool changes)
{
	struct lint_result *r = x->r;

	if (!d)
		return;
	r->edits = arena_grow(x->a, r->edits, r->n_edits, &x->edits_cap, sizeof(*r->edits));
	r->edits[r->n_edits++] = (struct lint_edit){
		.diag = d, .file = f, .start = start, .end = end, .text = text, .changes = changes
	};
}

bool lint_before(const struct lint *x, const char *release)
{
	return release && x->opt->release && release_compare(x->opt->release, release) < 0;
}

const char *vocab_nearest(enum vocab_list list, const char *text)
{
	unsigned int best = (unsigned int)strlen(text) / 3 + 1;
	const struct vocab_entry *e = NULL, *found = NULL;

	while ((e = vocab_next(list, e))) {
		unsigned int d = text_distance(text, e->text, best);
		bool start = strlen(e->text) > 2 && !strncmp(e->text, text, strlen(e->text));

		if (start)
			return e->text;
		if (d < best || (d == best && !found)) {
			best = d;
			found = e;
		}
	}
	return found ? found->text : NULL;
}

const char *vocab_all(struct lint *x, enum vocab_list list)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	const struct vocab_entry *e = NULL;

	while ((e = vocab_next(list, e))) {
		if (lint_before(x, e->since))
			continue;
		sb_add(&sb, sb.len ? ", " : "");
		sb_add(&sb, e->text);
	}
	return arena_strdup(x->a, sb_str(&sb));
}

/* ---- lines ---- */

static void new_file(struct lint *x, const struct srcfile *f)
{
	queue_end(x);
	x->file = f;
	x->lost = (struct lint_lost){ 0 };
	x->split = false;
	x->prev = (struct lint_prev){ 0 };
	x->lvm2 = (struct lint_lvm2){ 0 };
	x->muting.waiting = false;
	memset(x->muting.open, 0, sizeof(x->muting.open));
}

static bool is_string(const struct token *t)
{
	return t->kind == TOKEN_STRING || t->kind == TOKEN_UNCLOSED;
}

static void fill_line(struct lint *x, const struct bound_line *b, struct lint_line *ret)
{
	const struct token *t = b->line->token;
	unsigned int n = b->line->n_tokens;

	x->name[0] = x->value[0] = '\0';
	if (n && !is_string(t))
		token_copy(b->file, t, x->name);
	if (n > 1)
		token_copy(b->file, t + 1, x->value);
	*ret = (struct lint_line){
		.bound = b,
		.line = b->line,
		.file = b->file,
		.section = b->section,
		.kw = b->kw,
		.name = x->name,
		.value = x->value,
		.name_loc = n ? token_range(b->file, t) : SRCLOC_NONE,
		.value_loc = n > 1 ? token_range(b->file, t + 1) : SRCLOC_NONE,
		.quoted = n > 1 && is_string(t + 1),
		.first = x->told,
	};
}

static void note_prev(struct lint *x, const struct lint_line *l)
{
	if (!l->line->n_tokens)
		return;
	x->prev = (struct lint_prev){ .file = l->file,
				      .name = l->name_loc,
				      .unknown = !l->kw,
				      .open = line_find(x, l, DIAG_missing_open),
				      .end = l->line->token[l->line->n_tokens - 1].end };
	if (x->prev.open)
		return;
	x->prev.open = line_find(x, l, DIAG_section_lost);
	x->prev.lost = x->prev.open != NULL;
}

static bool is_setting(const struct lint_line *l)
{
	const struct kwdef *def = kw_get(l->kw);

	return def && def->type && !def->ignored && l->line->n_tokens > 1;
}

static bool applies(const struct lint *x, const struct lint_line *l, enum lint_pass pass)
{
	switch (pass) {
	case PASS_LINE:
		return true;
	case PASS_SETTING:
		return is_setting(l);
	case PASS_RELINE:
		return diag_count(x->diags) > l->first;
	case PASS_RESETTING:
		return diag_count(x->diags) > l->first && is_setting(l);
	default:
		return false;
	}
}

static void watch_line(void *ctx, const struct bound_line *b)
{
	struct lint *x = ctx;
	struct lint_line l;

	x->diags = b->diags;
	if (b->file != x->file)
		new_file(x, b->file);
	fill_line(x, b, &l);
	for (size_t i = 0; i < N_CHECKS; i++) {
		if (applies(x, &l, checks[i].pass))
			checks[i].line(x, &l);
	}
	mute_line(x, &l);
	note_prev(x, &l);
	x->told = diag_count(x->diags);
}

/* ---- everything together ---- */

static void check_layer(struct lint *x, const struct layer *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < N_CHECKS; i++) {
		if (checks[i].pass == PASS_LAYER)
			checks[i].layer(x, l);
	}
}

static void check_layers(struct lint *x, const struct layers *list)
{
	for (unsigned int i = 0; i < list->n; i++) {
		if (list->list[i]->loc.file)
			check_layer(x, list->list[i]);
	}
}

static void check_rules(struct lint *x, const struct rules *rules, bool exceptions)
{
	for (unsigned int i = 0; i < rules->n; i++) {
		if (rules->list[i].builtin)
			continue;
		for (size_t j = 0; j < N_CHECKS; j++) {
			if (checks[j].pass == PASS_RULE)
				checks[j].rule(x, &rules->list[i], exceptions);
		}
	}
}

static unsigned int rule_kinds(const struct rules *rules)
{
	unsigned int kinds = 0;

	for (unsigned int i = 0; i < rules->n; i++)
		kinds |= 1u << rules->list[i].kind;
	return kinds;
}

static bool friendly_anywhere(const struct config *c)
{
	bool yes = layer_friendly(c->effective) || layer_friendly(c->overrides);

	for (unsigned int i = 0; !yes && i < c->devices.n; i++)
		yes = layer_friendly(c->devices.list[i]);
	return yes;
}

static void check_whole(struct lint *x)
{
	const struct config *c = x->cfg;

	x->black_kinds = rule_kinds(&c->blacklist);
	x->white_kinds = rule_kinds(&c->exceptions);
	x->friendly = friendly_anywhere(c);

	check_layer(x, c->defaults);
	check_layer(x, c->overrides);
	check_layers(x, &c->protocols);
	check_layers(x, &c->devices);
	check_layers(x, &c->multipaths);
	check_rules(x, &c->blacklist, false);
	check_rules(x, &c->exceptions, true);
	for (size_t i = 0; i < N_CHECKS; i++) {
		for (unsigned int j = 0; checks[i].pass == PASS_FILE && j < c->n_files; j++)
			checks[i].file(x, c->files[j]);
		if (checks[i].pass == PASS_CONFIG)
			checks[i].config(x);
	}
}

/*
 * After the lines, the binder speaks of features it translated in merged sections (check_queue()
 * said it for all sections) and of a section left open (a section on one line explains that).
 */
static void drop_echoes(struct lint *x)
{
	for (unsigned int i = x->told; i < diag_count(x->diags); i++) {
		struct diag *d = diag_at(x->diags, i);

		if (d->id == DIAG_feature_queue || d->id == DIAG_feature_queue_ignored ||
		    d->id == DIAG_feature_retain)
			diag_drop(d);
	}
	for (unsigned int i = 0; x->n_one_line && i < diag_count(x->diags); i++) {
		struct diag *d = diag_at(x->diags, i);

		for (unsigned int j = 0; d->id == DIAG_unclosed_section && j < x->n_one_line; j++) {
			if (d->loc.file == x->one_line[j].file &&
			    d->loc.start == x->one_line[j].start)
				diag_drop(d);
		}
	}
}

/* ---- what is left ---- */

/* A word can be a line of 1023 bytes; a message has to be readable. */
static void shorten(struct lint *x, struct diag *d)
{
	for (int i = 0; i < DIAG_ARGS; i++) {
		const char *s = d->arg[i];
		int n = ARG_SHOWN;

		if (!s || strlen(s) <= ARG_MAX)
			continue;
		while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		d->arg[i] = arena_printf(x->a, "%.*s...", n, s);
	}
}

static bool judge(struct lint *x, struct diag *d)
{
	uint8_t set;

	if (d->id == DIAG_ignored_again)
		d->id = DIAG_ignored_keyword;
	if (!lint_is_check(d->id))
		return false;
	set = x->opt->set[d->id];
	if (set == LINT_OFF || mute_applies(x, d))
		return false;
	shorten(x, d);
	if (set == LINT_WARNING)
		d->severity = SEV_WARNING;
	if (set == LINT_ERROR)
		d->severity = SEV_ERROR;
	return true;
}

struct placed {
	struct diag *diag;
	unsigned int file, seq;
};

unsigned int config_file_index(const struct config *c, const struct srcfile *f)
{
	unsigned int i = 0;

	while (i < c->n_files && c->files[i] != f)
		i++;
	return i;
}

static int compare_places(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->diag->loc.start != y->diag->loc.start)
		return x->diag->loc.start < y->diag->loc.start ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int collect(struct lint *x)
{
	struct lint_result *r = x->r;
	unsigned int n = diag_count(x->diags);
	struct placed *p = calloc(n + 1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		struct diag *d = diag_at(x->diags, i);

		if (!d->id || !judge(x, d))
			continue;
		p[r->n] = (struct placed){ d, config_file_index(r->cfg, d->loc.file), i };
		r->n++;
		r->count[d->severity]++;
	}
	qsort(p, r->n, sizeof(*p), compare_places);
	r->list = arena_alloc(r->arena, (r->n + 1) * sizeof(*r->list));
	for (unsigned int i = 0; i < r->n; i++)
		r->list[i] = p[i].diag;
	free(p);
	return 0;
}

static bool long_line(const struct lint_edit *e)
{
	size_t len;

	srcfile_line(e->file, srcfile_pos(e->file, e->start).line, &len);
	return len > EDIT_LINE_MAX;
}

/*
 * Edits of diagnostics that do not count are not made; nor are those on long lines, which are cut
 * by their length. Edits of one diagnostic stand together and go together.
 */
static void keep_edits(struct lint *x)
{
	struct lint_result *r = x->r;
	unsigned int n = 0, i = 0, end;

	for (; i < r->n_edits; i = end) {
		const struct diag *d = r->edits[i].diag;
		bool keep = d->id && x->opt->set[d->id] != LINT_OFF && !mute_applies(x, d);

		for (end = i; end < r->n_edits && r->edits[end].diag == d; end++)
			keep = keep && !long_line(&r->edits[end]);
		if (keep)
			memmove(&r->edits[n], &r->edits[i], (end - i) * sizeof(*r->edits));
		n += keep ? end - i : 0;
	}
	r->n_edits = n;
}

struct lint_known *lint_known_new(const struct config_row *rows)
{
	struct arena *a = arena_new();
	struct lint_known *k = arena_alloc(a, sizeof(*k));

	k->arena = a;
	k->arrays = arrays_new(a, rows);
	k->base = config_base_new(rows);
	return k;
}

const struct config_base *lint_known_base(const struct lint_known *k)
{
	return k->base;
}

void lint_known_free(struct lint_known *k)
{
	if (!k)
		return;
	arrays_done(k->arrays);
	config_base_free(k->base);
	arena_free(k->arena);
}

int lint_run(struct srcfile *const *texts, const struct lint_options *opt,
	     struct lint_result **ret_result)
{
	struct lint_result *r = calloc(1, sizeof(*r));
	struct lint x = { .opt = opt, .r = r };
	struct bind_watch watch = { .line = watch_line, .ctx = &x };
	struct config_sources src = { .root = "",
				      .texts = texts,
				      .base = opt->known->base,
				      .check_regex = true,
				      .watch = &watch,
				      .release = opt->release,
				      .users = opt->users };
	int err;

	if (!r) {
		while (*texts)
			srcfile_free(*texts++);
		return -ENOMEM;
	}
	r->arena = x.a = arena_new();
	err = config_load(&src, &r->cfg);
	if (!err) {
		x.diags = r->cfg->diags;
		queue_end(&x);
		x.cfg = r->cfg;
		drop_echoes(&x);
		check_whole(&x);
		err = collect(&x);
		keep_edits(&x);
	}
	seen_done(&x.told_arrays);
	if (err < 0) {
		lint_free(r);
		return err;
	}
	*ret_result = r;
	return 0;
}

void lint_free(struct lint_result *r)
{
	if (!r)
		return;
	config_free(r->cfg);
	arena_free(r->arena);
	free(r);
}

/* ---- ids ---- */

bool lint_is_check(enum diag_id id)
{
	const struct diag_def *def = diag_def(id);

	return def && !def->echo && id != DIAG_ignored_again && lint_explain(id);
}

enum diag_id lint_id(const char *name)
{
	for (enum diag_id id = DIAG_NONE + 1; id < DIAG__MAX; id++) {
		if (lint_is_check(id) && !strcmp(diag_def(id)->name, name))
			return id;
	}
	return DIAG_NONE;
}

bool lint_release_ok(const char *text)
{
	const char *first = kw_since(KW_defaults, SEC_ROOT);
	size_t n = strspn(text, "0123456789.");

	return n && !text[n] && n < 16 && text[0] != '.' && text[n - 1] != '.' &&
	       !strstr(text, "..") && release_compare(text, first) >= 0;
}
