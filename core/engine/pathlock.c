/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All or nothing: the first path that is held gives the others back. */
#include "core/engine/pathlock.h"

#include <errno.h>
#include <stdlib.h>

#include "core/engine/log.h"

int pathlock_take(struct engine *e, const struct map *m, struct pathlock *ret_lock)
{
	struct devio *io = e->host->io;
	struct pathlock lock = { calloc(m->n_paths + 1, sizeof(int)), 0 };

	if (!lock.list)
		return -ENOMEM;
	for (unsigned int i = 0; i < m->n_paths; i++) {
		const struct blkdev *d = &m->paths[i]->dev;
		int fd = io->ops->lock(io, d->name, d->devno);

		if (fd == -EBUSY) {
			mlog(3, "%s: failed to create map (in use): %s is locked", m->alias,
			     d->name);
			pathlock_release(e, &lock);
			return -EBUSY;
		}
		if (fd >= 0)
			lock.list[lock.n++] = fd;
	}
	*ret_lock = lock;
	return 0;
}

void pathlock_release(struct engine *e, struct pathlock *lock)
{
	struct devio *io = e->host->io;

	while (lock->n)
		io->ops->unlock(io, lock->list[--lock->n]);
	free(lock->list);
	lock->list = NULL;
}
