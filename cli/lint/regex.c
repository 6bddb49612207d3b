/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions that are valid, but hardly what their writer meant: shell patterns, missing
 * anchors, names that change, texts that no device can send.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/check.h"
#include "parser/arena.h"

#define SPECIAL ".[]{}()\\*+?|^$"

bool regex_is_plain(const char *text)
{
	return !strpbrk(text, SPECIAL);
}

bool regex_is_tame(const char *pattern)
{
	for (const char *p = pattern; (p = strchr(p, '\\')) && p[1]; p += 2) {
		if (isdigit((unsigned char)p[1]))
			return false;
	}
	return true;
}

bool regex_hits(const char *pattern, const char *text)
{
	regex_t re;
	bool hit;

	if (regex_is_plain(pattern))
		return strstr(text, pattern) != NULL;
	if (!regex_is_tame(pattern) || regex_compile(&re, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	hit = !regexec(&re, text, 0, NULL, 0);
	regfree(&re);
	return hit;
}

const char *regex_literal(const char *pattern, char *buf, size_t size)
{
	size_t n;

	pattern += *pattern == '^';
	n = strlen(pattern);
	n -= n && pattern[n - 1] == '$';
	if (n >= size)
		return NULL;
	memcpy(buf, pattern, n);
	buf[n] = '\0';
	return regex_is_plain(buf) ? buf : NULL;
}

static bool is_regex(const struct lint_line *l)
{
	const struct kwtype *t = kw_get(l->kw)->type;

	return t == &kt_regex || t == &kt_rule;
}

/* The expression of a rule without the '!' that turns it round. */
static const char *pattern_of(const struct lint_line *l)
{
	return kw_get(l->kw)->type == &kt_rule && l->value[0] == '!' ? l->value + 1 : l->value;
}

/* ---- shell patterns ---- */

/* A star behind a letter or digit, or with nothing in front of it. */
static const char *shell_star(const char *p)
{
	const char *start = p;

	for (; *p; p++) {
		if (*p == '\\' && p[1]) {
			p++;
			continue;
		}
		if (*p == '[') { /* a list: its first character may be ']' */
			p += p[1] == '^' ? 2 : 1;
			p += *p == ']';
			while (*p && *p != ']')
				p++;
			if (!*p)
				return NULL;
			continue;
		}
		if (*p == '*' && (p == start || isalnum((unsigned char)p[-1]) || p[-1] == '-' ||
				  p[-1] == '_' || p[-1] == ' '))
			return p;
	}
	return NULL;
}

void check_shell_pattern(struct lint *x, const struct lint_line *l)
{
	const char *pattern = pattern_of(l), *star;
	struct diag *d, *bad;
	char what[64];

	if (!is_regex(l) || line_find(x, l, DIAG_single_quotes))
		return;
	star = shell_star(pattern);
	if (!star)
		return;
	if (star == pattern)
		snprintf(what, sizeof(what), "here '*' has nothing to repeat");
	else
		snprintf(what, sizeof(what), "here '*' repeats the '%c' before it", star[-1]);
	bad = line_find(x, l, DIAG_bad_regex);
	if (!bad)
		bad = line_find(x, l, DIAG_useless_regex);
	d = line_tell(x, l, DIAG_shell_pattern, l->value_loc, l->value, what, NULL);
	if (d && bad)
		d->severity = SEV_ERROR;
	diag_drop(bad);
	diag_suggest(x->diags, d, true, "\"%.*s.%s\"", (int)(star - l->value), l->value, star);
}

/* "[[0-9]*]": what comes in guides of twenty years. */
void check_nested_bracket(struct lint *x, const struct lint_line *l)
{
	const char *p = is_regex(l) ? strstr(pattern_of(l), "[[") : NULL, *close;
	struct diag *d;

	if (!p || p[2] == ':' || p[2] == '.' || p[2] == '=')
		return;
	close = strchr(p + 2, ']');
	if (!close || !strchr("*+?]", close[1]) || !close[1])
		return;
	if (close[1] != ']' && close[2] != ']')
		return;
	d = line_tell(x, l, DIAG_nested_bracket, l->value_loc, l->value, NULL, NULL);
	diag_suggest(x->diags, d, true, "\"%.*s%.*s%.*s%s\"", (int)(p - l->value), l->value,
		     (int)(close - p), p + 1, close[1] == ']' ? 0 : 1, close + 1,
		     close[1] == ']' ? close + 2 : close + 3);
}

/* ---- device nodes ---- */

void check_unanchored(struct lint *x, const struct lint_line *l)
{
	const char *p = pattern_of(l);
	char what[TOKEN_MAX + 64];
	struct diag *d;

	if (l->kw != KW_devnode || !isalnum((unsigned char)*p) || !regex_is_plain(p))
		return;
	snprintf(what, sizeof(what), "\"x%s1\" too", p);
	d = line_tell(x, l, DIAG_unanchored_devnode, l->value_loc, l->value, what, NULL);
	diag_suggest(x->diags, d, true, "\"%s^%s\"", p == l->value ? "" : "!", p);
}

/* sda, ^sda$, ^sdb[0-9]*: one disk by its kernel name. */
void check_unstable(struct lint *x, const struct lint_line *l)
{
	const char *p = pattern_of(l);
	size_t n;
	struct diag *d;

	if (l->kw != KW_devnode)
		return;
	p += *p == '^';
	if (strncmp(p, "sd", 2) && strncmp(p, "hd", 2) && strncmp(p, "dasd", 4))
		return;
	n = strcspn(p, "d") + 1;
	if (!islower((unsigned char)p[n]))
		return;
	n += strspn(p + n, "abcdefghijklmnopqrstuvwxyz");
	if (p[n] == '*' || p[n] == '+' || p[n] == '?' || p[n] == '|' || p[n] == '.')
		return;
	d = line_tell(x, l, DIAG_unstable_devnode, l->value_loc, l->value, NULL, NULL);
	diag_suggest(x->diags, d, false, "use its WWID: \"wwid\"");
}

/* ---- inquiry strings ---- */

/* SPC: vendor 8, product 16, revision 4 bytes; blanks at the end are cut off when they are read. */
static unsigned int inquiry_size(enum kw_id kw)
{
	switch (kw) {
	case KW_vendor:
	case KW_rule_vendor:
		return 8;
	case KW_revision:
		return 4;
	default:
		return 0;
	}
}

void check_never_matches(struct lint *x, const struct lint_line *l)
{
	unsigned int max = inquiry_size(l->kw);
	char buf[TOKEN_MAX], size[8];
	const char *text = max ? regex_literal(pattern_of(l), buf, sizeof(buf)) : NULL;

	if (!text || strlen(text) <= max)
		return;
	snprintf(size, sizeof(size), "%u", max);
	line_tell(x, l, DIAG_never_matches, l->value_loc, kw_get(l->kw)->name, l->value, size);
}

/* Each pattern stands once; it is compiled when the first text is held against it. */
struct arrays {
	struct seen patterns;
	unsigned int n;
	struct vendor {
		const char *pattern;
		regex_t re;
		bool compiled;
	} vendor[512];
};

static uint32_t pattern_hash(const void *item)
{
	return hash_text(HASH_START, item);
}

static bool pattern_same(const void *a, const void *b)
{
	return same_text(a, b);
}

static void add_vendor(struct arrays *a, const char *pattern)
{
	if (a->n == sizeof(a->vendor) / sizeof(a->vendor[0]) || seen_add(&a->patterns, pattern))
		return;
	a->vendor[a->n++].pattern = pattern;
}

struct arrays *arrays_new(struct arena *arena, const struct config_row *rows)
{
	struct arrays *a = arena_alloc(arena, sizeof(*a));

	a->patterns = (struct seen){ .hash = pattern_hash, .same = pattern_same };
	for (const struct config_row *row = rows; row && row->set; row++) {
		for (const struct config_set *s = row->set; s->kw; s++) {
			if (s->kw == KW_vendor)
				add_vendor(a, s->text);
		}
	}
	return a;
}

void arrays_done(struct arrays *a)
{
	for (unsigned int i = 0; i < a->n; i++) {
		if (a->vendor[i].compiled)
			regfree(&a->vendor[i].re);
	}
	seen_done(&a->patterns);
}

static bool vendor_is(struct vendor *v, const char *text)
{
	if (regex_is_plain(v->pattern))
		return strstr(text, v->pattern) != NULL;
	if (!v->compiled)
		v->compiled = !regcomp(&v->re, v->pattern, REG_EXTENDED | REG_NOSUB);
	return v->compiled && !regexec(&v->re, text, 0, NULL, 0);
}

static bool known_vendor(struct arrays *a, const char *text)
{
	if (seen_find(&a->patterns, text))
		return true;
	for (unsigned int i = 0; i < a->n; i++) {
		if (vendor_is(&a->vendor[i], text))
			return true;
	}
	return false;
}

/* False: it was told before. */
static bool note_array(struct lint *x, const char *text)
{
	x->told_arrays.hash = pattern_hash;
	x->told_arrays.same = pattern_same;
	return !seen_add(&x->told_arrays, arena_strdup(x->a, text));
}

void check_array(struct lint *x, const struct lint_line *l)
{
	struct arrays *arrays = x->opt->known->arrays;
	char buf[64];
	const char *text;
	struct diag *d;

	if (l->kw != KW_vendor || !arrays->n)
		return;
	text = regex_literal(l->value, buf, sizeof(buf));
	if (!text || !*text || line_find(x, l, DIAG_never_matches) ||
	    line_find(x, l, DIAG_single_quotes) || line_find(x, l, DIAG_equals_sign))
		return;
	if (known_vendor(arrays, text) || !note_array(x, text))
		return;
	d = line_tell(x, l, DIAG_unknown_array, l->value_loc, l->value, NULL, NULL);
	for (unsigned int i = 0; i < arrays->n; i++) {
		const char *p = arrays->vendor[i].pattern;

		if (regex_is_plain(p) && text_distance(p, text, 1) == 1)
			diag_suggest(x->diags, d, true, "\"%s\"", p);
	}
}
