// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the live and the recorded host share: taking everything down again, and the pool, which a
 * command that only prints a configuration never starts.
 */
#include "core/host/host.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/host/host_replay.h"

void host_free(struct host *h)
{
	if (!h)
		return;
	jobs_free(h->jobs);
	dmb_free(h->dmb);
	devio_free(h->io);
	loopdev_free(h->loop);
	udb_free(h->udb);
	state_free(h->state);
	fstree_free(h->sys);
	fstree_free(h->proc);
	free(h->asking);
	free(h->root);
	free(h);
}

struct jobs *host_jobs(struct host *h)
{
	if (!h->jobs && jobs_new(h->replay ? 0 : JOBS_WORKERS, &h->jobs) < 0)
		return NULL;
	return h->jobs;
}

void host_pause(struct host *h, int64_t ns)
{
	struct timespec t = { (time_t)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC) };

	if (h->clock.virtual)
		clock_turn(&h->clock, ns);
	else
		while (nanosleep(&t, &t) && errno == EINTR)
			;
}

bool host_answers(const struct host *h)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/scsi", h->root);
	return !h->replay || !stat(path, &st);
}

int host_node(struct host *h, const char *path, dev_t *ret_devno)
{
	struct stat st;

	if (h->replay)
		return host_replay_node(h, path, ret_devno);
	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	*ret_devno = st.st_rdev;
	return 0;
}
