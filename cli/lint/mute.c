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

static void add_mute(struct lint *x, const struct srcfile *f, struct srcloc loc, bool whole_file,
		     enum diag_id id)
{
	struct lint_muting *m = &x->muting;

	m->list = arena_grow(x->a, m->list, m->n, &m->cap, sizeof(*m->list));
	m->list[m->n++] = (struct lint_mute){ .file = f,
					      .start = whole_file ? 0 : loc.start,
					      .end = whole_file ? UINT32_MAX : loc.end,
					      .id = id };
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
		if (found || !strcmp(id, "all"))
			add_mute(x, l->file, line, whole_file, found);
		else
			line_tell(x, l, DIAG_unknown_check,
				  loc_range(l->file, at, at + (uint32_t)(next - ids)), id, NULL,
				  NULL);
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
	unsigned int before = x->muting.n, files = 0;

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
			unsigned int from = x->muting.n;

			read_ids(x, l, p + 13, n - 13, true);
			files += x->muting.n - from;
		}
	}
	return x->muting.n > before + files;
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

bool mute_applies(const struct lint *x, const struct diag *d)
{
	for (unsigned int i = 0; i < x->muting.n; i++) {
		const struct lint_mute *m = &x->muting.list[i];

		if (m->file == d->loc.file && d->loc.start >= m->start && d->loc.start <= m->end &&
		    (!m->id || m->id == d->id))
			return true;
	}
	return false;
}
