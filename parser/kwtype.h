/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kwtype.h - value types: how a keyword's text is read, printed and described.
 *
 * A type is a const table of functions. What differs between keywords of one type (range, unit)
 * stands in the keyword's row. Types accept what multipath-tools accepts; where it is lax, a
 * diagnostic without legacy text says so.
 */
#ifndef MP_KWTYPE_H
#define MP_KWTYPE_H

#include <regex.h>

#include "parser/diag.h"
#include "parser/layer.h"

struct strbuf;

enum kwresult {
	KWR_SET,     /* *ret_val holds the value */
	KWR_UNSET,   /* accepted; it means "not set" */
	KWR_INVALID, /* refused: an earlier value stays */
	KWR_FATAL,   /* refused: the file cannot be used */
};

/* What a parse function needs beside the text. */
struct kwcontext {
	enum kw_id kw;
	struct arena *a;	      /* for strings of the value */
	struct diag_sink *diags;      /* NULL: no diagnostics wanted */
	struct srcloc loc;	      /* of the value */
	unsigned int line;	      /* as multipath-tools counts */
	const char *line_text;	      /* the whole line, for its messages; NULL: none */
	const struct kwuserdb *users; /* NULL: the system's */
	bool check_regex;	      /* report expressions that multipath-tools takes unseen */
};

/* User and group names. Both return 0 and the number, or -ENOENT. */
struct kwuserdb {
	int (*user)(const char *name, uint32_t *ret_id);
	int (*group)(const char *name, uint32_t *ret_id);
};

/*
 * The lists of vocab.def: words that a type accepts, or names that are text for the program
 * (checkers, prioritizers, ...: word is VW_NONE).
 */
enum vocab_list {
	VL_none,
#define VOCAB_LIST(id) VL_##id,
#include "parser/vocab.def"
#undef VOCAB_LIST
	VL__MAX
};

struct vocab_entry {
	enum vocab_list list;
	const char *text;     /* as it may be written */
	enum vocab_word word; /* what it means */
	const char *since;    /* names only, NULL: not known */
};

/* The entry of @list after @prev (NULL: the first), or NULL. */
const struct vocab_entry *vocab_next(enum vocab_list list, const struct vocab_entry *prev);
const struct vocab_entry *vocab_find(enum vocab_list list, const char *text);

struct kwtype {
	const char *name;      /* for people: "yes or no", "number" */
	enum vocab_list words; /* what is accepted beside numbers */
	bool numbers;	       /* a number between the row's min and max is accepted */
	bool zero_ok;	       /* the text "0" is allowed although it is below min */
	enum kwresult (*parse)(struct kwcontext *c, const char *text, struct kwval *ret_val);
	/* Adds the value as `multipath -t` prints it, quotes and all. */
	void (*print)(const struct kwval *val, struct strbuf *out);
	bool (*equal)(const struct kwval *a, const struct kwval *b);
	/* Adds what can be written, for man pages and messages: "yes|no", "immediate|0..2147483647". */
	void (*syntax)(enum kw_id kw, struct strbuf *out);
};

#define KWTYPE(id) extern const struct kwtype kt_##id;
#include "parser/kwtype.def"
#undef KWTYPE

/* Read @text for @c->kw. Diagnostics go to @c->diags. *ret_val is untouched unless KWR_SET. */
enum kwresult kw_parse(struct kwcontext *c, const char *text, struct kwval *ret_val);

void kw_print(enum kw_id kw, const struct kwval *val, struct strbuf *out);
bool kw_equal(enum kw_id kw, const struct kwval *a, const struct kwval *b);
void kw_syntax(enum kw_id kw, struct strbuf *out);

/* Add a diagnostic about the value in @c; does nothing without a sink. */
struct diag *kw_diag(struct kwcontext *c, enum diag_id id, const char *a1, const char *a2,
		     const char *a3);

/* Text in double quotes, quotes in it doubled. */
void kw_quote(const char *s, struct strbuf *out);

/*
 * Compile a POSIX extended expression with a bound on the work: nested repetitions that would
 * take more than a few MiB count as REG_ESPACE. Returns 0 or an error of regcomp().
 */
int regex_compile(regex_t *re, const char *pattern, int flags);

#endif
