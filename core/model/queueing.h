/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queueing.h - what happens to I/O of a map without a usable path: no_path_retry's life
 * (behaviour.md 6.6, 7.4). Pure; times are CLOCK_MONOTONIC nanoseconds.
 *
 * The kernel is only told when its mode, as tracked here, differs: queueing_observed(). Time spent
 * queueing without a path is counted in every mode.
 */
#ifndef MP_QUEUEING_H
#define MP_QUEUEING_H

#include "core/model/note.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct map;
struct props;

enum queueing_mode { QUEUEING_UNSET, QUEUEING_FAIL, QUEUEING_ALWAYS, QUEUEING_RETRIES };

struct queueing_rules {
	enum queueing_mode mode;
	int64_t retries;	   /* QUEUEING_RETRIES: checks */
	int64_t timeout_s;	   /* retries * polling_interval + 1 */
	bool queue_without_daemon; /* or forcequeueing daemon: the caller's to or in */
};
void queueing_rules(const struct props *map, const struct config *cfg, struct queueing_rules *ret);

/* State, in struct map as .q; plain data. */
struct queueing {
	bool known, on;	     /* the kernel's mode; !known: no table was read yet */
	bool lost;	     /* no usable path, as far as we were told */
	bool recovering;     /* recovery mode: entered and not left (queueing or given up) */
	bool gave_up;	     /* of which: the time is over, queueing is disabled */
	bool disabled;	     /* by `disablequeueing`, until `restorequeueing` */
	bool removing;	     /* its last path is gone: not on again before it has one */
	bool was_on;	     /* the mode before it, for no_path_retry unset */
	int64_t since_ns;    /* of queueing without a path; 0: not queueing */
	int64_t deadline_ns; /* when it is given up; 0: it is not */
};

enum queueing_event {
	QUEUEING_SET_UP, /* map made, adopted or reloaded, or its rules changed */
	QUEUEING_LOST_LAST,
	QUEUEING_GAINED_FIRST,
	QUEUEING_TIME,	   /* deadline_ns may have come */
	QUEUEING_DISABLE,  /* disablequeueing map|maps */
	QUEUEING_RESTORE,  /* restorequeueing map|maps */
	QUEUEING_REMOVING, /* last path deleted, or the map is flushed: nothing may hang */
	QUEUEING_SHUTDOWN, /* the daemon ends */
	QUEUEING_EVENT__MAX
};

struct queueing_step {
	const char *message; /* dm message, NULL: none: "queue_if_no_path", "fail_if_no_path" */
	int64_t next_ns;     /* when to come back with QUEUEING_TIME, INT64_MAX: never */
	struct notes notes;
};

/* Changes m->q and the counters stat_total_queueing_s, stat_queueing_timeouts, stat_map_failures and
 * retry_tick (the rest in seconds, rounded up; for %Q). */
void queueing_step(struct map *m, enum queueing_event ev, const struct queueing_rules *r,
		   int64_t now_ns, struct queueing_step *ret);

/* A table was read: its features have queue_if_no_path, or not. After a dm message that failed the
 * caller sets m->q.known to false. */
void queueing_observed(struct map *m, bool on);

/* Bring retry_tick and stat_total_queueing_s up to @now_ns, before they are shown. */
void queueing_refresh(struct map *m, int64_t now_ns);

#endif
