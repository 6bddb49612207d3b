/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - what must be done to make the kernel's map the wanted one, and why. Pure.
 *
 * The order of questions is multipath-tools' (behaviour.md 1.6): the first that finds a difference
 * decides. Messages are the log lines that scripts know; the caller prints them.
 */
#ifndef MP_PLAN_H
#define MP_PLAN_H

#include "core/model/map.h"

/* What the kernel has, as far as it matters to one map. */
struct plan_seen {
	const struct map *same_wwid;	/* parsed observed map, NULL: none */
	const struct dm_map *same_name; /* any map that has the wanted alias, NULL: none */
	/* a map that has the UUID of this WWID but is no usable multipath map, NULL: none */
	const struct dm_map *foreign_wwid;
	bool force;	      /* -r */
	bool udev_incomplete; /* udev has not finished with the map while paths are usable */
};

struct plan_note {
	int level;
	char text[400];
};

struct plan {
	enum map_action action;
	const char *reason;  /* "forced by user", "size change", ... */
	char name[WWID_MAX]; /* the name the map is to have (fallbacks applied) */
	bool afresh; /* with a reload: udev's rules are to handle the map as if it were new */
	struct plan_note notes[3];
	unsigned int n_notes;
};

/* Everything in which the tables differ, in the words of reason; at most @max. The number. */
unsigned int plan_differences(const struct map *want, const struct map *seen, const char **out,
			      unsigned int max);

void plan_map(const struct map *want, const struct plan_seen *seen, struct plan *ret);

#endif
