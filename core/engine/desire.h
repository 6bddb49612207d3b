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

/* May the find_multipaths rules make a map of this path (behaviour.md 5.1)? The rule that decides. */
enum desire_rule {
	DESIRE_ALL,	/* yes: the mode takes every path */
	DESIRE_WWIDS,	/* yes: its WWID is in the wwids file */
	DESIRE_MAP,	/* yes: there is a map with its WWID */
	DESIRE_STRICT,	/* no: not in the wwids file, and nothing else counts */
	DESIRE_SEVERAL, /* yes: several paths share its WWID */
	DESIRE_ALONE,	/* no: no other path has its WWID */
};
enum desire_rule desire_rule(struct engine *e, const struct path *p);
bool desire_rule_yes(enum desire_rule r);
bool desire_multipath(struct engine *e, const struct path *p); /* the same, with its log line */

/* The layers that speak for @m: those of its WWID and its first path. */
struct prop_layers desire_layers(struct engine *e, const struct map *m);

/* Resolve the keywords of map scope for @m, by its WWID and its first path. */
void desire_properties(struct engine *e, struct map *m);

/* Handler, features, policy and selector of a map from its properties and paths. */
void desire_settings(struct engine *e, struct map *m);

#endif
