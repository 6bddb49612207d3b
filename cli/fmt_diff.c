/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A unified diff of a layout. Which line became which is known, so nothing has to be searched: a
 * line that is not the same is taken out and, unless it was dropped, put in anew.
 */
#include <string.h>

#include "cli/fmt.h"
#include "parser/srcfile.h"

#define CONTEXT 3

struct diff {
	const struct fmt *f;
	const char *from, *to;
};

static bool same(const struct diff *d, unsigned int i)
{
	const struct fmt_line *l = &d->f->line[i];

	return l->end - l->start == l->out_end - l->out &&
	       !memcmp(d->from + l->start, d->to + l->out, l->end - l->start);
}

static bool dropped(const struct fmt_line *l)
{
	return l->out == l->out_end;
}

static void add_line(char sign, const char *bytes, uint32_t start, uint32_t end, struct strbuf *out)
{
	sb_addc(out, sign);
	sb_addn(out, bytes + start, end - start);
	if (bytes[end - 1] != '\n')
		sb_add(out, "\n\\ No newline at end of file\n");
}

/* The lines of a hunk; runs of changed ones as all that goes, then all that comes. */
static void add_lines(const struct diff *d, unsigned int from, unsigned int to, struct strbuf *out)
{
	const struct fmt_line *l = d->f->line;
	unsigned int i = from, j;

	while (i < to) {
		if (same(d, i)) {
			add_line(' ', d->from, l[i].start, l[i].end, out);
			i++;
			continue;
		}
		for (j = i; j < to && !same(d, j); j++)
			add_line('-', d->from, l[j].start, l[j].end, out);
		for (; i < j; i++) {
			if (!dropped(&l[i]))
				add_line('+', d->to, l[i].out, l[i].out_end, out);
		}
	}
}

static unsigned int count_new(const struct diff *d, unsigned int from, unsigned int to)
{
	unsigned int n = 0;

	for (unsigned int i = from; i < to; i++)
		n += !dropped(&d->f->line[i]);
	return n;
}

/* First line after the hunk that starts with the changed line @at: its changes and their context. */
static unsigned int hunk_end(const struct diff *d, unsigned int at)
{
	unsigned int last = at;

	for (unsigned int i = at; i < d->f->n && i - last <= 2 * CONTEXT; i++) {
		if (!same(d, i))
			last = i;
	}
	return last + 1 + CONTEXT < d->f->n ? last + 1 + CONTEXT : d->f->n;
}

void fmt_diff(const struct fmt *f, const struct srcfile *from, const char *name, struct strbuf *out)
{
	struct diff d = { .f = f, .to = sb_str(&f->out) };
	unsigned int done = 0, new_line = 0, start, end, i;
	size_t len;

	d.from = srcfile_bytes(from, &len);
	sb_printf(out, "--- %s\n+++ %s\n", name, name);
	for (i = 0; i < f->n; i++) {
		unsigned int n;

		if (same(&d, i))
			continue;
		start = i - done > CONTEXT ? i - CONTEXT : done;
		end = hunk_end(&d, i);
		new_line += count_new(&d, done, start);
		n = count_new(&d, start, end);
		sb_printf(out, "@@ -%u,%u +%u,%u @@\n", start + 1, end - start, new_line + (n > 0),
			  n);
		add_lines(&d, start, end, out);
		new_line += n;
		done = end;
		i = end - 1;
	}
}
