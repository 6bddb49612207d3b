/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.h - diagnostics as records with stable ids.
 *
 * What went wrong, where, and what to do about it, kept as data: rendered as multipath-tools'
 * log lines (legacy), or with caret and notes for people, or as JSON, SARIF, ... by the linter.
 * The texts stand once, in diag.def: a template for people and one in multipath-tools' words, with
 * %1 to %4 for the record's arguments, %F for the file and %L for the line.
 */
#ifndef MP_DIAG_H
#define MP_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/srcfile.h"

struct arena;
struct strbuf;

enum severity { SEV_NOTE, SEV_WARNING, SEV_ERROR };

enum diag_id {
	DIAG_NONE,
#define DIAG(id, name, ...) DIAG_##id,
#include "parser/diag.def"
#undef DIAG
	DIAG__MAX
};

struct diag_def {
	const char *name; /* "duplicate-keyword": the id that people write */
	enum severity severity;
	int level;	    /* multipath-tools' verbosity level of the legacy text */
	const char *text;   /* for people */
	const char *legacy; /* multipath-tools' words, NULL where it is silent */
	bool echo;	    /* multipath-tools' second line on the same matter: not for people */
	bool on_use; /* multipath-tools says it when maps are set up, not for -t and its like */
};

#define DIAG_NOTES 3
#define DIAG_ARGS  4

struct diag_note {
	struct srcloc loc;
	const char *text;
};

struct diag {
	enum diag_id id;
	enum severity severity;
	struct srcloc loc;
	unsigned int line; /* line as multipath-tools counts (long lines split); 0: use loc */
	const char *arg[DIAG_ARGS];
	struct diag_note note[DIAG_NOTES];
	unsigned int n_notes;
	const char *suggestion; /* replacement text for loc, or advice; NULL: none */
	bool exact;		/* suggestion is a replacement that --fix may apply */
};

struct diag_sink;

/* Records beyond this many are counted but not kept. */
#define DIAG_MAX 100000

/* Records and their strings live in @a. */
struct diag_sink *diag_sink_new(struct arena *a);

/*
 * Add a record; arguments are copied. Returns it so that notes and suggestions can be put on, or
 * NULL where DIAG_MAX is reached (diag_note() and diag_suggest() take that).
 */
struct diag *diag_add(struct diag_sink *s, enum diag_id id, struct srcloc loc, const char *a1,
		      const char *a2, const char *a3, const char *a4);
void diag_note(struct diag_sink *s, struct diag *d, struct srcloc loc, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void diag_suggest(struct diag_sink *s, struct diag *d, bool exact, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

unsigned int diag_count(const struct diag_sink *s);
struct diag *diag_at(const struct diag_sink *s, unsigned int i);
const struct diag_def *diag_def(enum diag_id id);

/* Renderers. Both escape what must not reach a terminal. The legacy one adds no newline. */
void diag_text(const struct diag *d, struct strbuf *out);
bool diag_legacy(const struct diag *d, struct strbuf *out); /* false: multipath-tools is silent */

#endif
