// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Layout: formats, columns, tables and the tree. A format is cut into pieces (literal text, then one
 * wildcard); measuring and printing are both one walk over the pieces of a row, so they cannot
 * disagree. Every text of a wildcard passes through sb_add_safe() here, and only here, on its way to
 * a terminal; its width is that of the escaped form.
 */
#include "core/engine/show.h"

#include <string.h>

#include "core/engine/show_fields.h"
#include "parser/strbuf.h"

/* Literal text and the wildcard after it; letter 0: none. */
struct piece {
	const char *text;
	size_t len;
	const struct show_field *field;
	unsigned char letter;
};

/* The next piece of a format; false at its end. A '%' at the very end is nothing. */
static bool next_piece(enum show_kind kind, const char **format, struct piece *ret)
{
	const char *s = *format;

	if (!*s)
		return false;
	*ret = (struct piece){ .text = s, .len = strcspn(s, "%") };
	s += ret->len;
	if (s[0] == '%' && s[1]) {
		ret->field = show_field(kind, s[1]);
		ret->letter = ret->field ? (unsigned char)s[1] : 0;
		s++;
	}
	*format = *s ? s + 1 : s;
	return true;
}

/* Text of a wildcard as it may be printed, in @scratch (used as two). */
static const char *safe_text(const struct show_field *f, const struct show_obj *o,
			     struct strbuf scratch[2])
{
	sb_clear(&scratch[0]);
	sb_clear(&scratch[1]);
	f->text(o, &scratch[0]);
	sb_add_safe(&scratch[1], sb_str(&scratch[0]));
	return sb_str(&scratch[1]);
}

static void scratch_done(struct strbuf (*scratch)[2])
{
	sb_done(&(*scratch)[0]);
	sb_done(&(*scratch)[1]);
}
#define SCRATCH __attribute__((cleanup(scratch_done))) struct strbuf

static void widen(struct show_widths *w, unsigned char letter, const char *text)
{
	size_t len = strlen(text);

	if (len > UINT8_MAX)
		len = UINT8_MAX;
	if (len > w->w[letter])
		w->w[letter] = (unsigned char)len;
}

static void measure_header(struct show_widths *w, enum show_kind kind, const char *format)
{
	struct piece p;

	while (next_piece(kind, &format, &p))
		if (p.field)
			widen(w, p.letter, p.field->header);
}

static void measure_row(struct show_widths *w, enum show_kind kind, const char *format,
			const struct show_obj *o, struct strbuf scratch[2])
{
	struct piece p;

	while (next_piece(kind, &format, &p))
		if (p.field)
			widen(w, p.letter, safe_text(p.field, o, scratch));
}

static void put_column(struct strbuf *out, const char *text, unsigned int width)
{
	size_t len = strlen(text);

	sb_addn(out, text, len);
	if (len < width)
		sb_fill(out, ' ', width - len);
}

static void put_header(enum show_kind kind, const char *format, const struct show_widths *w,
		       struct strbuf *out)
{
	struct piece p;

	while (next_piece(kind, &format, &p)) {
		sb_addn(out, p.text, p.len);
		if (p.field)
			put_column(out, p.field->header, w->w[p.letter]);
	}
	sb_addc(out, '\n');
}

/* One row without its newline; @w NULL: no padding. */
static void put_row(enum show_kind kind, const char *format, const struct show_obj *o,
		    const struct show_widths *w, struct strbuf *out)
{
	SCRATCH scratch[2] = { STRBUF_INIT, STRBUF_INIT };
	struct piece p;

	while (next_piece(kind, &format, &p)) {
		sb_addn(out, p.text, p.len);
		if (p.field)
			put_column(out, safe_text(p.field, o, scratch), w ? w->w[p.letter] : 0);
	}
}

void show_path_widths(struct show_widths *w, const char *format, struct path *const *paths,
		      unsigned int n, bool headers)
{
	SCRATCH scratch[2] = { STRBUF_INIT, STRBUF_INIT };

	*w = (struct show_widths){ 0 };
	if (headers)
		measure_header(w, SHOW_PATH, format);
	for (unsigned int i = 0; i < n; i++)
		measure_row(w, SHOW_PATH, format, &(struct show_obj){ .path = paths[i] }, scratch);
}

