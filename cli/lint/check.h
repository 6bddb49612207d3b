/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - what a check gets and what it may do; for cli/lint alone.
 *
 * A check is a function and a row of checks.def. Checks of lines run while the binder reads, right
 * after it said what it has to say about the line; a check that knows better takes the binder's
 * words back (line_drop()). Checks of layers, rules and the whole run afterwards.
 */
#ifndef MP_LINT_CHECK_H
#define MP_LINT_CHECK_H

#include "cli/lint/lint.h"
#include "parser/bind.h"
#include "parser/hash.h"
#include "parser/kwtype.h"
#include "parser/tree.h"

#define LINT_DEPTH 8 /* open sections that are followed; the table nests four deep */

struct lint_known {
	struct arena *arena;
	struct config_base *base;
	struct arrays *arrays;
};

/* Vendors of arrays, as patterns. */
struct arrays *arrays_new(struct arena *arena, const struct config_row *rows);
void arrays_done(struct arrays *a);

/* The line that is looked at. Texts are "" where there is no such token. */
struct lint_line {
	const struct bound_line *bound;
	const struct line *line;
	const struct srcfile *file;
	enum section section;
	enum kw_id kw;
	const char *name, *value;
	struct srcloc name_loc, value_loc;
	bool quoted;	    /* the value is a string */
	unsigned int first; /* the first diagnostic about this line */
};

/* A place where checks are disabled. */
struct lint_mute {
	const struct srcfile *file;
	uint32_t start, end;
	enum diag_id id; /* DIAG_NONE: all */
	int up;		 /* the next one outwards that may be around it, -1: none */
};

struct lint_muting {
	struct lint_mute *list; /* ranges, in order */
	unsigned int n, cap;
	struct lint_mute *whole; /* files; each id once */
	unsigned int n_whole, whole_cap;
	unsigned int pending;		  /* list[pending...n) wait for the next statement */
	bool waiting;			  /* there are such */
	unsigned int open[LINT_DEPTH][2]; /* list[from, to) end with the section of this depth */
};

/* A section whose '{' the binder did not take, and what follows from that. */
struct lint_lost {
	unsigned int depth; /* braces that are open in it; 0: none is */
	unsigned int owed;  /* closing braces that are one too many because of it */
	struct srcloc loc;
};

/* The last line that was not blank. */
struct lint_prev {
	const struct srcfile *file;
	struct srcloc name;
	struct diag *open; /* the missing brace, NULL: none is */
	bool lost;	   /* the section is not opened without it */
	bool unknown;	   /* it is not known there: nothing is opened */
	uint32_t end;	   /* of its last token */
};

/* Features and no_path_retry of the open sections. */
struct lint_queue {
	struct srcloc features, retry;
	char retry_text[16];
};

/* lvm2's reader of the blacklist, as far as it has read. */
struct lint_lvm2 {
	bool open, closed_early;
};

struct lint {
	const struct lint_options *opt;
	struct lint_result *r;
	struct arena *a;
	struct diag_sink *diags;
	const struct config *cfg; /* NULL while lines are read */
	unsigned int edits_cap;
	unsigned int told; /* diagnostics before the line that is looked at */
	const struct srcfile *file;
	char name[TOKEN_MAX], value[TOKEN_MAX];

	struct lint_muting muting;
	struct lint_lost lost;
	bool split; /* the line before was cut by its length */
	struct lint_prev prev;
	struct srcloc root[SEC__MAX]; /* the last section of each name at the top level */
	struct lint_queue queue[LINT_DEPTH];
	struct lint_lvm2 lvm2;
	struct srcloc *one_line; /* sections on one line: they cannot be closed */
	unsigned int n_one_line, one_line_cap;
	struct seen told_arrays;	       /* vendors that were called unknown */
	unsigned int black_kinds, white_kinds; /* bits: kinds of rules that there are */
	bool friendly;			       /* user_friendly_names is yes somewhere */
};

/* ---- what a check may do ---- */

struct diag *lint_tell(struct lint *x, enum diag_id id, struct srcloc loc, const char *a1,
		       const char *a2, const char *a3);
