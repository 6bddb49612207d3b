/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of lines. Each check looks for a mistake that people make and that the binder can only
 * describe by its consequences ("ignored from here on"), says what the mistake is, takes the
 * binder's words back and, where the repair is plain, records the edits that make it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/lint/check.h"
#include "parser/arena.h"

static const char *bytes_of(const struct srcfile *f)
{
	return srcfile_bytes(f, &(size_t){ 0 });
}

static const struct token *last_token(const struct lint_line *l)
{
	return l->line->n_tokens ? &l->line->token[l->line->n_tokens - 1] : NULL;
}

static bool all_words(const struct lint_line *l, unsigned int from)
{
	for (unsigned int i = from; i < l->line->n_tokens; i++) {
		if (l->line->token[i].kind != TOKEN_WORD)
			return false;
	}
	return true;
}

/* ---- braces ---- */

void check_brace_next_line(struct lint *x, const struct lint_line *l)
{
	struct diag *stray = line_find(x, l, DIAG_stray_open), *d;
	size_t len;
	const char *bytes = srcfile_bytes(l->file, &len);
	uint32_t end = l->line->end;

	if (!stray || !x->prev.open || x->prev.file != l->file)
		return;
	d = line_tell(x, l, DIAG_brace_next_line, x->prev.name, x->prev.open->arg[0],
		      x->prev.lost ? ": the section is not opened" : "", NULL);
	diag_note(x->diags, d, l->name_loc, "the '{' is here");
	diag_drop(x->prev.open);
	diag_drop(stray);
	if (x->prev.lost || x->prev.unknown)
		x->lost = (struct lint_lost){ .depth = 1, .loc = x->prev.name };
	if (l->line->n_tokens > 1)
		return; /* what follows would become a statement */
	lint_edit(x, d, l->file, x->prev.end, x->prev.end, " {", x->prev.lost);
	if (l->line->comment < end) {
		lint_edit(x, d, l->file, l->name_loc.start, l->name_loc.end, "", x->prev.lost);
		return;
	}
	while (end < len && bytes[end] == '\r')
		end++;
	if (end < len && bytes[end] == '\n')
		end++;
	lint_edit(x, d, l->file, l->line->start, end, "", x->prev.lost);
}

static bool opens_nothing(struct lint *x, const struct lint_line *l)
{
	if (l->kw || l->line->kind != LINE_SECTION)
		return false;
	return line_find(x, l, DIAG_unknown_section) || line_find(x, l, DIAG_misplaced_keyword) ||
	       line_find(x, l, DIAG_removed_keyword) || line_find(x, l, DIAG_unknown_keyword);
}

static void drop_unknown(struct lint *x, const struct lint_line *l)
{
	static const enum diag_id ids[] = { DIAG_unknown_keyword, DIAG_misplaced_keyword,
					    DIAG_unknown_section, DIAG_missing_value,
					    DIAG_removed_keyword, DIAG_NONE };

	line_drop_all(x, l, ids);
}

/* What the binder makes of a value with something in it or behind it that is none. */
static void drop_consequences(struct lint *x, const struct lint_line *l)
{
	static const enum diag_id ids[] = {
		DIAG_extra_data,    DIAG_invalid_value,	   DIAG_missing_count, DIAG_wrong_count,
		DIAG_value_tail,    DIAG_expected_open,	   DIAG_missing_quote, DIAG_bad_regex,
		DIAG_useless_regex, DIAG_section_unbraced, DIAG_NONE
	};

	line_drop_all(x, l, ids);
}

/* What is left of a line that was cut is no statement, unless by chance. */
void check_split_rest(struct lint *x, const struct lint_line *l)
{
	if (x->split && !l->kw) {
		drop_unknown(x, l);
		line_drop(x, l, DIAG_extra_data);
		line_drop(x, l, DIAG_missing_quote);
	}
	x->split = l->line->flags & LINE_SPLIT;
}

