/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes to lines of tokens. The reader hands the file to the lexer in pieces, never across a place
 * where a long line is cut, and collects what the grammar recognises into one struct line, which
 * goes to a callback; so reading a file needs the memory of one line. A tree is what a callback
 * makes that keeps the lines, for those who need the whole text: the linter and the formatter.
 */
#include "parser/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"
#include "parser/reader.h"
#include "parser/grammar.h"
#include "parser/lex.h"

/* ---- between bytes and lexer ---- */

static void next_chunk(struct reader *r)
{
	size_t rest = r->len - r->given;
	size_t look = rest < READER_CHUNK ? rest : READER_CHUNK;
	const char *nl = memchr(r->bytes + r->given, '\n', look), *nul;

	r->chunk_end = nl ? (size_t)(nl + 1 - r->bytes) : r->given + look;
	r->chunk_cut = !nl && look < rest;
	nul = memchr(r->bytes + r->given, '\0', r->chunk_end - r->given);
	r->nul = nul ? (size_t)(nul - r->bytes) : SIZE_MAX;
}

/*
 * Hand out @n bytes. What stands behind a NUL is not read anyway, and the lexer takes quadratic
 * time over rows of NULs, so other bytes stand in for it.
 */
static void copy_out(struct reader *r, char *buf, size_t n)
{
	memcpy(buf, r->bytes + r->given, n);
	for (size_t i = 0; r->given + n > r->nul && i < n; i++) {
		if (r->given + i > r->nul && buf[i] != '\n')
			buf[i] = 'x';
	}
	r->given += n;
}

size_t reader_fill(struct reader *r, char *buf, size_t max)
{
	size_t n = 0, part;

	while (n < max) {
		if (r->given == r->chunk_end) {
			if (r->chunk_cut) {
				if (n)
					break;
				r->chunk_cut = false;
				r->at_cut = true;
				return 0;
			}
			if (r->given == r->len)
				break;
			next_chunk(r);
		}
		part = r->chunk_end - r->given;
		if (part > max - n)
			part = max - n;
		copy_out(r, buf + n, part);
		n += part;
	}
	return n;
}

/* ---- between lexer and grammar ---- */

#define NOWHERE UINT32_MAX

struct token reader_token(struct reader *r, enum token_kind kind, size_t len)
{
	uint32_t start = r->offset, end = start + (uint32_t)len;

	r->offset = end;
	/* Carriage returns at the end of a line belong to the line end, also inside quotes. */
	while (kind == TOKEN_UNCLOSED && end > start && r->bytes[end - 1] == '\r')
		end--;
	return (struct token){ .kind = (uint8_t)kind, .start = start, .end = end };
}

void reader_skip(struct reader *r, size_t len, enum line_flag flag)
{
	if (flag && r->odd == NOWHERE)
		r->odd = r->offset;
	r->flags |= (uint8_t)flag;
	r->offset += (uint32_t)len;
}

void reader_comment(struct reader *r, size_t len)
{
	r->comment = r->offset;
	r->offset += (uint32_t)len;
}

struct token reader_eol(struct reader *r, size_t len, bool cut)
{
	struct token t = { .kind = TOKEN_EOL, .flags = r->flags, .end = r->offset };

	if (cut)
		t.flags |= LINE_SPLIT;
	t.start = r->comment == NOWHERE ? t.end : r->comment;
	r->line.odd = r->odd == NOWHERE ? t.end : r->odd;
	r->line.start = r->line_start;
	r->offset += (uint32_t)len;
	r->line_start = r->offset;
	r->comment = r->odd = NOWHERE;
	r->flags = 0;
	return t;
}

bool reader_pending(const struct reader *r)
{
	return r->line_start < r->offset;
}

/* ---- between grammar and callback ---- */

void reader_add(struct reader *r, struct token t)
{
	r->token[r->line.n_tokens++] = t;
}

int reader_line(struct reader *r, enum line_kind kind, struct token eol)
{
	r->line.kind = kind;
	r->line.flags = eol.flags;
	r->line.number++;
	r->line.end = eol.end;
	r->line.comment = eol.start;
	r->line.token = r->token;
	r->result = r->line.number > SOURCE_MAX_LINES ? -E2BIG : r->fn(r->ctx, &r->line);
	r->line.n_tokens = 0;
	return r->result;
}

