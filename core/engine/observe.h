/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * observe.h - the multipath maps that the kernel has.
 *
 * In steps, so that all I/O to paths can run in one survey between them: observe_read() reads the
 * maps, observe_members() takes member paths that discovery did not bring into the topology;
 * observe_maps() then parses tables and status lines onto paths and groups.
 */
#ifndef MP_OBSERVE_H
#define MP_OBSERVE_H

#include "core/engine/engine.h"

/* Fill e->dm. 0 or -errno. */
int observe_read(struct engine *e);

/*
 * Where device-mapper cannot be read: fill e->dm with the multipath maps that sysfs names, without
 * tables and targets (so observe_wwid() is NULL for them). 0 or -errno: sysfs cannot be read.
 */
int observe_read_sysfs(struct engine *e);

/* @wwid: only the members of this map; NULL: of all. */
void observe_members(struct engine *e, const char *wwid);

/* Make e->topo->maps of what observe_read() read; maps that cannot be parsed are logged and left
 * out. @wwid as above. */
void observe_maps(struct engine *e, const char *wwid);

/*
 * One map of ours (observe_wwid()), as @dm has it now: added to the topology, or read again in place
 * with its history kept. Members have to be in the topology, or become paths known by number alone.
 * NULL: its table cannot be read; the topology has it no more.
 */
struct map *observe_map(struct engine *e, const struct dm_map *dm);
/* Members that @dm names and the topology lacks are discovered, whatever the filters say. */
void observe_members_of(struct engine *e, const struct dm_map *dm);
/* The members of @m belong to it again: wishing for a map (desire.h) had taken them. */
void observe_rejoin(struct map *m);

/* Where no device is asked: what sysfs says of one that is not running is its state. */
void observe_sysfs_states(struct engine *e);

/* Is this a multipath map of ours or of multipath-tools (UUID "mpath-...")? Its WWID, or NULL. */
const char *observe_wwid(const struct dm_map *m);

/* A map among those of observe_read(). */
const struct dm_map *observe_named(const struct engine *e, const char *name);
const struct dm_map *observe_by_wwid(const struct engine *e, const char *wwid);

/* A map was given another name: so that the rest of this run knows. */
void observe_renamed(struct engine *e, const char *from, const char *to);

#endif
