/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what the daemon's files do for each other. All of it runs on the loop's thread.
 *
 *	reload.c	observations: a new generation, made on the lane, taken over here
 *	sched.c		which path is checked when; jobs and their answers
 *	paths.c		what happened to a path -> path_fsm() -> what is to be done
 *	maps.c		maps that were touched -> desire, plan, change (on the lane) -> read again
 *	mapclock.c	queueing, failback and waits of maps: steps that take time
 *	uevents.c	what udevd tells
 *	dmevents.c	what device-mapper tells
 *	confwatch.c	the configuration on disk was changed
 *	fpin.c		what Fibre Channel tells
 */
#ifndef MP_PARTS_H
#define MP_PARTS_H

#include "core/engine/apply.h"
#include "core/engine/discover.h"
#include "core/model/failback.h"
#include "core/model/life.h"
#include "core/model/maplife.h"
#include "core/model/queueing.h"
#include "daemon/loop.h"
#include "daemon/multipathd.h"
#include "daemon/ops.h"
#include "daemon/work.h"

struct evlog;
struct ev_entry;

/* --- multipathd.c ---------------------------------------------------------------------------- */

int64_t daemon_now(const struct multipathd *d); /* CLOCK_MONOTONIC, nanoseconds */
void daemon_set_state(struct multipathd *d, enum daemon_state s);
void daemon_log_notes(const struct notes *n);
struct ev_entry *daemon_event_path(struct multipathd *d, const struct path *p, const char *kind);
struct ev_entry *daemon_event_map(struct multipathd *d, const struct map *m, const char *kind);
/* Send a message to the map's target; 0 or -errno (logged). -EBUSY while the lane changes the map: the
 * kernel would make us wait for commands under way; what holds is said once the table is read again. */
int daemon_message(struct multipathd *d, const struct map *m, const char *text);
/* At the end: as queue_without_daemon says. */
void daemon_stop_queueing(struct multipathd *d);

/* --- reload.c -------------------------------------------------------------------------------- */

/* Begin a new generation: with the configuration read anew, or (@same_config) with the one there is.
 * @force: reload every map afterwards. One that is under way is followed by another. */
int reload_start(struct multipathd *d, bool same_config, bool force);
bool reload_running(const struct multipathd *d);
/* Does the configuration on disk load? 0, or -EINVAL with a text in @why. */
int reload_try_config(struct multipathd *d, char *why, size_t len);
/* The topology's memory has grown too much: look at everything again. */
void reload_if_bloated(struct multipathd *d);

/* --- sched.c --------------------------------------------------------------------------------- */

int sched_new(struct multipathd *d);
bool sched_free(struct multipathd *d); /* false: a worker is stuck */
/* A path that the daemon sees for the first time: gets its number. */
void sched_meet(struct multipathd *d, struct path *p);
/* Ask it now, all that was never asked of it; where a job is under way, after that. */
void sched_ask(struct multipathd *d, struct path *p);
void sched_ask_prio(struct multipathd *d, struct path *p);
/* VPD page 83h by command: LIFE_WWID_SAME, or the path leaves its map. */
void sched_recheck_wwid(struct multipathd *d, struct path *p);
void sched_purge(struct multipathd *d, const struct path *p);
/* life.next_ns of some path has changed. */
void sched_rearm(struct multipathd *d, int64_t next_ns);
struct work_pool *sched_pool(const struct multipathd *d);
unsigned int sched_left(const struct multipathd *d); /* checks whose command is with its device */

/* --- sampler.c ------------------------------------------------------------------------------- */

void sampler_start(struct multipathd *d, struct path *p);
void sampler_stop(struct multipathd *d, struct path *p);
void sampler_free(struct multipathd *d);

/* --- confwatch.c ----------------------------------------------------------------------------- */

int confwatch_new(struct multipathd *d);
void confwatch_read(struct multipathd *d); /* the configuration is about to be read */
void confwatch_done(struct multipathd *d);

/* --- fpin.c ---------------------------------------------------------------------------------- */

void fpin_watch(struct multipathd *d); /* listen, or not any more, as the configuration says */
void fpin_done(struct multipathd *d);

/* --- paths.c --------------------------------------------------------------------------------- */

void path_rules(struct multipathd *d, const struct path *p, struct life_rules *ret);
void path_event(struct multipathd *d, struct path *p, enum life_kind kind, enum path_state state,
		const char *msg);
