/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_parts.h - what explain_path.c and explain_map.c share; for these two and explain.c only. */
#ifndef MP_EXPLAIN_PARTS_H
#define MP_EXPLAIN_PARTS_H

#include "core/engine/explain.h"

struct explain *explain_new(struct engine *e, const char *kind, const char *name,
			    const struct gathered *g);
struct explain_section *explain_section(struct explain *x, const char *id, const char *title);
/* Texts are copied; @origin may be NULL. */
struct explain_item *explain_add(struct engine *e, struct explain_section *s, const char *key,
				 const char *origin, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The settings of a path (or, @of_map, a map): @now as they hold, @l the layers they came from. */
void explain_settings(struct engine *e, struct explain *x, const struct props *now,
		      const struct prop_layers *l, bool of_map, bool losers);
/* One of them: its value as multipath -t prints it, "(unset)" where it has none. */
const char *explain_value(struct engine *e, enum kw_id kw, const struct kwval *v);

/* A state file as the host itself calls it, recorded or not. */
const char *explain_state_file(const struct engine *e, enum state_file f);

/* "FILE:LINE", or NULL for a place that is built in. */
const char *explain_place(struct arena *a, struct srcloc loc);

#endif
