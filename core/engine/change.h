/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * change.h - one decided change of one map, with everything that carrying it out needs.
 *
 * Made by apply.h from a plan, carried out by change_run() on whatever thread does device-mapper
 * changes, and handed back to apply.h, which draws the consequences. It owns its memory and touches
 * nothing but device-mapper, so that paths, maps and configuration may change meanwhile.
 */
#ifndef MP_CHANGE_H
#define MP_CHANGE_H

#include "core/engine/pathlock.h"
#include "core/host/host.h"
#include "core/model/map.h"

struct change {
	enum map_action action; /* ACT_CREATE ... ; ACT_NONE with @remove */
	bool remove;		/* take the map away; partition maps first */
	bool deferred;		/* removal: the kernel does it when the last user closes it */
	char wwid[WWID_MAX];
	char name[DM_NAME_MAX];	     /* the map's name now, or with ACT_CREATE the one it gets */
	char rename_to[DM_NAME_MAX]; /* "": it keeps its name */
	struct dm_spec spec;	     /* texts in the members around it */
	char uuid[DM_UUID_MAX];
	char *params;
	bool afresh;		/* reload: for udev's rules the map is as good as new */
	unsigned int switch_to; /* group for the kernel to use, from 1 */
	bool queueing;		/* removal: the map queues now */
	/* Its partition maps: to be renamed along, or removed before it. */
	struct change_part {
		char from[DM_NAME_MAX], to[DM_NAME_MAX];
		int err; /* of its rename */
	} * parts;
	unsigned int n_parts;
	struct pathlock_node *locks; /* paths of a map to be created, locked meanwhile */
	unsigned int n_locks;

	/* what came of it */
	int err;		  /* 0 or -errno */
	const char *failed;	  /* what failed: "create", "reload", ...; NULL: nothing */
	char object[DM_NAME_MAX]; /* and at which map: this one or a partition's */
	char words[256];	  /* device-mapper's own words for it, "" if none */
	bool read_only;		  /* a path is write-protected: it was made a read-only map */
	bool renamed;
	bool told;   /* the same failed before: it was said then */
	bool locked; /* a partitioner holds @object: nothing was done, try again soon */
};

/* Carry it out. Waits for what the kernel does, not for udev (dmb.h batches). */
void change_run(struct host *h, struct change *c);

void change_done(struct change *c); /* frees what it owns */

#endif
