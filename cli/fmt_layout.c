/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layout. The formatter looks over the binder's shoulder, so it indents by the sections that
 * are really open and needs one pass: each line goes out as it is told. A statement that the table
 * knows is put together anew from its words; comments are kept, and so is, word for word, what
 * nobody reads (unknown keywords, words too many). Where braces or quotes do not say what they seem
 * to say, no layout is right, and the file is refused. At the end the result is read like any file:
 * it has to mean what the source means, and its layout has to be its own.
 */
#include "cli/fmt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"
#include "parser/bind.h"
#include "parser/diag.h"
#include "parser/dump.h"
#include "parser/kwtype.h"
#include "parser/tree.h"

/* multipath-tools cuts longer lines; the newline counts. */
#define LINE_MAX_BYTES 1023

struct layout {
	struct fmt *f;
	const struct srcfile *src;
	const char *bytes;
	bool after_open; /* the last line opened a section */
	int blank;	 /* the first blank line since the last other one, -1: none */
	struct strbuf text;
	struct srcloc stray, too_long; /* the first ones, .file NULL: none */
	bool no_memory;
};

/* ---- bytes ---- */

static bool is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Length of a blank that is none to the parser (it skips such bytes), 0: there is none at @p. */
static size_t wide_blank(const unsigned char *p, size_t len)
{
	static const char *const blanks[] = {
		"\xc2\xa0",	/* no-break space */
		"\xe2\x80\x8b", /* zero width space */
		"\xe2\x80\xaf", /* narrow no-break space */
		"\xe3\x80\x80", /* ideographic space */
		"\xef\xbb\xbf", /* byte order mark */
	};

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		size_t n = strlen(blanks[i]);

		if (n <= len && !memcmp(p, blanks[i], n))
			return n;
	}
	/* U+2000 to U+200A: spaces of many widths */
	return len >= 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x80 && p[2] <= 0x8a ? 3 : 0;
}

/* Has the gap between tokens something in it that a reader would miss? */
static bool gap_has_text(const struct layout *x, uint32_t start, uint32_t end)
{
	const unsigned char *p = (const unsigned char *)x->bytes + start;
	size_t len = end - start, n;

	while (len) {
		n = is_blank(*p) ? 1 : wide_blank(p, len);
		if (!n)
			return true;
		p += n;
		len -= n;
	}
	return false;
}

static bool line_has_odd_text(const struct layout *x, const struct line *l)
{
	uint32_t at = l->start;

	if (!(l->flags & LINE_NON_ASCII))
		return false;
	for (unsigned int i = 0; i < l->n_tokens; i++) {
		if (gap_has_text(x, at, l->token[i].start))
			return true;
		at = l->token[i].end;
	}
	return gap_has_text(x, at, l->comment);
}

/* ---- the text of a line, without its indentation ---- */

/* Blanks before @keep are text: those of a string without its closing quotes. */
static void add_trimmed(struct layout *x, uint32_t start, uint32_t end, uint32_t keep)
{
	while (start < end && is_blank((unsigned char)x->bytes[start]))
		start++;
	while (end > start && end > keep && is_blank((unsigned char)x->bytes[end - 1]))
		end--;
	sb_addn(&x->text, x->bytes + start, end - start);
}

static void add_comment(struct layout *x, const struct line *l)
{
	if (l->comment == l->end)
		return;
	if (x->text.len)
		sb_addc(&x->text, ' ');
	add_trimmed(x, l->comment, l->end, 0);
}

static bool is_bare_word(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++) {
		if (is_blank((unsigned char)*s) || (unsigned char)*s >= 0x80 ||
		    strchr("\"{}#!", *s))
			return false;
	}
	return true;
}

/* Expressions and lists of words are always quoted: what they need quotes for comes and goes. */
static bool is_quoted_type(const struct kwtype *type)
{
	return type == &kt_regex || type == &kt_rule || type == &kt_selector ||
	       type == &kt_counted || type == &kt_uid_attrs;
}

static void add_value(struct layout *x, enum kw_id kw, const struct token *t)
{
	char value[TOKEN_MAX];

	token_copy(x->src, t, value);
	if (is_quoted_type(kw_get(kw)->type) || !is_bare_word(value))
		kw_quote(value, &x->text);
	else
		sb_add(&x->text, value);
}

static bool is_statement(const struct bound_line *b)
{
	const struct line *l = b->line;

	return b->kw && !kw_get(b->kw)->opens && l->n_tokens == 2 && l->token[0].kind == TOKEN_WORD;
}

static bool opens_section(const struct bound_line *b)
{
	const struct line *l = b->line;

	return b->kw && kw_get(b->kw)->opens && l->kind == LINE_SECTION;
}

