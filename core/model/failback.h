/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failback.h - when to go back to the best path group (behaviour.md 6.6). Pure; nanoseconds of
 * CLOCK_MONOTONIC. Every map has a deadline of its own.
 */
#ifndef MP_FAILBACK_H
#define MP_FAILBACK_H

#include "core/model/note.h"

#include <stdbool.h>
#include <stdint.h>

struct map;
struct pathgroup;
struct props;

enum failback_mode { FAILBACK_MANUAL, FAILBACK_IMMEDIATE, FAILBACK_FOLLOWOVER, FAILBACK_DEFERRED };

struct failback_rules {
	enum failback_mode mode;
	int64_t delay_s; /* FAILBACK_DEFERRED */
};
void failback_rules(const struct props *map, struct failback_rules *ret);

/* State, in struct map as .fb; plain data. */
struct failback {
	int64_t deadline_ns; /* 0: none */
	unsigned int target; /* the group waited for, from 1 */
};

enum failback_event {
	FAILBACK_PATHS,	    /* a path became usable, or priorities changed */
	FAILBACK_PATH_LOST, /* a path became unusable */
	FAILBACK_TIME,	    /* the deadline may have come */
	FAILBACK_GROUP,	    /* the kernel uses another group (m->next_group) */
	FAILBACK_LOADED,    /* a table was loaded: it begins with the best group anyway */
};

struct failback_step {
	unsigned int switch_to; /* dm message switch_group N; 0: none */
	int64_t next_ns;	/* when to come back with FAILBACK_TIME, INT64_MAX: never */
	struct notes notes;	/* "MAP: switch to path group #N" */
};

/*
 * @changed: the group of the path that became usable or was lost, NULL: none in particular. Groups
 * are refreshed (pg_refresh()) beforehand. Nothing is done while the map has no usable path, where
 * the kernel's group is unknown, or where the best group is in use. Changes m->fb, m->best_group,
 * m->stat_switchgroup and, with a switch, m->next_group to what it will be (where the message fails
 * the caller reads the status again).
 */
void failback_step(struct map *m, enum failback_event ev, const struct pathgroup *changed,
		   const struct failback_rules *r, int64_t now_ns, struct failback_step *ret);

/* Bring failback_tick up to @now_ns, before it is shown. */
void failback_refresh(struct map *m, int64_t now_ns);

#endif
