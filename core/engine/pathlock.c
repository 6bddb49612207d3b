/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All or nothing: the first path that is held gives the others back. */
#include "core/engine/pathlock.h"

#include <errno.h>
#include <stdlib.h>

int pathlock_take(struct devio *io, const struct pathlock_node *nodes, unsigned int n,
		  struct pathlock *ret_lock, const char **ret_held)
{
	struct pathlock lock = { calloc(n + 1, sizeof(int)), 0 };

	if (!lock.list)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		int fd = io->ops->lock(io, nodes[i].name, nodes[i].devno);

		if (fd == -EBUSY) {
			*ret_held = nodes[i].name;
			pathlock_release(io, &lock);
			return -EBUSY;
		}
		if (fd >= 0)
			lock.list[lock.n++] = fd;
	}
	*ret_lock = lock;
	return 0;
}

void pathlock_release(struct devio *io, struct pathlock *lock)
{
	while (lock->n)
		io->ops->unlock(io, lock->list[--lock->n]);
	free(lock->list);
	lock->list = NULL;
}
