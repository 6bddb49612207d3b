/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump.h - a configuration as text, as `multipath -t`, `-T` and `show config` print it.
 *
 * What is printed, read again, prints the same (but see reread).
 */
#ifndef MP_DUMP_H
#define MP_DUMP_H

#include "parser/config.h"

struct strbuf;

/* An existing map, for -T: without a section of its own it gets one, its alias as a comment. */
struct dump_map {
	const char *wwid, *alias;
};

/* All fields may be zero. */
struct dump_options {
	bool (*keep_device)(void *ctx, const struct layer *row); /* NULL: keep all */
	void *ctx;
	const struct dump_map *maps;
	unsigned int n_maps;
	/*
	 * To be read again: multipath-tools prints uid and gid in octal and reads them as decimal
	 * numbers; with this they are printed in decimal.
	 */
	bool reread;
};

/* @opt NULL: everything. */
void dump_config(const struct config *c, const struct dump_options *opt, struct strbuf *out);

/* The settings of one section, each line after @indent tabs, in the section's order. */
void dump_layer(const struct layer *l, enum section s, unsigned int indent,
		const struct dump_options *opt, struct strbuf *out);

#endif
