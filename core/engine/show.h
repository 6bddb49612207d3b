/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.h - text of maps and paths: the tree, wildcard tables, JSON (behaviour.md 2).
 *
 * One table of wildcards per kind of object {letter, header, text function}; tree, tables, JSON and
 * `show wildcards` are loops over these. Output is built in a strbuf. What comes from a device
 * (vendor, WWID) is printed as multipath-tools prints it, except bytes that would reach a terminal
 * as control characters: those become '\xNN'.
 */
#ifndef MP_SHOW_H
#define MP_SHOW_H

#include "core/model/map.h"

struct foreign;
struct strbuf;

#define SHOW_FMT_PATHS_V3    "%w %i %d %D %p %t %T %s %o"
#define SHOW_FMT_PATH_TREE   "%i %d %D %t %T %o"
#define SHOW_FMT_MAP_ATTR    "size=%S features='%f' hwhandler='%h' wp=%r"
#define SHOW_FMT_GROUP	     "policy='%s' prio=%p status=%t"
#define SHOW_FMT_PATHS	     "%i %d %D %p %t %T %o %C"
#define SHOW_FMT_MAPS	     "%n %d %w"
#define SHOW_FMT_MAPS_STATUS "%n %F %Q %N %t %r"
#define SHOW_FMT_MAPS_STATS  "%n %0 %1 %2 %3 %4"

/* Column widths of the wildcards of one format over some set of rows, headers counted or not. */
struct show_widths {
	unsigned char w[128]; /* by letter; 0: no padding */
};
void show_path_widths(struct show_widths *w, const char *format, struct path *const *paths,
		      unsigned int n, bool headers);
void show_map_widths(struct show_widths *w, const char *format, struct map *const *maps,
		     unsigned int n, bool headers);

/* One map as `multipath` prints it at this verbosity: 0 nothing, 1 the name, 2 and more the tree.
 * @widths (of SHOW_FMT_PATH_TREE) NULL: over the map's own paths. @bold: the header line in ESC[1m. */
void show_map_tree(const struct map *m, int verbosity, const struct show_widths *widths, bool bold,
		   struct strbuf *out);

/* Tables. @raw: no header, no padding. No rows: nothing. Unknown wildcards, "%%" and a '%' at the end
 * print nothing. */
void show_paths(const struct topology *t, const char *format, bool raw, struct strbuf *out);
void show_maps(const struct topology *t, const char *format, bool raw, struct strbuf *out);
/* The same with foreign devices (foreign.h) after the others, NULL: none. */
void show_paths_with(const struct topology *t, const struct foreign *f, const char *format,
		     bool raw, struct strbuf *out);
void show_maps_with(const struct topology *t, const struct foreign *f, const char *format, bool raw,
		    struct strbuf *out);
/* What `multipath -v3` prints before the maps: "===== paths list =====" and the table, or
 * "===== no paths =====". */
void show_paths_list(const struct topology *t, struct strbuf *out);
/* One row without header; @widths NULL: no padding. */
void show_path(const struct path *p, const char *format, const struct show_widths *widths,
	       struct strbuf *out);
void show_map(const struct map *m, const char *format, const struct show_widths *widths,
	      struct strbuf *out);

/* JSON, version 0.1: multipath-tools' layout, correctly escaped. Bytes that are not UTF-8 stand as
 * the text "\xNN". */
void show_maps_json(const struct topology *t, struct strbuf *out);
void show_map_json(const struct map *m, struct strbuf *out);

/* Reply of `show wildcards`. */
void show_wildcards(struct strbuf *out);

/* A size in sectors as %S: "1.5T" (behaviour.md 2.5). */
void show_size(uint64_t sectors, struct strbuf *out);

#endif
