/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * multipathd.h - the daemon's state, owned by its one thread.
 *
 * observe (a job with a host of its own) -> engine (one configuration generation: configuration,
 * paths, the kernel's maps) -> checks (jobs) -> path_fsm() -> maps that are "dirty" -> desire ->
 * plan -> changes (lane.h) -> the map is read again. Start-up, reconfigure, uevents and failed paths
 * all take this way. Nothing here waits: what may block is a job (core/host/jobs.h), and its answer
 * comes back by the loop. What verbs show is this state: showing needs no ioctl.
 */
#ifndef MP_MULTIPATHD_H
#define MP_MULTIPATHD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine/engine.h"
#include "daemon/loop.h"

struct ctl;
struct evlog;

#define DAEMON_STATES(X)                                                                           \
	X(INIT, "init", "init")                                                                    \
	X(STARTUP, "startup", "startup")                                                           \
	X(CONFIGURE, "configure", "configure")                                                     \
	X(IDLE, "idle", "up")                                                                      \
	X(RUNNING, "running", "up")                                                                \
	X(SHUTDOWN, "shutdown", "shutdown")

enum daemon_state {
#define X(id, shown, status) DAEMON_##id,
	DAEMON_STATES(X)
#undef X
};
const char *daemon_state_shown(enum daemon_state s);  /* "idle": show daemon */
const char *daemon_state_status(enum daemon_state s); /* "up": STATUS= of sd_notify */

/* Internals by file: observation (reload.c), path checks (sched.c), changes (lane.c), ... */
struct daemon_sched;
struct daemon_lane;
struct daemon_events;
struct daemon_dm;
struct daemon_sampler;
struct daemon_fpin;
struct daemon_confwatch;
struct observation;

struct daemon_options {
	int verbosity; /* -v, -1: as configured */
	bool bindings_read_only;
};

struct multipathd {
	struct host *host;
	struct loop *loop;
	struct daemon_options opt;
	struct engine *e; /* never NULL once the first observation has come back */
	enum daemon_state state;
	bool reconfigure_pending;	  /* show daemon: "(pending reconfigure)" */
	bool queue_without_daemon_forced; /* forcequeueing daemon */
	bool reconfigure_force;		  /* of the pending one: reload every map */
	bool start_failed;		  /* nothing could be configured: the loop has stopped */
	unsigned int generation;	  /* counts observations */
	size_t settled_bytes;		  /* of the topology, when it was last made */
	struct evlog *log;		  /* show events, show why */
	struct daemon_sched *sched;
	struct daemon_lane *lane;
	struct daemon_events *events;
	struct daemon_dm *dm; /* NULL: events are not polled */
	struct daemon_sampler *sampler;
	struct daemon_confwatch *confwatch;		  /* NULL: not watched */
	struct daemon_fpin *fpin;			  /* NULL: not listened to */
	struct loop_timer patience;			  /* at the end, for the lane */
	struct loop_timer retrigger;			  /* devices that wait for udev */
	struct observation *watch;			  /* under way, NULL: none */
	void (*on_state)(void *ctx, enum daemon_state s); /* told of every change of @state */
	void *on_state_ctx;
};

/* @h and @l outlive it. Nothing is looked at before daemon_start(). */
struct multipathd *daemon_new(struct host *h, struct loop *l, const struct daemon_options *opt);
/* false: a worker is stuck, and may still need the host and the work it has: leave them to the end of
 * the process. */
bool daemon_free(struct multipathd *d);

/* Begin: the first observation is under way when it returns. -errno: cannot go on (logged). */
int daemon_start(struct multipathd *d);

/* End: queueing is switched off where queue_without_daemon says so; the loop stops when that is
 * done. */
void daemon_shutdown(struct multipathd *d);

/* The map or path that a client means: alias, WWID, dm-N or /dev/mapper/...; kernel name, MAJ:MIN or
 * /dev/... NULL: none. */
struct map *daemon_map(struct multipathd *d, const char *ref);
struct path *daemon_path(struct multipathd *d, const char *ref);

/* Is something under way or due at once (show status: busy)? */
bool daemon_busy(const struct multipathd *d);

/* Check jobs: begun and unanswered, waiting for a worker, the pool's size; and those that need none,
 * as the device has their command (show workers). */
struct daemon_workers {
	unsigned int running, queued, limit, left;
	unsigned int lane_pending; /* changes of maps under way */
};
void daemon_workers(const struct multipathd *d, struct daemon_workers *ret);

#endif
