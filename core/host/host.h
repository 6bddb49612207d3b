/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - the whole outside world in one argument.
 *
 * host_live() is this machine; host_replay() is a recorded one (a folder with sys/ proc/ udev/
 * scsi/ dm/ etc/ run/, see tests/snapshots/README.md), read without root, changed only in memory.
 */
#ifndef MP_HOST_H
#define MP_HOST_H

#include "core/host/clock.h"
#include "core/host/devio.h"
#include "core/host/dmb.h"
#include "core/host/fstree.h"
#include "core/host/jobs.h"
#include "core/host/loopdev.h"
#include "core/host/state.h"
#include "core/host/udb.h"

struct host {
	bool replay;
	struct fstree *sys, *proc;
	struct udb *udb;
	struct devio *io;
	struct dmb *dmb;
	struct loopdev *loop;
	struct state *state;
	struct clock clock;
	struct jobs *jobs; /* NULL until host_jobs() */
	/* devices that an earlier survey asked and that have not answered yet (core/engine/survey.c) */
	dev_t *asking;
	unsigned int n_asking, cap_asking;
	char *root; /* prefix of every path opened by name: "" or the snapshot's folder */
};

/* Names of fixed places, as shown to people (the root prefix is not part of them). */
struct host_places {
	const char *config, *config_dir, *state_dir, *run_dir, *dev_dir, *dm_dir;
	const char *socket_abstract, *socket_path, *pidfile;
};
const struct host_places *host_places(void);

int host_live(struct host **ret_host);
int host_replay(const char *dir, struct host **ret_host);
void host_free(struct host *h);

/* Are there devices to ask, or was none of their answers recorded (a sosreport)? */
bool host_answers(const struct host *h);

/* The pool, made at first use: 64 workers live, none in replay. */
struct jobs *host_jobs(struct host *h);

/* Wait @ns nanoseconds (a virtual clock is turned instead). */
void host_pause(struct host *h, int64_t ns);

/* Type and number of a node path the user gave: 0 and *ret_devno for a block device,
 * -ENOTBLK for something else, -errno otherwise. In replay, names below /dev and /dev/mapper are
 * looked up in the snapshot. */
int host_node(struct host *h, const char *path, dev_t *ret_devno);

#endif
