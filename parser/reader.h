/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader.h - state shared by lexer and grammar; for lex.l, grammar.y and tree.c only.
 */
#ifndef MP_READER_H
#define MP_READER_H

#include "parser/tree.h"

#define READER_CHUNK 1023 /* bytes of a line that are read in one go, its newline among them */

struct reader {
	const char *bytes;
	size_t len;

	/* what the lexer's buffer was given */
	size_t given, chunk_end, nul;
	bool chunk_cut, at_cut;

	/* where the lexer is, and what it saw in this line */
	uint32_t offset, line_start, comment, odd;
	uint8_t flags;

	/* what the grammar collects */
	struct token token[READER_CHUNK + 1];
	struct line line;

	int (*fn)(void *ctx, const struct line *l);
	void *ctx;
	int result;
};

/* Fill the lexer's buffer; 0 at the end of the bytes and where a long line is cut. */
size_t reader_fill(struct reader *r, char *buf, size_t max);

/* A token of @len bytes was matched. */
struct token reader_token(struct reader *r, enum token_kind kind, size_t len);
void reader_skip(struct reader *r, size_t len, enum line_flag flag);
void reader_comment(struct reader *r, size_t len);
struct token reader_eol(struct reader *r, size_t len, bool cut);

/* Does the last line lack its newline? */
bool reader_pending(const struct reader *r);

/* For the grammar: a token belongs to the line; the line is complete. */
void reader_add(struct reader *r, struct token t);
int reader_line(struct reader *r, enum line_kind kind, struct token eol);

#endif
