/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lint.h - the linter as a library: texts and options in, a sorted list of diagnostics out.
 *
 * Nothing here reads a file, prints or knows of a terminal; cli/lint/lint_main.c does. The parser's
 * diagnostics and those of the checks (checks.def) are records of one kind (parser/diag.h).
 */
#ifndef MP_LINT_H
#define MP_LINT_H

#include "parser/config.h"

struct strbuf;

/* What the user wants of one check. */
enum lint_set { LINT_DEFAULT, LINT_OFF, LINT_WARNING, LINT_ERROR };

/*
 * What is built in, as a run needs it: the base of the configurations and the arrays of @rows (the
 * hardware table, NULL: none). One is made for any number of runs, one after the other, and
 * outlives their results.
 */
struct lint_known;
struct lint_known *lint_known_new(const struct config_row *rows);
const struct config_base *lint_known_base(const struct lint_known *k);
void lint_known_free(struct lint_known *k);

/* What the files are compared with; all but @known may be NULL: nothing. Texts stay the caller's. */
struct lint_options {
	struct lint_known *known;
	uint8_t set[DIAG__MAX]; /* enum lint_set */
	bool strict;
	const char *release;  /* of multipath-tools, NULL: the one we are like */
	const char *bindings; /* text of the bindings file */
	const char *bindings_name;
	const char *initramfs; /* name of the initramfs's copy */
	const struct config *initramfs_config;
	bool initramfs_missing;
	const struct kwuserdb *users; /* NULL: the system's */
};

/* Replace [start, end) of @file by @text. Nothing outside a diagnostic's edits is ever changed. */
struct lint_edit {
	const struct diag *diag;
	const struct srcfile *file;
	uint32_t start, end;
	const char *text;
	bool changes; /* it changes the effective configuration, as the diagnostic says */
};

struct lint_result {
	struct arena *arena;
	struct config *cfg; /* owns the files; diagnostics live in its arena */
	struct diag **list; /* by file, line and column; those that count */
	unsigned int n;
	struct lint_edit *edits; /* of those diagnostics */
	unsigned int n_edits;
	unsigned int count[SEV_ERROR + 1];
};

/*
 * Check @texts (ends with NULL; taken over, also on failure) as one configuration in that order.
 * Returns 0 or -ENOMEM.
 */
int lint_run(struct srcfile *const *texts, const struct lint_options *opt,
	     struct lint_result **ret_result);
void lint_free(struct lint_result *r);

/* A check by the id that people write, or DIAG_NONE. Echoes are no checks. */
enum diag_id lint_id(const char *name);
bool lint_is_check(enum diag_id id);

/*
 * The texts of @r's files with the edits made; files without edits are the same bytes again.
 * Adds the number of diagnostics that this mends to *mended. *ret_texts (ends with NULL) and the files are the caller's; free the list with free().
 */
int lint_fixed_texts(const struct lint_result *r, bool neutral_only, struct srcfile ***ret_texts,
		     unsigned int *mended);

/*
 * Mend and lint again until nothing is left to mend. *r is replaced by the result of the mended texts
 * (on failure by NULL). Adds the number of diagnostics that were mended to *mended. A repair may bring
 * the next one to light (sections in unclosed sections, each with its '{' on the next line), so there
 * are rounds, at most LINT_ROUNDS; what is left then is in *r as any other diagnostic. Returns 0 or
 * -ENOMEM.
 */
#define LINT_ROUNDS 64
int lint_mend(struct lint_result **r, const struct lint_options *opt, unsigned int *mended);

/* A check for people: sentences, but the example is lines of a file. */
struct lint_explain {
	const char *what, *why, *example, *mend;
};
const struct lint_explain *lint_explain(enum diag_id id);

/* Can --fix mend it? */
bool lint_fixable(enum diag_id id);

/* A release such as "0.9.4": digits and dots, not before the first one that is known. */
bool lint_release_ok(const char *text);

#endif
