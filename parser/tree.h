/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - the text of a file as lines of tokens, with everything that was written.
 *
 * What a line means, and which section it is in, is decided by the binder from the keyword table;
 * here every sequence of bytes is some sequence of lines. Positions are byte offsets of the file.
 */
#ifndef MP_TREE_H
#define MP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/srcfile.h"

struct arena;

enum token_kind {
	TOKEN_WORD,
	TOKEN_OPEN,	/* { */
	TOKEN_CLOSE,	/* } */
	TOKEN_STRING,	/* "...", the quotes belong to it */
	TOKEN_UNCLOSED, /* a string without its end: it goes to the end of the line */
	TOKEN_EOL,	/* end of line; start is where a comment (or what is not read) starts */
};

enum line_flag {
	LINE_SPLIT = 1,	    /* longer than 1023 bytes: cut here, the rest is the next line */
	LINE_NON_ASCII = 2, /* has bytes outside ASCII that are skipped */
	LINE_NUL = 4,	    /* has a NUL byte; what follows it is not read */
};

struct token {
	uint8_t kind;  /* enum token_kind */
	uint8_t flags; /* enum line_flag, of TOKEN_EOL */
	uint32_t start, end;
};

enum line_kind {
	LINE_BLANK,   /* nothing, or a comment */
	LINE_CLOSE,   /* } ... */
	LINE_OPEN,    /* { ... */
	LINE_SECTION, /* word { ... */
	LINE_WORD,    /* word */
	LINE_SETTING, /* word value ... */
	LINE_QUOTED,  /* "..." ... */
};

struct line {
	enum line_kind kind;
	uint8_t flags;
	unsigned int number; /* from 1, as multipath-tools counts: a split line counts twice */
	uint32_t start, end; /* without the line end */
	uint32_t comment;    /* its start ('#' or '!'), @end: none */
	uint32_t odd;	     /* first byte that a flag is about, @end: none */
	unsigned int n_tokens;
	const struct token *token;
};

/* More lines than this are not read (source_parse() says -E2BIG). */
#define SOURCE_MAX_LINES 2000000

/*
 * Call @fn for every line of @f, in order. @l and its tokens live until @fn returns. A return
 * value other than 0 ends the reading and is handed back.
 */
int source_parse(const struct srcfile *f, int (*fn)(void *ctx, const struct line *l), void *ctx);

/* What the token says: quotes removed, doubled ones made single. In @a. */
const char *token_text(const struct srcfile *f, const struct token *t, struct arena *a);

/* The same into @buf, which has TOKEN_MAX bytes; returns @buf. */
#define TOKEN_MAX 1024
char *token_copy(const struct srcfile *f, const struct token *t, char *buf);

/* A whole file, kept. @parent is the line that opened the braces around a line as written (whatever
 * its words mean), as an index; -1: none. */
struct tree_line {
	struct line line;
	int parent;
	unsigned int depth;
};

struct tree {
	const struct srcfile *file;
	struct tree_line *lines;
	unsigned int n_lines;
	struct token *tokens; /* of all lines */
	unsigned int n_tokens;
	bool complete; /* false: there were more than SOURCE_MAX_LINES */
};

/* @f has to outlive the tree. Returns 0 or -ENOMEM. */
int tree_parse(const struct srcfile *f, struct tree **ret_tree);
void tree_free(struct tree *t);

#endif
