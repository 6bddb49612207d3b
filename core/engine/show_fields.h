/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_fields.h - the wildcards: letter, column header and text of each (behaviour.md 2.2).
 * Texts are as they are: what prints them escapes them (terminal or JSON).
 */
#ifndef MP_SHOW_FIELDS_H
#define MP_SHOW_FIELDS_H

#include "core/engine/foreign.h"
#include "core/model/map.h"
#include "parser/strbuf.h"

/* What a wildcard speaks of: exactly one is set. */
struct show_obj {
	const struct map *map;
	const struct pathgroup *group;
	const struct path *path;
	const struct foreign_map *fmap;
	const struct foreign_path *fpath;
};

struct show_field {
	char letter;
	const char *header;
	void (*text)(const struct show_obj *o, struct strbuf *out);
};

/* Foreign maps and paths have the wildcards of maps and paths, but a text for fewer of them: the
 * others are "n/a". */
enum show_kind {
	SHOW_MAP,
	SHOW_GROUP,
	SHOW_PATH,
	SHOW_FOREIGN_MAP,
	SHOW_FOREIGN_PATH,
	SHOW__KINDS
};

/* The table of a kind, in the order of `show wildcards`. */
const struct show_field *show_fields(enum show_kind k, unsigned int *ret_n);
const struct show_field *show_field(enum show_kind k, char letter); /* NULL: no such wildcard */

/* The texts of SHOW_FOREIGN_MAP or SHOW_FOREIGN_PATH. */
const struct show_field *foreign_fields(enum show_kind k, unsigned int *ret_n);

#endif
