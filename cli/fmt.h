/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fmt.h - the parts of `minipath fmt`: a configuration laid out anew, the difference, the writing.
 */
#ifndef MP_FMT_H
#define MP_FMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/strbuf.h"

struct config_base;
struct kwuserdb;
struct srcfile;

enum fmt_result {
	FMT_SAME,    /* it has the canonical layout already */
	FMT_CHANGED, /* .out holds the new text */
	FMT_REFUSED, /* .why says why it is better left alone */
};

/* A line of the source, its line end with it, and what became of it; no line is split or joined. */
struct fmt_line {
	uint32_t start, end;
	uint32_t out, out_end; /* equal: dropped */
};

struct fmt {
	enum fmt_result result;
	struct strbuf out;
	struct strbuf why; /* lines for people */
	struct fmt_line *line;
	unsigned int n, cap;
};

/* How texts are read. */
struct fmt_reading {
	const struct config_base *base; /* without hardware table; NULL: made anew for each text */
	const struct kwuserdb *users;	/* NULL: the system's */
};

/*
 * Lay @f out anew. Before it says FMT_CHANGED it has read the result again: that means the same
 * (effective dump and diagnostics), and would not be changed once more. Returns 0 or -ENOMEM. *ret is freed
 * with fmt_done(), also on failure.
 */
int fmt_text(const struct srcfile *f, const struct fmt_reading *how, struct fmt *ret);
void fmt_done(struct fmt *f);

/* Add the change as a unified diff against file @name. */
void fmt_diff(const struct fmt *f, const struct srcfile *from, const char *name,
	      struct strbuf *out);

/*
 * Put @text in place of the file @path, whose bytes must still be those of @old (else -ESTALE).
 * The old or the new text is there at any time, whole; owner, mode and extended attributes stay. A
 * symbolic link stays one: the file behind it is replaced.
 */
int fmt_write(const char *path, const struct srcfile *old, const struct strbuf *text);

#endif
