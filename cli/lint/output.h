/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - diagnostics as people, editors and CI systems want them. Text in, text out.
 */
#ifndef MP_LINT_OUTPUT_H
#define MP_LINT_OUTPUT_H

#include "cli/lint/lint.h"

struct strbuf;

/* A file that could not be read: it has no diagnostics, but must not be passed over. */
struct lint_unread {
	const char *name;
	int err; /* errno */
};

struct lint_unreads {
	struct lint_unread *list;
	unsigned int n;
};

/* All runs (several with --each) of one call. */
struct lint_report {
	struct lint_result *const *runs;
	unsigned int n_runs;
	struct lint_unreads unread;
	bool colour;
	bool summary; /* the last line counts */
	unsigned int mended;
};

struct lint_format {
	const char *name;
	void (*print)(const struct lint_report *r, struct strbuf *out);
	bool summary;
};

/* By name, NULL: there is none. The list ends with .name == NULL. */
const struct lint_format *lint_format(const char *name);
extern const struct lint_format lint_formats[];

const char *severity_name(enum severity s);

void print_json(const struct lint_report *r, struct strbuf *out);
void print_sarif(const struct lint_report *r, struct strbuf *out);

/* "2 errors, 1 warning, 0 notes in 3 files" and a newline. */
void lint_summary(const struct lint_report *r, struct strbuf *out);

/* A unified diff of two texts; nothing where they are the same. */
void lint_diff(const char *name, const char *a, size_t a_len, const char *b, size_t b_len,
	       struct strbuf *out);

/* As a JSON string, quotes included; bytes that are no UTF-8 become U+FFFD. */
void json_string(const char *s, struct strbuf *out);

#endif
