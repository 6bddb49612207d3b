/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * desire.h - the maps that should be: paths with one WWID, named, grouped and with their table
 * text, by the configuration. Needs discovery, a survey, names_load() and observe_maps() first.
 */
#ifndef MP_DESIRE_H
#define MP_DESIRE_H

#include "core/engine/engine.h"

/* Fill e->wanted. @wwid: only this map (find_multipaths is then not asked); NULL: all. */
void desire_maps(struct engine *e, const char *wwid);

/* Only the maps that @in says yes to, asked with the first path of each that might be one. */
void desire_some(struct engine *e, bool (*in)(void *ctx, const struct path *first), void *ctx);

/* The keywords that hold for a map, by its WWID and its first path. */
void desire_properties(struct engine *e, struct map *m);

/* May the find_multipaths rules make a map of this path (behaviour.md 5.1)? */
bool desire_multipath(struct engine *e, const struct path *p);

/* Resolve the keywords of map scope for @m, by its WWID and its first path. */
void desire_properties(struct engine *e, struct map *m);

/* Handler, features, policy and selector of a map from its properties and paths. */
void desire_settings(struct engine *e, struct map *m);

#endif