void show_map_widths(struct show_widths *w, const char *format, struct map *const *maps,
		     unsigned int n, bool headers)
{
	SCRATCH scratch[2] = { STRBUF_INIT, STRBUF_INIT };

	*w = (struct show_widths){ 0 };
	if (headers)
		measure_header(w, SHOW_MAP, format);
	for (unsigned int i = 0; i < n; i++)
		measure_row(w, SHOW_MAP, format, &(struct show_obj){ .map = maps[i] }, scratch);
}

void show_path(const struct path *p, const char *format, const struct show_widths *widths,
	       struct strbuf *out)
{
	put_row(SHOW_PATH, format, &(struct show_obj){ .path = p }, widths, out);
	sb_addc(out, '\n');
}

void show_map(const struct map *m, const char *format, const struct show_widths *widths,
	      struct strbuf *out)
{
	put_row(SHOW_MAP, format, &(struct show_obj){ .map = m }, widths, out);
	sb_addc(out, '\n');
}

static void measure_foreign_paths(struct show_widths *w, const char *format,
				  const struct foreign *f)
{
	SCRATCH scratch[2] = { STRBUF_INIT, STRBUF_INIT };

	for (unsigned int i = 0; f && i < f->n; i++)
		for (unsigned int k = 0; k < f->maps[i].n; k++)
			measure_row(w, SHOW_FOREIGN_PATH, format,
				    &(struct show_obj){ .fpath = &f->maps[i].path[k] }, scratch);
}

static void measure_foreign_maps(struct show_widths *w, const char *format, const struct foreign *f)
{
	SCRATCH scratch[2] = { STRBUF_INIT, STRBUF_INIT };

	for (unsigned int i = 0; f && i < f->n; i++)
		measure_row(w, SHOW_FOREIGN_MAP, format, &(struct show_obj){ .fmap = &f->maps[i] },
			    scratch);
}

static void put_foreign_paths(const struct foreign *f, const char *format,
			      const struct show_widths *w, struct strbuf *out)
{
	for (unsigned int i = 0; f && i < f->n; i++)
		for (unsigned int k = 0; k < f->maps[i].n; k++) {
			put_row(SHOW_FOREIGN_PATH, format,
				&(struct show_obj){ .fpath = &f->maps[i].path[k] }, w, out);
			sb_addc(out, '\n');
		}
}

static void put_foreign_maps(const struct foreign *f, const char *format,
			     const struct show_widths *w, struct strbuf *out)
{
	for (unsigned int i = 0; f && i < f->n; i++) {
		put_row(SHOW_FOREIGN_MAP, format, &(struct show_obj){ .fmap = &f->maps[i] }, w,
			out);
		sb_addc(out, '\n');
	}
}

void show_paths_with(const struct topology *t, const struct foreign *f, const char *format,
		     bool raw, struct strbuf *out)
{
	struct show_widths w;

	if (!t->n_paths && (!f || !f->n))
		return;
	if (!raw) {
		show_path_widths(&w, format, t->paths, t->n_paths, true);
		measure_foreign_paths(&w, format, f);
		put_header(SHOW_PATH, format, &w, out);
	}
	for (unsigned int i = 0; i < t->n_paths; i++)
		show_path(t->paths[i], format, raw ? NULL : &w, out);
	put_foreign_paths(f, format, raw ? NULL : &w, out);
}

void show_maps_with(const struct topology *t, const struct foreign *f, const char *format, bool raw,
		    struct strbuf *out)
{
	struct show_widths w;

	if (!t->n_maps && (!f || !f->n))
		return;
	if (!raw) {
		show_map_widths(&w, format, t->maps, t->n_maps, true);
		measure_foreign_maps(&w, format, f);
		put_header(SHOW_MAP, format, &w, out);
	}
	for (unsigned int i = 0; i < t->n_maps; i++)
		show_map(t->maps[i], format, raw ? NULL : &w, out);
	put_foreign_maps(f, format, raw ? NULL : &w, out);
}

