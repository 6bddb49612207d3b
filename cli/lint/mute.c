/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "# minipath-lint: disable=ID,..." behind a statement is for that line, on a line of its own for
 * the next statement; where the statement opens a section, for all of the section.
 * "disable-file=ID,..." is for the whole file. "all" is every check. Each is kept as a range of
 * bytes; a diagnostic whose place is in the range is left out.
 */
#include <string.h>

#include "cli/lint/check.h"
#include "parser/arena.h"

#define MARK "minipath-lint:"

/* The innermost range around a new one, as an index; -1: none. */
static int enclosing(const struct lint_muting *m)
{
	for (unsigned int depth = LINT_DEPTH; depth-- > 0;) {
		if (m->open[depth][1] > m->open[depth][0])
			return (int)m->open[depth][1] - 1;
	}
	return -1;
}

static void add_range(struct lint *x, struct srcloc loc, enum diag_id id)
{
	struct lint_muting *m = &x->muting;
	const struct lint_mute *last = m->n ? &m->list[m->n - 1] : NULL;
	bool same = last && last->file == loc.file && (m->waiting || last->start == loc.start);
	int up = same ? (int)m->n - 1 : enclosing(m);

	m->list = arena_grow(x->a, m->list, m->n, &m->cap, sizeof(*m->list));
	m->list[m->n++] = (struct lint_mute){
		.file = loc.file, .start = loc.start, .end = loc.end, .id = id, .up = up
	};
}

static void add_whole(struct lint *x, const struct srcfile *f, enum diag_id id)
{
	struct lint_muting *m = &x->muting;

	for (unsigned int i = 0; i < m->n_whole; i++) {
		if (m->whole[i].file == f && m->whole[i].id == id)
			return;
	}
	m->whole = arena_grow(x->a, m->whole, m->n_whole, &m->whole_cap, sizeof(*m->whole));
	m->whole[m->n_whole++] = (struct lint_mute){ .file = f, .id = id };
}

/* The ids of one "disable=" word. */
static void read_ids(struct lint *x, const struct lint_line *l, const char *ids, size_t len,
		     bool whole_file)
{
	struct srcloc line = loc_range(l->file, l->line->start, l->line->end);
	const char *bytes = srcfile_bytes(l->file, &(size_t){ 0 });
	const char *end = ids + len, *next;

	for (; ids < end; ids = next + 1) {
		const char *id;
		enum diag_id found;
		uint32_t at = (uint32_t)(ids - bytes);

		next = memchr(ids, ',', (size_t)(end - ids));
		next = next ? next : end;
		if (next == ids)
			continue;
		id = arena_strndup(x->a, ids, (size_t)(next - ids));
		found = lint_id(id);
		if (!found && strcmp(id, "all") != 0)
			line_tell(x, l, DIAG_unknown_check,
				  loc_range(l->file, at, at + (uint32_t)(next - ids)), id, NULL,
				  NULL);
		else if (whole_file)
			add_whole(x, l->file, found);
		else
			add_range(x, line, found);
	}
}

static size_t word_len(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && p[n] != ' ' && p[n] != '\t' && p[n] != '\r' && p[n] != '\0')
		n++;
	return n;
}

/* True: there was a disable= for this line or the next statement. */
static bool read_comment(struct lint *x, const struct lint_line *l)
{
	const char *bytes = srcfile_bytes(l->file, &(size_t){ 0 });
	const char *p = bytes + l->line->comment, *end = bytes + l->line->end;
	unsigned int before = x->muting.n;

	if (p >= end || *p != '#')
		return false;
	p = memmem(p, (size_t)(end - p), MARK, strlen(MARK));
	if (!p)
		return false;
	for (p += strlen(MARK); p < end; p += word_len(p, end)) {
		size_t n;

		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\0'))
			p++;
		n = word_len(p, end);
		if (n > 8 && !strncmp(p, "disable=", 8)) {
			read_ids(x, l, p + 8, n - 8, false);
		} else if (n > 13 && !strncmp(p, "disable-file=", 13)) {
			read_ids(x, l, p + 13, n - 13, true);
		}
	}
	return x->muting.n > before;
}

static void stretch(struct lint_muting *m, unsigned int from, unsigned int to,
		    const struct srcfile *f, uint32_t end)
{
	for (unsigned int i = from; i < to; i++) {
		if (m->list[i].file == f && m->list[i].end < end)
			m->list[i].end = end;
	}
}

/* The line closes the section of @depth: what was disabled for the section ends here. */
static void close_section(struct lint_muting *m, const struct lint_line *l, unsigned int depth)
{
	if (depth >= LINT_DEPTH)
		return;
	stretch(m, m->open[depth][0], m->open[depth][1], l->file, l->line->end);
	m->open[depth][0] = m->open[depth][1] = 0;
}

void mute_line(struct lint *x, const struct lint_line *l)
{
	struct lint_muting *m = &x->muting;
	const struct kwdef *def = kw_get(l->kw);
	unsigned int from = m->n, depth = l->bound->depth;
	bool own = read_comment(x, l);

	if (!l->line->n_tokens) {
		if (own && !m->waiting)
			m->pending = from;
		m->waiting |= own;
		return;
	}
	if (m->waiting)
		from = m->pending;
	m->waiting = false;
	if (from < m->n)
		stretch(m, from, m->n, l->file, l->line->end);
	if (l->line->kind == LINE_CLOSE && depth)
		close_section(m, l, depth);
	if (from < m->n && def && def->opens && depth + 1 < LINT_DEPTH) {
		m->open[depth + 1][0] = from;
		m->open[depth + 1][1] = m->n;
	}
}

static bool silences(const struct lint_mute *m, const struct diag *d)
{
	return m->file == d->loc.file && (!m->id || m->id == d->id);
}

/* Files come one after the other, and in a file ranges by their start. */
static unsigned int before_place(const struct lint *x, const struct diag *d)
{
	const struct lint_muting *m = &x->muting;
	unsigned int low = 0, high = m->n, file = config_file_index(x->r->cfg, d->loc.file);

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;
		unsigned int its = config_file_index(x->r->cfg, m->list[mid].file);

		if (its < file || (its == file && m->list[mid].start <= d->loc.start))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Ranges lie in one another or apart: those around a place are the nearest one and those around it. */
bool mute_applies(const struct lint *x, const struct diag *d)
{
	const struct lint_muting *m = &x->muting;
	int i;

	for (unsigned int j = 0; j < m->n_whole; j++) {
		if (silences(&m->whole[j], d))
			return true;
	}
	for (i = m->n ? (int)before_place(x, d) - 1 : -1; i >= 0; i = m->list[i].up) {
		if (d->loc.start <= m->list[i].end && silences(&m->list[i], d))
			return true;
	}
	return false;
}
