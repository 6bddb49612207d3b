/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bind.h - lines of a file plus keyword table give layers, rules and diagnostics.
 */
#ifndef MP_BIND_H
#define MP_BIND_H

#include "parser/config.h"

struct kwuserdb;

/* Where the settings go; shared by all files of a configuration. */
struct binding {
	struct arena *a;
	struct diag_sink *diags;
	const struct kwuserdb *users; /* NULL: the system's */
	bool check_regex;

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