static void add_text(struct layout *x, const struct bound_line *b)
{
	const struct line *l = b->line;
	const struct token *t = l->token;
	bool odd = line_has_odd_text(x, l);

	if (!odd && (is_statement(b) || (opens_section(b) && l->n_tokens == 2))) {
		sb_addn(&x->text, x->bytes + t->start, t->end - t->start);
		sb_addc(&x->text, ' ');
		if (opens_section(b))
			sb_addc(&x->text, '{');
		else
			add_value(x, b->kw, t + 1);
	} else if (!odd && l->kind == LINE_CLOSE && l->n_tokens == 1) {
		sb_addc(&x->text, '}');
	} else if (odd || l->n_tokens) {
		add_trimmed(x, odd ? l->start : t->start, l->end,
			    l->n_tokens ? t[l->n_tokens - 1].end : 0);
		return;
	}
	add_comment(x, l);
}

/* ---- lines ---- */

/* A brace that is not where a section starts or ends: its writer had something else in mind. */
static void look_for_stray_brace(struct layout *x, const struct bound_line *b)
{
	const struct line *l = b->line;

	for (unsigned int i = 0; i < l->n_tokens && !x->stray.file; i++) {
		const struct token *t = &l->token[i];

		if (t->kind == TOKEN_CLOSE && i == 0)
			continue;
		if (t->kind == TOKEN_OPEN && i == 1 && opens_section(b))
			continue;
		if (t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE)
			x->stray = (struct srcloc){ x->src, t->start, t->end };
	}
}

static struct fmt_line *add_line(struct layout *x, const struct line *l)
{
	struct fmt *f = x->f;
	struct fmt_line *line;
	size_t len;

	if (f->n == f->cap) {
		unsigned int cap = f->cap ? 2 * f->cap : 256;

		line = realloc(f->line, cap * sizeof(*line));
		if (!line) {
			x->no_memory = true;
			return NULL;
		}
		f->line = line;
		f->cap = cap;
	}
	srcfile_bytes(x->src, &len);
	line = &f->line[f->n++];
	*line = (struct fmt_line){ .start = l->start, .end = l->end + (l->end < len) };
	return line;
}

/* An empty line in place of @line of the source. */
static void put_empty(struct layout *x, struct fmt_line *line)
{
	line->out = (uint32_t)x->f->out.len;
	sb_addc(&x->f->out, '\n');
	line->out_end = line->out + 1;
}

static void put_text(struct layout *x, struct fmt_line *line, unsigned int indent)
{
	struct strbuf *out = &x->f->out;

	line->out = (uint32_t)out->len;
	sb_fill(out, '\t', indent);
	sb_addn(out, sb_str(&x->text), x->text.len);
	sb_addc(out, '\n');
	line->out_end = (uint32_t)out->len;
	if (line->out_end - line->out > LINE_MAX_BYTES && !x->too_long.file)
		x->too_long = (struct srcloc){ x->src, line->start, line->start };
}

static void lay_out(void *ctx, const struct bound_line *b)
{
	struct layout *x = ctx;
	bool close = b->line->kind == LINE_CLOSE;
	struct fmt_line *line;

	look_for_stray_brace(x, b);
	line = add_line(x, b->line);
	if (!line)
		return;
	sb_clear(&x->text);
	add_text(x, b);
	if (!x->text.len) {
		if (x->blank < 0)
			x->blank = (int)x->f->n - 1;
		return;
	}
	/* One blank line stays of a row of them; none at the start, the end, or inside a brace. */
	if (x->blank >= 0 && x->f->out.len && !x->after_open && !close)
		put_empty(x, &x->f->line[x->blank]);
	x->blank = -1;
	put_text(x, line, b->depth - (close && b->depth));
	x->after_open = opens_section(b);
}

/* ---- reasons to leave a file alone ---- */

static bool spoils_layout(enum diag_id id)
{
	switch (id) {
	case DIAG_line_split:
	case DIAG_nul_byte:
	case DIAG_stray_open:
	case DIAG_missing_open:
	case DIAG_expected_open:
	case DIAG_section_lost:
	case DIAG_section_unbraced:
	case DIAG_missing_quote:
	case DIAG_unmatched_close:
	case DIAG_unclosed_section:
	case DIAG_unknown_section:
	case DIAG_too_many_lines:
	case DIAG_too_many_problems:
		return true;
	default:
		return false;
	}
}

static void add_place(struct layout *x, struct srcloc loc)
{
	struct srcpos pos = srcloc_start(loc);

	if (loc.file)
		sb_printf(&x->f->why, "%s:%u:%u: error: ", srcfile_name(x->src), pos.line,
			  pos.column);
}

#define REASONS_MAX 5

