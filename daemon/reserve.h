/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reserve.h - persistent reservations follow the paths of a map. */
#ifndef MP_DAEMON_RESERVE_H
#define MP_DAEMON_RESERVE_H

#include "daemon/multipathd.h"

/* @p has become usable in its map: where the map's key is registered, register it on @p too. */
void reserve_path(struct multipathd *d, const struct path *p);

#endif
