/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reserve.h - persistent reservations follow the paths of a map. */
#ifndef MP_DAEMON_RESERVE_H
#define MP_DAEMON_RESERVE_H

#include "daemon/multipathd.h"
#include "daemon/ops.h"

/* @p has become usable in its map: where the device knows the map's key, register it on @p, too. */
void reserve_path(struct multipathd *d, const struct path *p);

/* The same for all usable paths of a map but those that @skip says are done. */
void reserve_map(struct multipathd *d, const struct map *m,
		 bool (*skip)(void *ctx, const struct path *p), void *ctx,
		 const struct op_done *done);

#endif
