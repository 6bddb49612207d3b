/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * observe.h - the multipath maps that the kernel has.
 *
 * In two steps, so that all I/O to paths can run in one survey between them: observe_dm() reads
 * the maps and takes member paths that discovery did not bring into the topology; observe_maps()
 * then parses tables and status lines onto paths and groups.
 */
#ifndef MP_OBSERVE_H
#define MP_OBSERVE_H

#include "core/engine/engine.h"

/* @wwid: only the members of this map are taken in; NULL: of all. 0 or -errno. */
int observe_dm(struct engine *e, const char *wwid);

/* Make e->topo->maps of what observe_dm() read; maps that cannot be parsed are logged and left
 * out. @wwid as above. */
void observe_maps(struct engine *e, const char *wwid);

/* Is this a multipath map of ours or of multipath-tools (UUID "mpath-...")? Its WWID, or NULL. */
const char *observe_wwid(const struct dm_map *m);

/* A map among those of observe_dm(). */
const struct dm_map *observe_named(const struct engine *e, const char *name);
const struct dm_map *observe_by_wwid(const struct engine *e, const char *wwid);

#endif
