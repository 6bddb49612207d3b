/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * partmap.h - partition maps: which device-mapper maps are the partitions of a device, what they
 * are called, and what is to be done so that they match its partition table. Pure decisions; the
 * one place for kpartx, and for flushing and renaming a multipath map.
 *
 * A partition map is known by its UUID: "partN-" and the UUID of the whole device. A device that
 * has none (a disk, a loop device, a map made without) lends one made of its number, as kpartx of
 * multipath-tools does, so that either program knows the other's maps.
 */
#ifndef MP_PARTMAP_H
#define MP_PARTMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/host/dmb.h"
#include "core/model/ptable/ptable.h"

/* The device whose partitions are meant. Texts are the caller's. */
struct partmap_whole {
	const char *name;  /* partitions are called after it */
	const char *delim; /* between name and number; NULL: partmap_delimiter() */
	const char *uuid;
	unsigned int major, minor;
	bool read_only; /* its partition maps are to be */
	bool adopt;	/* maps on it that have no UUID at all are its partitions, too */
};

/* The partition number of @m, 0: it is no partition of the device with @uuid. */
unsigned int partmap_number(const struct dm_map *m, const char *uuid);
int partmap_uuid(unsigned int number, const char *uuid, char out[DM_UUID_MAX]);
/* The UUID that a device without one lends. */
void partmap_lent_uuid(unsigned int major, unsigned int minor, char out[DM_UUID_MAX]);

/* "p" behind a digit, else "". */
const char *partmap_delimiter(const char *name);

/*
 * The name of a partition map when its map is renamed from @from to @to: with @delim where that is
 * not NULL, else with the delimiter that it has. -EINVAL: it is not called after @from, so it keeps
 * its name; -ENAMETOOLONG.
 */
int partmap_renamed(const struct dm_map *part, const char *from, const char *to, const char *delim,
		    char out[DM_NAME_MAX]);

enum partmap_act {
	PARTMAP_KEEP, /* it is as it should be */
	PARTMAP_CREATE,
	PARTMAP_RELOAD,
	PARTMAP_REMOVE,
	PARTMAP_REFUSE, /* see why */
};

enum partmap_why {
	PARTMAP_FINE,
	PARTMAP_IN_USE,	    /* removal: somebody has it open */
	PARTMAP_NOT_OURS,   /* removal: it lies on the device, but is no partition map */
	PARTMAP_NAME_TAKEN, /* the name is another map's */
	PARTMAP_NAME_LONG,  /* name or UUID would not fit */
};

struct partmap_step {
	enum partmap_act act;
	enum partmap_why why;
	unsigned int number;
	char name[DM_NAME_MAX];
	char from[DM_NAME_MAX];	   /* to be renamed from this first; "": not */
	uint64_t start, size;	   /* sectors, on the device */
	unsigned int major, minor; /* of the map; carrying out fills it for a new one */
	int err;		   /* what came of it: 0 or -errno */
};

struct partmap_plan {
	struct partmap_step *steps;
	unsigned int n;
};
void partmap_plan_done(struct partmap_plan *p);

/*
 * Maps for every slice of @t, those that lie in another last, and with @vanished no others. @dm: every map there is, with tables.
 * A map that somebody else made under a name that is needed is never touched. 0 or -ENOMEM.
 */
int partmap_plan_table(const struct ptable *t, const struct dm_maps *dm,
		       const struct partmap_whole *w, bool vanished, struct partmap_plan *ret);

/* No partition maps any more. Those in use are refused, and what lies on the device besides. */
int partmap_plan_removal(const struct dm_maps *dm, const struct partmap_whole *w,
			 struct partmap_plan *ret);

/* Is a step refused for this reason? The step, or NULL. */
const struct partmap_step *partmap_refused(const struct partmap_plan *p, enum partmap_why why);

#endif
