/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pathlock.h - keep partitioners away from a map's paths while the map is made.
 *
 * A tool that writes a partition table locks the node exclusively (flock); udevd and we take the
 * same lock shared, for as long as we make the disk a path. Never waits.
 */
#ifndef MP_PATHLOCK_H
#define MP_PATHLOCK_H

#include <sys/types.h>

#include "core/host/devio.h"

struct pathlock {
	int *list;
	unsigned int n;
};

struct pathlock_node {
	char name[32]; /* kernel name */
	dev_t devno;
};

/* 0; -EBUSY: somebody holds *ret_held (one of @nodes) exclusively; -ENOMEM. A path that cannot be
 * opened needs no lock. @ret_lock is to be released where 0 is returned. */
int pathlock_take(struct devio *io, const struct pathlock_node *nodes, unsigned int n,
		  struct pathlock *ret_lock, const char **ret_held);
void pathlock_release(struct devio *io, struct pathlock *lock);

#endif