static void explain(struct layout *x, const struct config *c)
{
	struct strbuf *why = &x->f->why;
	unsigned int told = 0, stray_line = srcloc_start(x->stray).line;

	for (unsigned int i = 0; i < diag_count(c->diags) && told < REASONS_MAX; i++) {
		const struct diag *d = diag_at(c->diags, i);

		if (!spoils_layout(d->id))
			continue;
		if (stray_line && srcloc_start(d->loc).line == stray_line)
			stray_line = 0;
		add_place(x, d->loc);
		diag_text(d, why);
		sb_printf(why, " [%s]\n", diag_def(d->id)->name);
		told++;
	}
	if (stray_line && told < REASONS_MAX) {
		add_place(x, x->stray);
		sb_printf(why, "this '%c' neither opens nor closes a section\n",
			  x->bytes[x->stray.start]);
	}
	if (x->too_long.file && !why->len) {
		add_place(x, x->too_long);
		sb_printf(why, "laid out, this line would be longer than %d bytes\n",
			  LINE_MAX_BYTES);
	}
}

/* ---- reading ---- */

struct meaning {
	struct strbuf dump, diags;
	bool fatal;
};

static void meaning_done(struct meaning *m)
{
	sb_done(&m->dump);
	sb_done(&m->diags);
}

/*
 * The effective settings of the file, without the hardware table: that is merged with the device
 * sections in one way only, so where they are the same, the outcome is. What is said about bytes
 * that the layout may drop is left out.
 */
static void take_meaning(const struct config *c, struct meaning *ret)
{
	ret->fatal = c->fatal;
	dump_config(c, NULL, &ret->dump);
	for (unsigned int i = 0; i < diag_count(c->diags); i++) {
		const struct diag *d = diag_at(c->diags, i);

		if (d->id == DIAG_non_ascii)
			continue;
		sb_printf(&ret->diags, "%s ", diag_def(d->id)->name);
		diag_text(d, &ret->diags);
		sb_addc(&ret->diags, '\n');
	}
}

/* Lay @f (taken over) out into @ret and say what it means. */
static int read_layout(struct srcfile *f, const struct fmt_reading *how, struct fmt *ret,
		       struct meaning *ret_meaning)
{
	struct layout x = { .f = ret, .src = f, .blank = -1 };
	const struct bind_watch watch = { .line = lay_out, .ctx = &x };
	const struct config_sources src = { .root = "",
					    .file = srcfile_name(f),
					    .text = f,
					    .base = how->base,
					    .users = how->users,
					    .watch = &watch };
	struct config *c;
	size_t len;
	int err;

	x.bytes = srcfile_bytes(f, &len);
	err = config_load(&src, &c);
	if (err < 0 || x.no_memory) {
		sb_done(&x.text);
		if (!err)
			config_free(c);
		return -ENOMEM;
	}
	explain(&x, c);
	take_meaning(c, ret_meaning);
	if (ret->why.len)
		ret->result = FMT_REFUSED;
	else if (ret->out.len != len || memcmp(sb_str(&ret->out), x.bytes, len))
		ret->result = FMT_CHANGED;
	else
		ret->result = FMT_SAME;
	config_free(c);
	sb_done(&x.text);
	return 0;
}

static bool same_meaning(const struct meaning *a, const struct meaning *b)
{
	return a->fatal == b->fatal && !strcmp(sb_str(&a->dump), sb_str(&b->dump)) &&
	       !strcmp(sb_str(&a->diags), sb_str(&b->diags));
}

static int read_copy(const char *name, const char *bytes, size_t len, const struct fmt_reading *how,
		     struct fmt *ret, struct meaning *ret_meaning)
{
	struct srcfile *copy;
	int err = srcfile_from_mem(name, bytes, len, &copy);

	return err < 0 ? err : read_layout(copy, how, ret, ret_meaning);
}

int fmt_text(const struct srcfile *f, const struct fmt_reading *how, struct fmt *ret)
{
	__attribute__((cleanup(meaning_done))) struct meaning before = { 0 }, after = { 0 };
	__attribute__((cleanup(fmt_done))) struct fmt again = { 0 };
	const char *name = srcfile_name(f), *bytes;
	size_t len;
	int err;

	memset(ret, 0, sizeof(*ret));
	bytes = srcfile_bytes(f, &len);
	err = read_copy(name, bytes, len, how, ret, &before);
	if (err < 0 || ret->result != FMT_CHANGED)
		return err;
	err = read_copy(name, sb_str(&ret->out), ret->out.len, how, &again, &after);
	if (err < 0)
		return err;
	if (again.result == FMT_SAME && same_meaning(&before, &after))
		return 0;
	ret->result = FMT_REFUSED;
	sb_printf(&ret->why, "%s: error: laid out, it would %s: please report this\n", name,
		  again.result == FMT_SAME ? "mean something else" : "not be stable");
	return 0;
}

void fmt_done(struct fmt *f)
{
	sb_done(&f->out);
	sb_done(&f->why);
	free(f->line);
	f->line = NULL;
	f->n = f->cap = 0;
}