/* In a section that was not opened: its lines are no mistakes of their own. */
static void follow_lost(struct lint *x, const struct lint_line *l)
{
	if (l->line->kind == LINE_SECTION && !l->kw)
		x->lost.depth++;
	drop_unknown(x, l);
	if (l->line->kind != LINE_CLOSE)
		return;
	x->lost.depth--;
	if (!line_drop(x, l, DIAG_unmatched_close))
		x->lost.owed++; /* it closed a section that is not its own */
}

/*
 * The lines of a section that is not known are read in the section around it, and its '}' closes
 * that one. One mistake is told once, where it was made.
 */
void check_lost_section(struct lint *x, const struct lint_line *l)
{
	struct diag *d;

	if (x->lost.depth && l->line->kind == LINE_OPEN)
		return;
	if (x->lost.depth) {
		follow_lost(x, l);
		return;
	}
	if (opens_nothing(x, l) && last_token(l)->kind != TOKEN_CLOSE) {
		x->lost.depth = 1;
		x->lost.loc = l->name_loc;
		return;
	}
	if (!x->lost.owed)
		return;
	if (l->line->kind == LINE_CLOSE && line_drop(x, l, DIAG_unmatched_close))
		x->lost.owed--;
	d = line_find(x, l, DIAG_misplaced_keyword);
	diag_note(x->diags, d, x->lost.loc,
		  "the '}' of this section, which is not known here, closed the one around it");
}

void check_one_line_section(struct lint *x, const struct lint_line *l)
{
	struct diag *d = line_find(x, l, DIAG_extra_data);
	bool closed;

	if (l->line->kind != LINE_SECTION || !d || d->loc.start < l->value_loc.end)
		return;
	closed = last_token(l)->kind == TOKEN_CLOSE;
	diag_drop(d);
	d = line_tell(x, l, DIAG_one_line_section, d->loc, l->name,
		      closed ? "; so is its '}', the section stays open" : "", NULL);
	diag_suggest(x->diags, d, false, "put each statement and the '}' on a line of its own");
	if (!closed || !l->kw)
		return;
	x->one_line =
		arena_grow(x->a, x->one_line, x->n_one_line, &x->one_line_cap, sizeof(l->name_loc));
	x->one_line[x->n_one_line++] = l->name_loc;
}

/* ---- quotes ---- */

/* Length of the typographic quote at @p, 0: none. All of U+2018 to U+201F, guillemets, full width. */
static size_t quote_len(const char *p, size_t room)
{
	const unsigned char *u = (const unsigned char *)p;

	if (room >= 3 && u[0] == 0xe2 && u[1] == 0x80 && u[2] >= 0x98 && u[2] <= 0x9f)
		return 3;
	if (room >= 3 && u[0] == 0xef && u[1] == 0xbc && (u[2] == 0x82 || u[2] == 0x87))
		return 3;
	if (room >= 2 && u[0] == 0xc2 && (u[1] == 0xab || u[1] == 0xbb))
		return 2;
	return 0;
}

static bool in_string(const struct lint_line *l, uint32_t at)
{
	for (unsigned int i = 0; i < l->line->n_tokens; i++) {
		const struct token *t = &l->line->token[i];

		if (t->kind == TOKEN_STRING && at >= t->start && at < t->end)
			return true;
	}
	return false;
}

/* The next typographic quote of the line that is not text in a string; false: there is none. */
static bool next_quote(const struct lint_line *l, uint32_t *at, size_t *ret_len)
{
	const char *bytes = bytes_of(l->file);

	for (; *at < l->line->comment; (*at)++) {
		*ret_len = quote_len(bytes + *at, l->line->comment - *at);
		if (*ret_len && !in_string(l, *at))
			return true;
	}
	return false;
}