int source_parse(const struct srcfile *f, int (*fn)(void *ctx, const struct line *l), void *ctx)
{
	struct reader *r = calloc(1, sizeof(*r));
	yyscan_t scanner;
	int result;

	if (!r)
		return -ENOMEM;
	r->bytes = srcfile_bytes(f, &r->len);
	r->fn = fn;
	r->ctx = ctx;
	r->comment = r->odd = NOWHERE;
	if (mp_yylex_init_extra(r, &scanner)) {
		free(r);
		return -ENOMEM;
	}
	mp_yyparse(r, scanner);
	mp_yylex_destroy(scanner);
	result = r->result;
	free(r);
	return result;
}

char *token_copy(const struct srcfile *f, const struct token *t, char *buf)
{
	size_t len, n = 0;
	const char *bytes = srcfile_bytes(f, &len);
	const char *p = bytes + t->start, *end = bytes + t->end;
	bool string = t->kind == TOKEN_STRING || t->kind == TOKEN_UNCLOSED;

	if (string)
		p++;
	if (t->kind == TOKEN_STRING)
		end--;
	while (p < end) {
		if (string && *p == '"')
			p++; /* the first of two */
		buf[n++] = *p++;
	}
	buf[n] = '\0';
	return buf;
}

const char *token_text(const struct srcfile *f, const struct token *t, struct arena *a)
{
	char buf[TOKEN_MAX];

	return arena_strdup(a, token_copy(f, t, buf));
}

/* ---- whole files ---- */

struct builder {
	struct tree *t;
	unsigned int lines_cap, tokens_cap;
	int open; /* the line whose braces we are in, -1: none */
};

static int grow(void *list, unsigned int need, unsigned int *cap, size_t elem)
{
	void **p = list, *grown;
	unsigned int want = *cap ? *cap : 64;

	while (want < need)
		want *= 2;
	if (want == *cap)
		return 0;
	grown = realloc(*p, want * elem);
	if (!grown)
		return -ENOMEM;
	*p = grown;
	*cap = want;
	return 0;
}

static bool has_open(const struct line *l)
{
	for (unsigned int i = 0; i < l->n_tokens; i++) {
		if (l->token[i].kind == TOKEN_OPEN)
			return true;
	}
	return false;
}

static int build_line(void *ctx, const struct line *l)
{
	struct builder *b = ctx;
	struct tree *t = b->t;
	struct tree_line *tl;

	if (grow(&t->lines, t->n_lines + 1, &b->lines_cap, sizeof(*t->lines)) < 0 ||
	    grow(&t->tokens, t->n_tokens + l->n_tokens, &b->tokens_cap, sizeof(*t->tokens)) < 0)
		return -ENOMEM;
	if (l->n_tokens)
		memcpy(t->tokens + t->n_tokens, l->token, l->n_tokens * sizeof(*l->token));
	t->n_tokens += l->n_tokens;
	if (l->kind == LINE_CLOSE && b->open >= 0)
		b->open = t->lines[b->open].parent;
	tl = &t->lines[t->n_lines];
	tl->line = *l;
	tl->parent = b->open;
	tl->depth = b->open < 0 ? 0 : t->lines[b->open].depth + 1;
	if (l->kind != LINE_CLOSE && has_open(l))
		b->open = (int)t->n_lines;
	t->n_lines++;
	return 0;
}

/* Tokens may have moved while they were collected. */
static void tie_tokens(struct tree *t)
{
	const struct token *next = t->tokens;

	for (unsigned int i = 0; i < t->n_lines; i++) {
		t->lines[i].line.token = next;
		next += t->lines[i].line.n_tokens;
	}
}

int tree_parse(const struct srcfile *f, struct tree **ret_tree)
{
	struct builder b = { .t = calloc(1, sizeof(*b.t)), .open = -1 };
	int err;

	if (!b.t)
		return -ENOMEM;
	b.t->file = f;
	err = source_parse(f, build_line, &b);
	if (err < 0 && err != -E2BIG) {
		tree_free(b.t);
		return err;
	}
	b.t->complete = err == 0;
	tie_tokens(b.t);
	*ret_tree = b.t;
	return 0;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	free(t->lines);
	free(t->tokens);
	free(t);
}
