/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * maplife.h - decisions about maps and new devices under a daemon that take time or depend on use:
 * ghost_delay, the wait for a new map's uevent, the last path's removal, auto_resize, and devices
 * that udev has not handled (behaviour.md 3.6, 6.6, 7.8). Pure; nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef MP_MAPLIFE_H
#define MP_MAPLIFE_H

#include "core/model/note.h"
#include "parser/layer.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct map;
struct path;
struct props;

struct map_rules {
	int64_t ghost_delay_s; /* 0: none */
	int64_t uev_wait_s;    /* missing_uev_wait_timeout */
	int64_t retrigger_delay_s;
	unsigned int retrigger_tries;
	enum vocab_word flush; /* flush_on_last_del: VW_always, VW_unused, VW_never */
	bool deferred_remove;
	enum vocab_word auto_resize; /* VW_never, VW_grow_only, VW_grow_shrink */
};
/* @map NULL: what holds for a device without map. */
void map_rules(const struct props *map, const struct config *cfg, struct map_rules *ret);

/* State, in struct map as .life; plain data. */
struct map_life {
	int64_t ghost_until_ns; /* only ghost paths: udev is told that there is none; 0: not waiting */
	int64_t uev_until_ns; /* made by us, its uevent is awaited: no reload meanwhile; 0: not */
	bool put_off;	      /* a reload was wanted meanwhile */
};

enum map_event {
	MAP_MADE,   /* by us: the table was created */
	MAP_UEVENT, /* udev has handled the map (add or change of dm-N) */
	MAP_PATHS,  /* a path's state changed */
	MAP_WISH,   /* somebody wants a reload */
	MAP_TIME,   /* a deadline may have come */
	MAP_EVENT__MAX
};

struct map_step {
	bool reload;	 /* now, also where the table stays the same: udev is to hear of it */
	int64_t next_ns; /* when to come back with MAP_TIME, INT64_MAX: never */
	struct notes notes;
};

/* Changes m->life only. MAP_WISH while the uevent is awaited is put off, else reload. */
void map_life_step(struct map *m, enum map_event ev, const struct map_rules *r, int64_t now_ns,
		   struct map_step *ret);

/* Is udev to be told that the map has no usable path (DM_UF_NO_PATHS) with the table of @wanted? Ghosts
 * are not enough for a new map (@there NULL) with a ghost_delay, nor until that is over. */
bool map_tells_no_paths(const struct map *wanted, const struct map *there,
			const struct map_rules *r);

/* The last path of a map is gone. */
struct last_path {
	bool remove;	       /* flush the map */
	bool deferred;	       /* by a deferred remove, where it is in use */
	bool disable_queueing; /* QUEUEING_REMOVING first */
	struct notes notes;
};
void map_last_path(const struct map *m, const struct map_rules *r, bool in_use, bool queueing,
		   struct last_path *ret);

/* Is a deferred remove, seen in the dm map, to be cancelled: a path has come back? */
bool map_cancels_remove(const struct map *m, const struct map_rules *r);

/* The size the map is to get after the size of a path changed, 0: it stays. Sizes of all paths that
 * have one must agree; where they do not, a note says which. */
uint64_t map_auto_resize(const struct map *m, const struct map_rules *r, struct notes *notes);

/* A device that udev has not handled yet, or that was read only in part. */
enum init_do {
	INIT_DO_WAIT,
	INIT_DO_RETRIGGER, /* ask udev for a change event */
	INIT_DO_DISCOVER,  /* read it again, with the WWID fallbacks where retriggers are used up */
};
struct init_step {
	enum init_do todo;
	bool fallback;	 /* udev had its chances */
	int64_t next_ns; /* INT64_MAX: never */
	struct notes notes;
};
#define INIT_PARTIAL_RETRY_S 180
/* Changes p->init (MISSING_UDEV <-> REQUESTED_UDEV) and p->life. To be asked after discovery, and when
 * next_ns comes; a uevent of the device leads to discovery anyway. */
void path_init_step(struct path *p, const struct map_rules *r, int64_t now_ns,
		    struct init_step *ret);

#endif