void check_typographic_quotes(struct lint *x, const struct lint_line *l)
{
	struct diag *d = NULL, *odd = line_find(x, l, DIAG_non_ascii);
	uint32_t at = l->line->start;
	bool lost = line_find(x, l, DIAG_missing_quote) || line_find(x, l, DIAG_extra_data);
	size_t n;

	if (!odd && !line_find(x, l, DIAG_missing_quote))
		return;
	for (; next_quote(l, &at, &n); at += (uint32_t)n) {
		if (!d) {
			d = line_tell(x, l, DIAG_typographic_quotes,
				      loc_range(l->file, at, at + (uint32_t)n),
				      lost ? "the value is not what it seems" : "they are skipped",
				      NULL, NULL);
			if (!d)
				return;
		}
		d->loc.end = at + (uint32_t)n;
		lint_edit(x, d, l->file, at, at + (uint32_t)n, "\"", true);
	}
	if (!d)
		return;
	if (odd && odd->loc.start >= d->loc.start)
		diag_drop(odd);
	if (lost)
		d->severity = SEV_ERROR;
	line_drop(x, l, DIAG_missing_quote);
	line_drop(x, l, DIAG_extra_data);
	diag_suggest(x->diags, d, false, "use the plain double quote: \"");
}

void check_single_quotes(struct lint *x, const struct lint_line *l)
{
	struct srcloc loc = l->value_loc;
	struct diag *d;

	if (l->line->kind != LINE_SETTING || l->quoted || l->value[0] != '\'')
		return;
	for (unsigned int i = 1; i < l->line->n_tokens; i++) {
		const struct token *t = &l->line->token[i];

		if (t->kind == TOKEN_WORD && bytes_of(l->file)[t->end - 1] == '\'') {
			loc.end = t->end;
			break;
		}
	}
	d = line_tell(x, l, DIAG_single_quotes, loc, l->value, NULL, NULL);
	diag_suggest(x->diags, d, false, "use double quotes");
	drop_consequences(x, l);
}

/* ---- what other languages have ---- */

/* "keyword=value" or "keyword=": what is before '=' is a keyword here. */
static bool glued_equals(const struct lint_line *l)
{
	char name[64];
	const char *eq = strchr(l->name, '=');

	if (!eq || l->kw || eq == l->name || (size_t)(eq - l->name) >= sizeof(name))
		return false;
	memcpy(name, l->name, (size_t)(eq - l->name));
	name[eq - l->name] = '\0';
	return kw_find(l->section, name) != KW_NONE;
}

/* Where the value starts behind one or more '=', as a token and its bytes to skip; 0: nowhere. */
static uint32_t value_after_equals(const struct lint_line *l, uint32_t *ret_skip)
{
	for (unsigned int i = 1; i < l->line->n_tokens; i++) {
		const struct token *t = &l->line->token[i];
		const char *text = bytes_of(l->file) + t->start;
		uint32_t n = 0;

		while (t->start + n < t->end && text[n] == '=')
			n++;
		if (t->start + n == t->end)
			continue;
		*ret_skip = n;
		return t->start;
	}
	return 0;
}

void check_equals_sign(struct lint *x, const struct lint_line *l)
{
	struct diag *d;
	uint32_t at, n, next;

	if (glued_equals(l)) {
		at = l->name_loc.start + (uint32_t)strcspn(l->name, "=");
		n = (uint32_t)strspn(strchr(l->name, '='), "=");
		drop_unknown(x, l);
		drop_consequences(x, l);
		d = line_tell(x, l, DIAG_equals_sign, loc_range(l->file, at, at + n),
			      "the line is skipped", NULL, NULL);
		lint_edit(x, d, l->file, at, at + n, " ", true);
		return;
	}
	if (l->line->kind != LINE_SETTING || l->quoted || l->value[0] != '=' || !l->kw)
		return;
	at = l->value_loc.start;
	drop_consequences(x, l);
	d = line_tell(x, l, DIAG_equals_sign, loc_range(l->file, at, at + 1),
		      kw_get(l->kw)->opens ? "the '{' has to follow" : "it becomes the value", NULL,
		      NULL);
	next = value_after_equals(l, &n);
	if (next)
		lint_edit(x, d, l->file, at, next + n, "", true);
}

