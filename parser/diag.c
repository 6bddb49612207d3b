/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnostics are kept in the order they were found. The texts come from diag.def; a renderer
 * walks a template and puts in arguments, file and line, each made safe for terminals on the way.
 */
#include "parser/diag.h"

#include <stdarg.h>
#include <string.h>

#include "parser/arena.h"
#include "parser/strbuf.h"

static const struct diag_def defs[DIAG__MAX] = {
#define DIAG(id, text, ...) [DIAG_##id] = { .name = text, __VA_ARGS__ },
#include "parser/diag.def"
#undef DIAG
};

struct diag_sink {
	struct arena *a;
	struct diag **list;
	unsigned int n, cap;
};

struct diag_sink *diag_sink_new(struct arena *a)
{
	struct diag_sink *s = arena_alloc(a, sizeof(*s));

	s->a = a;
	return s;
}

const struct diag_def *diag_def(enum diag_id id)
{
	return id > DIAG_NONE && id < DIAG__MAX ? &defs[id] : NULL;
}

static struct diag *diag_append(struct diag_sink *s, enum diag_id id, struct srcloc loc)
{
	struct diag *d = arena_alloc(s->a, sizeof(*d));

	d->id = id;
	d->severity = defs[id].severity;
	d->loc = loc;
	s->list = arena_grow(s->a, s->list, s->n, &s->cap, sizeof(*s->list));
	s->list[s->n++] = d;
	return d;
}

struct diag *diag_add(struct diag_sink *s, enum diag_id id, struct srcloc loc, const char *a1,
		      const char *a2, const char *a3, const char *a4)
{
	const char *arg[DIAG_ARGS] = { a1, a2, a3, a4 };
	struct diag *d;

	if (s->n > DIAG_MAX)
		return NULL;
	if (s->n == DIAG_MAX) {
		d = diag_append(s, DIAG_too_many_problems, SRCLOC_NONE);
		d->arg[0] = arena_printf(s->a, "%d", DIAG_MAX);
		return NULL;
	}
	d = diag_append(s, id, loc);
	for (unsigned int i = 0; i < DIAG_ARGS; i++)
		d->arg[i] = arg[i] ? arena_strdup(s->a, arg[i]) : NULL;
	return d;
}

__attribute__((format(printf, 2, 0))) static const char *format(struct diag_sink *s,
								const char *fmt, va_list ap)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	sb_vprintf(&sb, fmt, ap);
	return arena_strdup(s->a, sb_str(&sb));
}

void diag_note(struct diag_sink *s, struct diag *d, struct srcloc loc, const char *fmt, ...)
{
	va_list ap;

	if (!d || d->n_notes == DIAG_NOTES)
		return;
	va_start(ap, fmt);
	d->note[d->n_notes].loc = loc;
	d->note[d->n_notes++].text = format(s, fmt, ap);
	va_end(ap);
}

void diag_suggest(struct diag_sink *s, struct diag *d, bool exact, const char *fmt, ...)
{
	va_list ap;

	if (!d)
		return;
	va_start(ap, fmt);
	d->suggestion = format(s, fmt, ap);
	d->exact = exact;
	va_end(ap);
}

unsigned int diag_count(const struct diag_sink *s)
{
	return s->n;
}

struct diag *diag_at(const struct diag_sink *s, unsigned int i)
{
	return s->list[i];
}

static unsigned int diag_line(const struct diag *d)
{
	return d->line ? d->line : srcloc_start(d->loc).line;
}

/* A tab does no harm, and multipath-tools' texts have some. */
static void add_arg(struct strbuf *out, const char *s)
{
	__attribute__((cleanup(sb_done))) struct strbuf part = STRBUF_INIT;

	while (*s) {
		size_t n = strcspn(s, "\t");

		sb_clear(&part);
		sb_addn(&part, s, n);
		sb_add_safe(out, sb_str(&part));
		s += n;
		if (*s) {
			sb_addc(out, '\t');
			s++;
		}
	}
}

static void render(const struct diag *d, const char *template, struct strbuf *out)
{
	for (const char *p = template; *p; p++) {
		if (*p != '%') {
			sb_addc(out, *p);
			continue;
		}
		p++;
		if (*p == 'F')
			sb_add_safe(out, d->loc.file ? srcfile_name(d->loc.file) : "");
		else if (*p == 'L')
			sb_printf(out, "%u", diag_line(d));
		else if (*p >= '1' && *p < '1' + DIAG_ARGS)
			add_arg(out, d->arg[*p - '1'] ? d->arg[*p - '1'] : "");
	}
}

void diag_text(const struct diag *d, struct strbuf *out)
{
	render(d, defs[d->id].text, out);
}

bool diag_legacy(const struct diag *d, struct strbuf *out)
{
	if (!defs[d->id].legacy)
		return false;
	render(d, defs[d->id].legacy, out);
	return true;
}
