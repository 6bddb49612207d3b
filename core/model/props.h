/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * props.h - which value of a keyword holds for a path or a map, and where it came from.
 *
 * One function walks a keyword's order of layers (props.def: behaviour.md 3.5) and keeps the
 * winning setting. Values that are found out from the device (detect_prio, retained handlers) are
 * put in with props_put() and an origin of their own. Strings live in the configuration or in the
 * topology's arena.
 */
#ifndef MP_PROPS_H
#define MP_PROPS_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/config.h"

/* Where a value came from, in the words of multipath-tools' log. */
#define ORIGINS(X)                                                                                 \
	X(NONE, "")                                                                                \
	X(INTERNAL, "(setting: multipath internal)")                                               \
	X(HWTABLE, "(setting: storage device configuration)")                                      \
	X(AUTODETECT, "(setting: storage device autodetected)")                                    \
	X(MULTIPATHS, "(setting: multipath.conf multipaths section)")                              \
	X(OVERRIDES, "(setting: multipath.conf overrides section)")                                \
	X(PROTOCOL, "(setting: multipath.conf overrides protocol section)")                        \
	X(CONFIG, "(setting: multipath.conf defaults/devices section)")                            \
	X(CMDLINE, "(setting: multipath command line [-p] flag)")                                  \
	X(KERNEL, "(setting: retained by kernel driver)")                                          \
	X(TPGS, "(setting: autodetected from TPGS)")                                               \
	X(NO_ALUA, "(setting: emergency fallback - alua failed)")                                  \
	X(NOT_ALL_ALUA, "(setting: emergency fallback - not all paths use alua prio)")             \
	X(UID_ATTRS, "(setting: multipath.conf uid_attrs)")

enum origin {
#define X(id, text) ORIGIN_##id,
	ORIGINS(X)
#undef X
};
const char *origin_text(enum origin o);

struct prop {
	const struct kwval *val;   /* NULL: unset everywhere */
	const struct setting *set; /* the setting it is, NULL for a detected value */
	enum origin origin;
};

/* A keyword's place among those of its scope, in the order of props.def. */
#define PROP(kw, scope, order, zero) SLOT_OF_##scope(PROP_SLOT_##kw)
#define SLOT_OF_PATH(slot)	     slot,
#define SLOT_OF_MAP(slot)
enum {
#include "core/model/props.def"
	PROP_SLOTS_OF_PATH
};
#undef SLOT_OF_PATH
#undef SLOT_OF_MAP
#define SLOT_OF_PATH(slot)
#define SLOT_OF_MAP(slot) slot,
enum {
#include "core/model/props.def"
	PROP_SLOTS_OF_MAP
};
#undef SLOT_OF_PATH
#undef SLOT_OF_MAP
#undef PROP

enum prop_scope { SCOPE_PATH, SCOPE_MAP };

/* What holds for one path or map. Read by props_get() and the like. */
struct props {
	enum prop_scope scope;
	struct prop v[(int)PROP_SLOTS_OF_MAP > (int)PROP_SLOTS_OF_PATH ? (int)PROP_SLOTS_OF_MAP
								       : (int)PROP_SLOTS_OF_PATH];
};

/*
 * Which rows of the device table match an inquiry. A row's regexes are compiled at its first use
 * and kept for the generation; answers are kept per vendor, product and revision.
 */
struct rowmatch;
struct rowmatch *rowmatch_new(const struct config *cfg);
void rowmatch_free(struct rowmatch *r);

/* Matching rows, best (last in the table) first, NULL-terminated; owned by @r. */
const struct layer *const *rowmatch_find(struct rowmatch *r, const char *vendor,
					 const char *product, const char *revision);

/* The layers that can speak for one path or map. Any of them may be NULL. */
struct prop_layers {
	const struct config *cfg;
	const struct layer *multipath;	    /* of the WWID */
	const struct layer *const *devices; /* of rowmatch_find() */
	const struct layer *protocol;
};

/* overrides/protocol of protocol @name, the last that matches; NULL: none. */
const struct layer *props_protocol(const struct config *cfg, const char *name);

/* Resolve every keyword of path scope (uid_attribute, path_checker, prio, ...), or map scope. */
void props_path(struct props *p, const struct prop_layers *l);
void props_map(struct props *p, const struct prop_layers *l);

/*
 * Every setting of @kw that @l has, in the order the layers are asked: the first is the one that
 * wins, the others lose to it. The number; at most @max are stored.
 */
unsigned int props_rivals(const struct prop_layers *l, enum kw_id kw, struct prop *out,
			  unsigned int max);

/* Is @kw one that is resolved for maps (or, where not @of_map, for paths)? */
bool props_in_scope(enum kw_id kw, bool of_map);

/* Overrule a keyword with a value found out elsewhere; @val must outlive @p. */
void props_put(struct props *p, enum kw_id kw, const struct kwval *val, enum origin o);

/* Never NULL; a keyword of the other scope is unset. */
const struct prop *props_get(const struct props *p, enum kw_id kw);

/* Readers. A keyword that is unset has word VW_NONE, string NULL, number @if_unset. */
enum vocab_word props_word(const struct props *p, enum kw_id kw);
const char *props_str(const struct props *p, enum kw_id kw);
int64_t props_num(const struct props *p, enum kw_id kw, int64_t if_unset);
bool props_yes(const struct props *p, enum kw_id kw);

#endif