static bool ends_in_comma(const char *s)
{
	size_t n = strlen(s);

	return n && (s[n - 1] == ',' || s[n - 1] == ';');
}

static void comma_in_value(struct lint *x, const struct lint_line *l)
{
	uint32_t at = l->value_loc.end - 1, first;
	size_t n = strlen(l->value);
	const char comma[2] = { l->value[n - 1], '\0' };
	struct diag *d;

	while (n && strchr(",;", l->value[n - 1]))
		n--;
	first = l->value_loc.start + (uint32_t)n;

	line_drop(x, l, DIAG_invalid_value);
	line_drop(x, l, DIAG_value_tail);
	d = line_tell(x, l, DIAG_stray_comma, loc_range(l->file, at, at + 1), comma,
		      "it becomes part of the value", NULL);
	if (n)
		lint_edit(x, d, l->file, first, at + 1, "", true);
}

static bool is_comma(const struct lint_line *l, const struct token *t)
{
	return t->kind == TOKEN_WORD && t->end - t->start == 1 &&
	       strchr(",;", bytes_of(l->file)[t->start]);
}

/* Commas as words of their own, at the end: they are ignored, but mean that someone errs. */
static void comma_at_end(struct lint *x, const struct lint_line *l)
{
	unsigned int least = l->line->kind == LINE_CLOSE ? 1 : 2, n = l->line->n_tokens;
	struct diag *extra = line_find(x, l, DIAG_extra_data), *d;
	const struct token *t;
	char comma[2] = "";

	while (n > least && is_comma(l, &l->line->token[n - 1]))
		n--;
	if (n == l->line->n_tokens)
		return;
	t = &l->line->token[n];
	comma[0] = bytes_of(l->file)[t->start];
	if (extra && extra->loc.start >= t->start)
		diag_drop(extra);
	d = line_tell(x, l, DIAG_stray_comma, token_range(l->file, t), comma, "it is ignored",
		      NULL);
	if (d)
		d->severity = SEV_WARNING;
	for (; n < l->line->n_tokens; n++) {
		t = &l->line->token[n];
		/* bytes that are skipped on both sides must not become one character */
		lint_edit(x, d, l->file, t->start, t->end,
			  bytes_of(l->file)[t->end] & 0x80 ? " " : "", false);
	}
}

void check_stray_comma(struct lint *x, const struct lint_line *l)
{
	const struct kwdef *def = kw_get(l->kw);

	if (l->line->kind == LINE_SETTING && def && !def->opens && !l->quoted &&
	    ends_in_comma(l->value) && l->value[0] != '\'')
		comma_in_value(x, l);
	else if (l->line->n_tokens > 1 && (l->kw || l->line->kind == LINE_CLOSE))
		comma_at_end(x, l);
}

/* ---- words ---- */

static bool is_prose(const char *s)
{
	for (; *s; s++) {
		if (!isalpha((unsigned char)*s) && !strchr(".,:;'-()?", *s))
			return false;
	}
	return true;
}

static bool reads_like_prose(const struct lint_line *l)
{
	char word[TOKEN_MAX];
	unsigned int n = l->line->n_tokens;

	if (n < 2 || n > 200)
		return false;
	for (unsigned int i = 0; i < n; i++) {
		if (l->line->token[i].kind != TOKEN_WORD ||
		    !is_prose(token_copy(l->file, &l->line->token[i], word)))
			return false;
	}
	return true;
}

void check_prose_line(struct lint *x, const struct lint_line *l)
{
	struct diag *unknown = line_find(x, l, DIAG_unknown_keyword);
	struct diag *single = line_find(x, l, DIAG_missing_value), *d;
	char word[TOKEN_MAX];
	struct srcloc loc = l->name_loc;

	if (single && kw_find_any(l->name))
		return;
	if (!single && l->line->kind != LINE_QUOTED &&
	    (!unknown || unknown->suggestion || !reads_like_prose(l)))
		return;
	drop_unknown(x, l);
	line_drop(x, l, DIAG_extra_data);
	line_drop(x, l, DIAG_missing_quote);
	loc.end = last_token(l)->end;
	d = line_tell(x, l, DIAG_prose_line, loc, token_copy(l->file, l->line->token, word), NULL,
		      NULL);
	if (single && kw_nearest(l->section, l->name))
		diag_suggest(x->diags, d, true, "%s",
			     kw_get(kw_nearest(l->section, l->name))->name);
}