/* The same about the line; where the line is read twice (split), its number is the right one. */
struct diag *line_tell(struct lint *x, const struct lint_line *l, enum diag_id id,
		       struct srcloc loc, const char *a1, const char *a2, const char *a3);
/* The line's diagnostic of that id, or NULL. */
struct diag *line_find(const struct lint *x, const struct lint_line *l, enum diag_id id);
/* Take it back; false: there was none. */
bool line_drop(struct lint *x, const struct lint_line *l, enum diag_id id);
/* The same for each of @ids, which ends with DIAG_NONE; true: there was one of them. */
bool line_drop_all(struct lint *x, const struct lint_line *l, const enum diag_id *ids);
void diag_drop(struct diag *d); /* NULL is fine */

/* @text is kept, not copied. Does nothing without a diagnostic. */
void lint_edit(struct lint *x, const struct diag *d, const struct srcfile *f, uint32_t start,
	       uint32_t end, const char *text, bool changes);

/* Is the release that is linted for before @release (NULL: no)? */
bool lint_before(const struct lint *x, const char *release);

/* The entry of @list nearest to @text, NULL: none is near. All of them as "a, b, c". */
const char *vocab_nearest(enum vocab_list list, const char *text);
const char *vocab_all(struct lint *x, enum vocab_list list);

/* No character of @text means anything in a regular expression. */
bool regex_is_plain(const char *text);
/* No back-reference: those can take a matcher for ever. */
bool regex_is_tame(const char *pattern);
/* Does the expression match (substring search for plain ones)? A bad one and one that is not tame do not. */
bool regex_hits(const char *pattern, const char *text);
/* Text behind '^' and before '$' where that is plain, in @buf; NULL: it is not, or too long. */
const char *regex_literal(const char *pattern, char *buf, size_t size);

static inline struct srcloc loc_range(const struct srcfile *f, uint32_t start, uint32_t end)
{
	return (struct srcloc){ .file = f, .start = start, .end = end };
}

static inline struct srcloc token_range(const struct srcfile *f, const struct token *t)
{
	return loc_range(f, t->start, t->end);
}

static inline bool is_user(const struct setting *s)
{
	return s && s->loc.file;
}

/* ---- the parts that are no checks of their own ---- */

void mute_line(struct lint *x, const struct lint_line *l);
bool mute_applies(const struct lint *x, const struct diag *d);
unsigned int config_file_index(const struct config *c, const struct srcfile *f);
bool layer_friendly(const struct layer *l);

/* Lines of the file end here: sections that are still open do, too. */
void queue_end(struct lint *x);

/* ---- the table ---- */

enum lint_pass {
	PASS_LINE,
	PASS_RELINE,
	PASS_SETTING,
	PASS_RESETTING,
	PASS_FILE,
	PASS_LAYER,
	PASS_RULE,
	PASS_CONFIG,
};

struct lint_check {
	enum diag_id id; /* the main id it tells */
	enum lint_pass pass;
	union {
		void (*line)(struct lint *x, const struct lint_line *l);
		void (*file)(struct lint *x, const struct srcfile *f);
		void (*layer)(struct lint *x, const struct layer *l);
		void (*rule)(struct lint *x, const struct rule *r, bool exception);
		void (*config)(struct lint *x);
	};
};

#define LINE(id, fn)	  void fn(struct lint *x, const struct lint_line *l);
#define RELINE(id, fn)	  LINE(id, fn)
#define SETTING(id, fn)	  LINE(id, fn)
#define RESETTING(id, fn) LINE(id, fn)
#define ONFILE(id, fn)	  void fn(struct lint *x, const struct srcfile *f);
#define LAYER(id, fn)	  void fn(struct lint *x, const struct layer *l);
#define RULE(id, fn)	  void fn(struct lint *x, const struct rule *r, bool exception);
#define CONFIG(id, fn)	  void fn(struct lint *x);
#include "cli/lint/checks.def"
#undef LINE
#undef RELINE
#undef SETTING
#undef RESETTING
#undef ONFILE
#undef LAYER
#undef RULE
#undef CONFIG

#endif
