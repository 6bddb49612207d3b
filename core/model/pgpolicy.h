/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pgpolicy.h - which paths stand together, in which order, and which group is best
 * (behaviour.md 6.4). Pure.
 */
#ifndef MP_PGPOLICY_H
#define MP_PGPOLICY_H

#include "core/model/map.h"

/*
 * Group m->paths by @policy (a VW_ word: VW_failover, VW_multibus, ...), marginal paths apart where
 * @marginal_groups, give each group its priority and count of usable paths, order paths within
 * groups (round-robin alternation of adapters) and groups by the rules, number them. Sets
 * m->groups, m->selector (= @selector, which must outlive @m) and m->best_group; group states are
 * PG_UNDEF. A word that is no policy groups as failover.
 */
void pg_build(struct topology *t, struct map *m, enum vocab_word policy, bool marginal_groups,
	      const char *selector);

/* Priority (integer mean of the defined priorities of usable paths, 0: none) and usable count of one
 * group, again (after a check). */
void pg_refresh(struct pathgroup *g);
void pg_refresh_all(struct map *m);

/* The group that should be used, from 1; 0: no group has a usable path. */
unsigned int pg_best(const struct map *m);

/* Does a group's policy word exist for -p? Prefix rule of behaviour.md 1.2. VW_NONE: no. */
enum vocab_word pg_policy_word(const char *text);

#endif