/* The binder counts quotes as words and names none where one of them is the first too many. */
void check_extra_data(struct lint *x, const struct lint_line *l)
{
	struct diag *d = line_find(x, l, DIAG_extra_data);
	char word[TOKEN_MAX];

	for (unsigned int i = 0; d && !d->arg[0][0] && i < l->line->n_tokens; i++) {
		if (l->line->token[i].start >= d->loc.start)
			d->arg[0] =
				arena_strdup(x->a, token_copy(l->file, &l->line->token[i], word));
	}
}

static bool takes_words(enum kw_id kw)
{
	const struct kwtype *t = kw_get(kw) ? kw_get(kw)->type : NULL;

	return t == &kt_selector || t == &kt_counted || t == &kt_uid_attrs || t == &kt_string ||
	       t == &kt_path || t == &kt_name || t == &kt_regex || t == &kt_rule;
}

void check_unquoted_value(struct lint *x, const struct lint_line *l)
{
	struct diag *extra = line_find(x, l, DIAG_extra_data), *d;
	struct srcloc loc = l->value_loc;

	if (!extra || l->quoted || l->line->kind != LINE_SETTING || !takes_words(l->kw) ||
	    !all_words(l, 1))
		return;
	diag_drop(extra);
	line_drop(x, l, DIAG_missing_count);
	line_drop(x, l, DIAG_wrong_count);
	loc.end = last_token(l)->end;
	d = line_tell(x, l, DIAG_unquoted_value, loc, l->value, NULL, NULL);
	diag_suggest(x->diags, d, true, "\"%.*s\"", (int)(loc.end - loc.start),
		     bytes_of(l->file) + loc.start);
}

/* ---- bytes ---- */

void check_bom(struct lint *x, const struct lint_line *l)
{
	struct diag *odd = line_find(x, l, DIAG_non_ascii), *d;
	size_t len;
	const char *bytes = srcfile_bytes(l->file, &len);

	if (!odd || odd->loc.start || len < 3 || memcmp(bytes, "\xef\xbb\xbf", 3))
		return;
	diag_drop(odd);
	d = line_tell(x, l, DIAG_utf8_bom, loc_range(l->file, 0, 3), NULL, NULL, NULL);
	lint_edit(x, d, l->file, 0, 3, "", false);
}

/* Lines that are cut by their length are left alone: a byte less would cut them elsewhere. */
void check_crlf(struct lint *x, const struct srcfile *f)
{
	size_t len;
	const char *bytes = srcfile_bytes(f, &len), *p = bytes, *nl, *start = bytes;
	unsigned int n = 0;
	struct diag *d = NULL;
	char count[16];

	for (; (nl = memchr(p, '\n', len - (size_t)(p - bytes))); start = p = nl + 1)
		n += nl > p && nl[-1] == '\r';
	if (!n)
		return;
	snprintf(count, sizeof(count), "%u", n);
	for (p = start = bytes; (nl = memchr(p, '\n', len - (size_t)(p - bytes)));
	     start = p = nl + 1) {
		const char *cr = nl;

		while (cr > start && cr[-1] == '\r')
			cr--;
		if (cr == nl || nl - start > 1000)
			continue;
		if (!d)
			d = lint_tell(x, DIAG_crlf,
				      loc_range(f, (uint32_t)(cr - bytes), (uint32_t)(nl - bytes)),
				      count, NULL, NULL);
		lint_edit(x, d, f, (uint32_t)(cr - bytes), (uint32_t)(nl - bytes), "", false);
	}
}
