/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A unified diff. Mending changes few lines and keeps their order, so the search for the next
 * common line looks a bounded distance ahead on both sides; where it finds none the rest differs.
 * The result is always right, and as small as people want it for edits of this kind.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/output.h"
#include "parser/strbuf.h"

#define AHEAD	64
#define CONTEXT 3

struct diff_line {
	const char *text;
	size_t len; /* with the newline */
};

struct diff_side {
	struct diff_line *line;
	unsigned int n;
};

/* Lines [a, a_end) become [b, b_end). */
struct change {
	unsigned int a, a_end, b, b_end;
};

static bool split(const char *text, size_t len, struct diff_side *ret)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	ret->line = calloc(n, sizeof(*ret->line));
	ret->n = 0;
	while (ret->line && len) {
		const char *nl = memchr(text, '\n', len);
		size_t part = nl ? (size_t)(nl + 1 - text) : len;

		ret->line[ret->n++] = (struct diff_line){ text, part };
		text += part;
		len -= part;
	}
	return ret->line != NULL;
}

static bool same(const struct diff_side *a, unsigned int i, const struct diff_side *b,
		 unsigned int j)
{
	return a->line[i].len == b->line[j].len &&
	       !memcmp(a->line[i].text, b->line[j].text, a->line[i].len);
}

/* From the first difference at @c->a, @c->b find where the sides meet again. */
static void meet(const struct diff_side *a, const struct diff_side *b, struct change *c)
{
	for (unsigned int sum = 1; sum <= 2 * AHEAD; sum++) {
		for (unsigned int i = 0; i <= sum; i++) {
			unsigned int x = c->a + i, y = c->b + (sum - i);

			if (x > a->n || y > b->n)
				continue;
			if ((x == a->n && y == b->n) ||
			    (x < a->n && y < b->n && same(a, x, b, y))) {
				c->a_end = x;
				c->b_end = y;
				return;
			}
		}
	}
	c->a_end = a->n;
	c->b_end = b->n;
}

static bool next_change(const struct diff_side *a, const struct diff_side *b, struct change *c)
{
	unsigned int i = c->a_end, j = c->b_end;

	while (i < a->n && j < b->n && same(a, i, b, j)) {
		i++;
		j++;
	}
	if (i == a->n && j == b->n)
		return false;
	*c = (struct change){ .a = i, .b = j };
	meet(a, b, c);
	return true;
}

static void put(char sign, const struct diff_line *l, struct strbuf *out)
{
	sb_addc(out, sign);
	sb_addn(out, l->text, l->len);
	if (l->len && l->text[l->len - 1] != '\n')
		sb_add(out, "\n\\ No newline at end of file\n");
}

static void put_range(char sign, const struct diff_side *s, unsigned int from, unsigned int to,
		      struct strbuf *out)
{
	for (; from < to; from++)
		put(sign, &s->line[from], out);
}

static void put_span(unsigned int from, unsigned int to, struct strbuf *out)
{
	sb_printf(out, "%u,%u", to > from ? from + 1 : from, to - from);
}

/* Changes @c[0..n) are close enough for one hunk. */
static void put_hunk(const struct diff_side *a, const struct diff_side *b, const struct change *c,
		     unsigned int n, struct strbuf *out)
{
	const struct change *last = &c[n - 1];
	unsigned int before = c->a < CONTEXT ? c->a : CONTEXT;
	unsigned int after = a->n - last->a_end < CONTEXT ? a->n - last->a_end : CONTEXT;
	unsigned int at = c->a - before;

	sb_add(out, "@@ -");
	put_span(at, last->a_end + after, out);
	sb_add(out, " +");
	put_span(c->b - before, last->b_end + after, out);
	sb_add(out, " @@\n");
	for (unsigned int i = 0; i < n; i++) {
		put_range(' ', a, at, c[i].a, out);
		put_range('-', a, c[i].a, c[i].a_end, out);
		put_range('+', b, c[i].b, c[i].b_end, out);
		at = c[i].a_end;
	}
	put_range(' ', a, at, at + after, out);
}

static bool add_change(struct change **list, unsigned int *n, const struct change *c)
{
	struct change *grown = *list;

	if (!(*n & (*n - 1))) /* full: a power of two, or none */
		grown = realloc(*list, (*n ? 2 * (size_t)*n : 1) * sizeof(*grown));
	if (!grown)
		return false;
	*list = grown;
	grown[(*n)++] = *c;
	return true;
}

static void put_changes(const struct diff_side *a, const struct diff_side *b, struct strbuf *out)
{
	struct change *group = NULL, c = { 0 };
	unsigned int n = 0;

	while (next_change(a, b, &c)) {
		if (n && c.a - group[n - 1].a_end > 2 * CONTEXT) {
			put_hunk(a, b, group, n, out);
			n = 0;
		}
		if (!add_change(&group, &n, &c))
			break;
	}
	if (n)
		put_hunk(a, b, group, n, out);
	free(group);
}

void lint_diff(const char *name, const char *a, size_t a_len, const char *b, size_t b_len,
	       struct strbuf *out)
{
	struct diff_side x = { 0 }, y = { 0 };

	if (a_len == b_len && !memcmp(a, b, a_len))
		return;
	if (split(a, a_len, &x) && split(b, b_len, &y)) {
		sb_add(out, "--- ");
		sb_add_safe(out, name);
		sb_add(out, "\n+++ ");
		sb_add_safe(out, name);
		sb_addc(out, '\n');
		put_changes(&x, &y, out);
	}
	free(x.line);
	free(y.line);
}