void show_paths(const struct topology *t, const char *format, bool raw, struct strbuf *out)
{
	show_paths_with(t, NULL, format, raw, out);
}

void show_maps(const struct topology *t, const char *format, bool raw, struct strbuf *out)
{
	show_maps_with(t, NULL, format, raw, out);
}

void show_paths_list(const struct topology *t, struct strbuf *out)
{
	sb_add(out, t->n_paths ? "===== paths list =====\n" : "===== no paths =====\n");
	show_paths(t, SHOW_FMT_PATHS_V3, false, out);
}

/* Widths over the paths a map shows, which are those in its groups. */
static void own_widths(const struct map *m, struct show_widths *w)
{
	SCRATCH scratch[2] = { STRBUF_INIT, STRBUF_INIT };

	*w = (struct show_widths){ 0 };
	for (unsigned int g = 0; g < m->n_groups; g++)
		for (unsigned int i = 0; i < m->groups[g].n; i++)
			measure_row(w, SHOW_PATH, SHOW_FMT_PATH_TREE,
				    &(struct show_obj){ .path = m->groups[g].paths[i] }, scratch);
}

/* Has the action a place before the name? Those without a word leave ": ". */
static bool action_shown(enum map_action a)
{
	return a != ACT_NONE && a != ACT_NOTHING && a != ACT_IMPOSSIBLE;
}

static void put_map_header(const struct map *m, bool bold, struct strbuf *out)
{
	const struct show_obj o = { .map = m };
	bool same = !m->alias[0] || strcmp(m->alias, m->wwid) == 0;

	if (bold)
		sb_add(out, "\033[1m");
	if (action_shown(m->action))
		put_row(SHOW_MAP, "%A: ", &o, NULL, out);
	put_row(SHOW_MAP, same ? "%n %d %s" : "%n (%w) %d %s", &o, NULL, out);
	if (bold)
		sb_add(out, "\033[0m");
	sb_addc(out, '\n');
}

static void put_group(const struct pathgroup *g, bool last_group, const struct show_widths *w,
		      struct strbuf *out)
{
	sb_add(out, last_group ? "`-+- " : "|-+- ");
	put_row(SHOW_GROUP, SHOW_FMT_GROUP, &(struct show_obj){ .group = g }, NULL, out);
	sb_addc(out, '\n');
	for (unsigned int i = 0; i < g->n; i++) {
		sb_add(out, last_group ? "  " : "| ");
		sb_add(out, i + 1 == g->n ? "`- " : "|- ");
		show_path(g->paths[i], SHOW_FMT_PATH_TREE, w, out);
	}
}

void show_map_tree(const struct map *m, int verbosity, const struct show_widths *widths, bool bold,
		   struct strbuf *out)
{
	struct show_widths own;

	if (verbosity <= 0)
		return;
	if (verbosity == 1) {
		show_map(m, "%n", NULL, out);
		return;
	}
	if (!widths)
		own_widths(m, &own);
	put_map_header(m, bold, out);
	show_map(m, SHOW_FMT_MAP_ATTR, NULL, out);
	for (unsigned int i = 0; i < m->n_groups; i++)
		put_group(&m->groups[i], i + 1 == m->n_groups, widths ? widths : &own, out);
}

static void put_wildcards(enum show_kind kind, struct strbuf *out)
{
	unsigned int n;
	const struct show_field *f = show_fields(kind, &n);

	for (unsigned int i = 0; i < n; i++)
		sb_printf(out, "%%%c  %s\n", f[i].letter, f[i].header);
}

void show_wildcards(struct strbuf *out)
{
	sb_add(out, "multipath format wildcards:\n");
	put_wildcards(SHOW_MAP, out);
	sb_add(out, "\npath format wildcards:\n");
	put_wildcards(SHOW_PATH, out);
}
