/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gather.h - the maps of this host for a status check, by the best way that is open to us: the
 * kernel's device-mapper and our own checkers (root), else the daemon's read-only socket, else sysfs
 * alone. All ways fill the same topology; what a way cannot see is said. Nothing is changed, and the
 * engine's deadline (engine_options) bounds all of it.
 */
#ifndef MP_GATHER_H
#define MP_GATHER_H

#include "core/engine/engine.h"

enum gather_source { GATHER_KERNEL, GATHER_DAEMON, GATHER_SYSFS };

enum daemon_state {
	DAEMON_UNSEEN, /* a recorded host that does not say */
	DAEMON_RUNS,
	DAEMON_ABSENT,
	DAEMON_SILENT,	/* there is a socket, and no answer in time */
	DAEMON_GARBLED, /* an answer that is cut short or makes no sense */
};
const char *daemon_state_word(enum daemon_state s); /* "running", "absent", ... */

/* Ask it for a word of life, at most a second. */
enum daemon_state gather_daemon(struct engine *e);

#define GATHER_UNSEEN_MAX 8

struct gathered {
	enum gather_source source;
	enum daemon_state daemon;
	const char *unseen[GATHER_UNSEEN_MAX]; /* what could not be looked at, and why */
	unsigned int n_unseen;
	const char *blind; /* nothing could be seen at all: why; NULL: something was */
};
const char *gather_source_word(enum gather_source s); /* "kernel", "daemon", "sysfs" */

/*
 * Fill e->topo with the maps and their member paths (and e->dm, where device-mapper answers).
 * Strings of @ret live in the topology's arena.
 */
void gather(struct engine *e, struct gathered *ret);

/* Only what device-mapper and sysfs say: no question is sent to a path. -errno: device-mapper
 * cannot be read. */
int gather_kernel(struct engine *e, bool ask_paths);

#endif
