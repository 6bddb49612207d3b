/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bind.h - lines of a file plus keyword table give layers, rules and diagnostics.
 */
#ifndef MP_BIND_H
#define MP_BIND_H

#include "parser/config.h"

struct kwuserdb;
struct line;

/* A line as the binder understood it, told after the diagnostics about it. */
struct bound_line {
	const struct srcfile *file;
	const struct line *line;
	enum section section; /* it stands in */
	struct srcloc opened; /* the keyword that opened that section */
	unsigned int depth;   /* of that section; 0: the top level */
	enum kw_id kw;	      /* KW_NONE: no statement, or one that is not known there */
	struct diag_sink *diags;
};

/* Someone who looks over the binder's shoulder: the linter. */
struct bind_watch {
	void (*line)(void *ctx, const struct bound_line *l);
	void *ctx;
};

/* Where the settings go; shared by all files of a configuration. */
struct binding {
	struct arena *a;
	struct diag_sink *diags;
	const struct kwuserdb *users; /* NULL: the system's */
	bool check_regex;
	const struct bind_watch *watch; /* NULL: nobody */
	const char *release;		/* see config_sources */

	struct layer *defaults;
	struct layer *overrides; /* NULL until a file has the section */
	/* in the order of the files; incomplete ones and duplicates are still in */
	struct layers protocols, devices, multipaths;
	struct rules blacklist, exceptions;

	uint64_t told[LAYER_WORDS]; /* ignored keywords that were reported */
};

/*
 * Read @f into @b. *ret_bad tells whether a statement was such that multipath-tools would refuse
 * the whole file. Returns 0 or -ENOMEM.
 */
int bind_file(const struct srcfile *f, struct binding *b, bool *ret_bad);

#endif
