/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply.h - carry out plans: create, reload, rename, switch group, resize, remove.
 *
 * Every change of one run shares one udev cookie (dmb batches). An error is logged with the map's
 * name and stays with that map.
 */
#ifndef MP_APPLY_H
#define MP_APPLY_H

#include "core/engine/change.h"
#include "core/engine/engine.h"
#include "core/model/plan.h"

enum apply_result {
	APPLY_DONE,   /* changed, or nothing was to do */
	APPLY_DRY,    /* dry run */
	APPLY_IN_USE, /* a path is in use by something else */
	APPLY_LOCKED, /* a partitioner has a path locked: try again soon */
	APPLY_FAILED,
	APPLY_RUN, /* of apply_plan() only: the change is to be carried out */
};

/* Decide and apply for one wanted map; m->action and m->alias are set as they turned out. */
enum apply_result apply_map(struct engine *e, struct map *m);

/* What would be done with a wanted map, and why: the plan alone. */
void apply_decide(struct engine *e, const struct map *m, struct plan *ret);

/* The same in its three steps, for those who carry changes out elsewhere: apply_plan() with
 * APPLY_RUN fills *ret_change (change_done() it), change_run(), apply_finish(). */
enum apply_result apply_plan(struct engine *e, struct map *m, struct change *ret_change);
enum apply_result apply_finish(struct engine *e, struct map *m, const struct change *c);

/* Removal in steps. 0; -EBUSY (in use; logged), -ENOMEM. @deferred: users do not matter. */
int apply_plan_flush(struct engine *e, const struct dm_map *dm, bool deferred,
		     struct change *ret_change);
int apply_finish_flush(const struct change *c); /* logs; c->err */

/* Remove a map and its partition maps. 0, -EBUSY (in use), -errno; logged. */
int apply_flush(struct engine *e, const struct dm_map *dm);

/* Reinstate usable paths that the kernel holds failed, enable their groups. */
void apply_reinstate(struct engine *e, struct map *m);

/* Where no daemon runs: stop queueing on @m (multipath-tools' rule without -q). */
void apply_stop_queueing(struct engine *e, struct map *m);

#endif