/* Out of the topology, once no table has it. */
void path_forget(struct multipathd *d, struct path *p);
/* The device is gone or not ours any more: it leaves its map, then the topology. */
void path_leave(struct multipathd *d, struct path *p);
/* Take in what sysfs and udev say of a device: a new path, or news of one there is. @add: an orphan is
 * looked at for a map, too. */
enum discover_result path_arrives(struct multipathd *d, const char *name, bool add,
				  struct path **ret_path);
/* Ask udevd for an event of it: "change", "add". */
bool path_trigger(struct multipathd *d, const struct path *p, const char *action);
/* udevd's view of a device that joined or left a map is out of date: have it looked at again. */
void path_tell_udev(struct multipathd *d, const struct path *p, bool member);

/* --- settle.c -------------------------------------------------------------------------------- */

int maps_new(struct multipathd *d);
void maps_free(struct multipathd *d);

enum touch {
	TOUCH_LOOK = 0,
	TOUCH_RELOAD = 1, /* whether or not anything differs */
	TOUCH_NEW = 2,	  /* find_multipaths is not asked */
	TOUCH_REMOVE = 4, /* take it away */
	TOUCH_AFRESH = 8, /* with a reload: for udev's rules the map is as good as new */
	TOUCH_PRIO = 16,  /* a priority has changed */
};
/* The map of @wwid is to be looked at: once the lane is free and its paths have answered. @done may be
 * NULL; it is answered when that has been done. */
void maps_touch(struct multipathd *d, const char *wwid, unsigned int how,
		const struct op_done *done);
void maps_touch_later(struct multipathd *d, const char *wwid, int64_t at_ns);
void maps_touch_all(struct multipathd *d, unsigned int how);
void maps_settle_soon(struct multipathd *d);
bool maps_settled(const struct multipathd *d); /* nothing touched, nothing on the lane */
/* Is the lane changing it at this moment? */
bool maps_changing(const struct multipathd *d, const struct map *m);
/* What is back from the lane is taken in a little with each turn: all of it now. */
void maps_finish(struct multipathd *d);
/* Remove a map, its partition maps first. */
void maps_remove(struct multipathd *d, const char *wwid, const struct op_done *done);
struct loop_timer *maps_clock(const struct multipathd *d); /* of mapclock_due() */
struct work_pool *maps_lane(const struct multipathd *d);

/* --- maps.c ---------------------------------------------------------------------------------- */

/* The kernel's map is read again and kept, or forgotten where it is gone. */
struct map *maps_refresh(struct multipathd *d, const char *name, dev_t devno);
void maps_forget(struct multipathd *d, struct map *m);
/* The size of one of its paths has changed: auto_resize. */
void maps_resized(struct multipathd *d, struct map *m);
/* A map is there that was not, or its paths are others. */
void maps_joined(struct multipathd *d, struct map *m);

/* Take @name in again once its former path has left its map. */
void maps_after(struct multipathd *d, const char *name);
/* What the kernel has, as @dm was just read. */
struct map *maps_keep(struct multipathd *d, const struct dm_map *dm);
/* The map stays, its paths are forgotten, as all of them are gone. */
void maps_detach(struct multipathd *d, struct map *m);

/* --- mapclock.c ------------------------------------------------------------------------------ */

void mapclock_queueing(struct multipathd *d, struct map *m, enum queueing_event ev);
void mapclock_failback(struct multipathd *d, struct map *m, enum failback_event ev,
		       const struct pathgroup *changed);
/* true: the map is to be reloaded now, whether or not its table differs. */
bool mapclock_life(struct multipathd *d, struct map *m, enum map_event ev);
void mapclock_due(void *ctx); /* of the timer */

/* --- uevents.c, retrigger.c, dmevents.c ------------------------------------------------------------------- */

int uevents_new(struct multipathd *d);
void uevents_free(struct multipathd *d);
bool uevents_waiting(const struct multipathd *d);
/* Handle what has come, now that a generation is there. */
void uevents_resume(struct multipathd *d);

/* A device that udev has told nothing of: ask udevd for a change event, retrigger_tries times, then take
 * the WWID that the device itself gives. To be called whenever it was looked at. */
void retrigger_look(struct multipathd *d, struct path *p);
void retrigger_look_all(struct multipathd *d);

int dmevents_new(struct multipathd *d);
void dmevents_done(struct multipathd *d);
/* The kernel's word on the states of a map's paths and groups. */
void dmevents_read_status(struct multipathd *d, struct map *m);

#endif
