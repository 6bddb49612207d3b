/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pathlock.h - keep partitioners away from a map's paths while the map is made.
 *
 * A tool that writes a partition table locks the node exclusively (flock); udevd and we take the
 * same lock shared, for as long as we make the disk a path. Never waits.
 */
#ifndef MP_PATHLOCK_H
#define MP_PATHLOCK_H

#include "core/engine/engine.h"

struct pathlock {
	int *list;
	unsigned int n;
};

/* 0; -EBUSY: somebody holds a path exclusively (logged at v3). A path that cannot be opened needs
 * no lock. @ret_lock is to be released where 0 is returned. */
int pathlock_take(struct engine *e, const struct map *m, struct pathlock *ret_lock);
void pathlock_release(struct engine *e, struct pathlock *lock);

#endif
