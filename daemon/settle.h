/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.h - what the parts of settling share, and nobody else: settle.c says who is looked at and when,
 * settle_plan.c what is to be done, settle_lane.c has it done and takes in what came of it.
 */
#ifndef MP_SETTLE_H
#define MP_SETTLE_H

#include "core/engine/change.h"
#include "daemon/parts.h"
#include "daemon/work.h"

#define SETTLE_RETRY_NS (5 * NSEC_PER_SEC) /* a change the kernel refused is tried again */

/* A map to be looked at, and who waits for it. */
struct touched {
	struct touched *next;
	char wwid[WWID_MAX];
	unsigned int how;   /* enum touch */
	int64_t not_before; /* 0: at once */
	bool ready;	    /* of the settling under way */
	int result;	    /* for who waits */
	int failed;	    /* what the last try ended with, for the same not to be said again */
	unsigned int again; /* how often it was tried in vain, up to RETRY_SLOWER */
	unsigned int tries; /* removal: how often it may be in use yet */
	bool configure; /* by a new generation: also to the best group, whatever failback says */
	struct op_done *done;
	unsigned int n_done;
};

/* One change on the lane. */
struct lane_item {
	struct change change;
	struct map *wanted; /* in the batch's memory; NULL: a removal */
	bool last;	    /* a removal because its last path is gone */
	struct touched *by;
};

/* A map that gives its name up first, for another one in the same batch. */
struct parked {
	char from[DM_NAME_MAX], to[DM_NAME_MAX];
	int err;
};

struct batch {
	struct work work;
	struct parked *parked;
	unsigned int n_parked;
	struct topology *memory; /* of wanted maps */
	struct lane_item *items;
	unsigned int n;
	bool back;		 /* from the lane */
	unsigned int finished;	 /* items of which what came of them has been taken in */
	struct touched *touched; /* what it settles: answered when it is done */
};

struct daemon_lane {
	struct work_pool *pool;
	struct host *host; /* the lane's own, or the daemon's in replay */
	struct touched *touched;
	struct batch *batch; /* on the lane, or being finished; NULL: none */
	struct loop_timer settle, clock, finish;
	bool configuring;
	bool blind; /* the kernel's maps could not be read the last time, and that was said */
};

struct touched *settle_touched(struct touched *list, const char *wwid); /* NULL: it has none */
void settle_touched_free(struct touched *t);
void settle_answer(struct touched *t); /* t->result, to all who wait */

/* NULL: out of memory. */
struct batch *settle_batch_new(struct multipathd *d);
void settle_batch_free(struct batch *b);
/* What is to be done for all that is ready, as items of @b. */
void settle_plan(struct multipathd *d, struct batch *b);
/* Takes @b over: has it done, by the lane or at once, and takes in what came of it. */
void settle_run(struct multipathd *d, struct batch *b);
/* Of the timer: what is back from the lane, map by map, for as long as a turn may be. */
void settle_finish_more(void *ctx);

#endif
