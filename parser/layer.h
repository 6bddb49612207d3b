/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layer.h - settings as data: one struct for every section that can set a keyword.
 *
 * defaults, overrides, overrides/protocol, devices/device, multipaths/multipath, every built-in
 * hardware row and the built-in defaults are all a struct layer. A layer is sparse: a presence
 * bitmap and a short array of settings. "Unset" is an absent bit, never a special value.
 *
 * Ownership: a layer, its settings and its strings live in the arena of the struct config (or of
 * the hardware table) they were made for and are freed with it. Readers hold const pointers.
 */
#ifndef MP_LAYER_H
#define MP_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/keywords.h"
#include "parser/srcfile.h"

struct arena;

enum layer_kind {
	LAYER_INTERNAL,	   /* built-in defaults: keywords.def */
	LAYER_DEFAULTS,	   /* defaults { } of the files */
	LAYER_BUILTIN_DEV, /* a row of the built-in hardware table */
	LAYER_DEVICE,	   /* devices { device { } } of the files */
	LAYER_OVERRIDES,
	LAYER_PROTOCOL, /* overrides { protocol { } } */
	LAYER_MULTIPATH,
	LAYER_AUTODETECT, /* values computed from the device: detect_prio, TPGS, ... */
	LAYER_CMDLINE,	  /* -p and its like */
	LAYER__MAX
};

/*
 * One value. A vocabulary word sets word (and leaves num 0); a number sets word = VW_NUMBER and
 * num; a string sets word = VW_STRING and str. Units and ranges are those of the keyword's row.
 */
struct kwval {
	enum vocab_word word;
	int64_t num;
	const char *str;
};

struct setting {
	enum kw_id kw;
	struct kwval val;
	struct srcloc loc;	   /* of the value; SRCLOC_NONE for built-in values */
	const struct layer *layer; /* the layer that holds it */
};

#define LAYER_WORDS ((KW__MAX + 63) / 64)

struct layer {
	enum layer_kind kind;
	struct srcloc loc; /* of the section's keyword; SRCLOC_NONE for built-in rows */
	uint64_t present[LAYER_WORDS];
	struct setting *set; /* in order of first appearance */
	unsigned int n, cap;
	const struct layer *merged_from; /* the row this one was merged over, or NULL */
};

/* An empty layer in @a. Never NULL: the arena aborts the parse by its limit, not here. */
struct layer *layer_new(struct arena *a, enum layer_kind kind, struct srcloc loc);

/* Set @kw to @val (replacing an earlier value). The string is not copied. */
void layer_set(struct layer *l, struct arena *a, enum kw_id kw, struct kwval val,
	       struct srcloc loc);

/* Take @kw out again; its array slot is closed. */
void layer_unset(struct layer *l, enum kw_id kw);

/* The setting of @kw, or NULL where this layer does not set it. */
const struct setting *layer_get(const struct layer *l, enum kw_id kw);

/* Convenience for strings that double as match keys (vendor, product, wwid, alias, type). */
const char *layer_str(const struct layer *l, enum kw_id kw);

/* Copy to @dst every setting of @src that @dst does not have. */
void layer_inherit(struct layer *dst, struct arena *a, const struct layer *src);

#endif
