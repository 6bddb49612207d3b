/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claim.h - should this device be a path of a multipath map? The decision behind `multipath -c`
 * and `-u`, in the order of behaviour.md 5.2, and the waiting of find_multipaths smart.
 */
#ifndef MP_CLAIM_H
#define MP_CLAIM_H

#include "core/engine/engine.h"

enum claim { CLAIM_NO, CLAIM_YES, CLAIM_MAYBE };

#define CLAIM_STEPS 12

struct claim_result {
	enum claim claim;
	bool certain;	 /* "valid, no further check" */
	bool wait;	 /* print FIND_MULTIPATHS_WAIT_UNTIL */
	int64_t wait_ns; /* remaining nanoseconds, 0: the wait has expired */
	const char *why; /* the rule that decided, for logs and explain */
	const char
		*step[CLAIM_STEPS]; /* what each rule found, in their order; the last one decided */
	unsigned int n_steps;
};

/* A dry run notes no wait and opens nothing. @udev: `multipath -u`, which also asks whether the daemon runs. 0 or -errno (cannot say). */
int claim_check(struct engine *e, const char *name, bool udev, struct claim_result *ret);

/* What uses the disk or one of its partitions: "mounted", "swap", "held"; NULL: nothing. */
const char *claim_usage(struct engine *e, const char *name);

/* `multipath -C`, `-U`: has the map at least one usable path? No I/O. */
bool claim_map_usable(struct engine *e, const struct map *m);

#endif
