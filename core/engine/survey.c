/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One job (probejob.h) a path. When it comes back in time its results are copied into the path; if
 * not, the job is left to its worker and its memory with it: a thread in an ioctl that hangs cannot
 * be taken back, and must not find its memory gone when it wakes.
 */
#include "core/engine/survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"

#define GRACE_NS (NSEC_PER_SEC / 4) /* between a command's own time-out and ours */

struct asked {
	struct probe_job *job;
	struct path *path;
	bool back;    /* handed back by the pool */
	bool dropped; /* no worker ever began it */
	bool late;    /* its survey has ended: nobody waits for it any more */
	dev_t devno;
};

static void run_asked(void *arg)
{
	probe_job_run(((struct asked *)arg)->job);
}

static void asked_free(struct asked *j)
{
	if (j)
		probe_job_free(j->job);
	free(j);
}

/* Nothing is sent to a device that the kernel itself calls offline or blocked. */
static bool skip(struct path *p, unsigned int want)
{
	if (p->sysfs_state == PATH_UP)
		return false;
	if (want & SURVEY_CHECK) {
		p->state = p->sysfs_state;
		mlog(3, "%s: path state = %s", p->dev.name, path_state_log(p->state));
	}
	return true;
}

/* Who is being asked: a device gets no second question before it has answered the first. */
static bool asking(const struct host *h, dev_t devno)
{
	for (unsigned int i = 0; i < h->n_asking; i++)
		if (h->asking[i] == devno)
			return true;
	return false;
}

static void asking_add(struct host *h, dev_t devno)
{
	if (h->n_asking == h->cap_asking) {
		unsigned int cap = h->cap_asking ? 2 * h->cap_asking : 64;
		dev_t *list = realloc(h->asking, cap * sizeof(*list));

		if (!list)
			return;
		h->asking = list;
		h->cap_asking = cap;
	}
	h->asking[h->n_asking++] = devno;
}

static void asking_drop(struct host *h, dev_t devno)
{
	for (unsigned int i = 0; i < h->n_asking; i++)
		if (h->asking[i] == devno) {
			h->asking[i] = h->asking[--h->n_asking];
			return;
		}
}

/* Wait for @n jobs of this survey. Those of earlier ones come back too: they only say that their
 * device can be asked again. */
static void collect(struct host *h, unsigned int n, int64_t deadline)
{
	while (n && jobs_wait(h->jobs, deadline)) {
		struct asked *j;

		while ((j = jobs_next(h->jobs))) {
			j->back = true;
			asking_drop(h, j->devno);
			if (j->late)
				asked_free(j);
			else
				n--;
		}
	}
}

static void drop(void *arg)
{
	struct asked *j = arg;

	j->dropped = true;
}

/* An earlier question is not answered yet. */
static unsigned int keep_asking(struct path *p, unsigned int want)
{
	if (want & SURVEY_CHECK)
		p->state = PATH_PENDING;
	return 1;
}

/* Late or never begun. Memory of a late job stays with its worker. */
static unsigned int keep_late(struct engine *e, struct asked *j, unsigned int want)
{
	if (j->dropped) {
		asking_drop(e->host, j->devno);
		mlog(1, "%s: not checked: all workers wait for devices that do not answer",
		     j->path->dev.name);
		asked_free(j);
		return 1;
	}
	e->hung++;
	j->late = true;
	if (want & SURVEY_CHECK)
		j->path->state = PATH_PENDING;
	return 1;
}

/* What one path taught of its map changes the verdict on the map's other paths, which were asked at
 * the same time: these are asked again. */
static void survey_again(struct engine *e, struct path *const *paths, unsigned int n)
{
	struct path **list = calloc(n + 1, sizeof(*list));
	unsigned int m = 0;

	for (unsigned int i = 0; list && i < n; i++) {
		for (unsigned int k = 0; k < n && !paths[i]->map_mem; k++)
			if (paths[k]->map_mem && !strcmp(paths[k]->wwid, paths[i]->wwid)) {
				paths[i]->map_mem = paths[k]->map_mem;
				list[m++] = paths[i];
			}
	}
	if (m)
		survey_paths(e, list, m, SURVEY_CHECK);
	free(list);
}

static bool learnt(struct path *const *paths, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (paths[i]->map_mem)
			return true;
	return false;
}

static struct asked *ask_path(struct engine *e, struct path *p, unsigned int want)
{
	struct asked *j = calloc(1, sizeof(*j));

	if (j && (j->job = probe_job_new(e, p, want)) != NULL) {
		j->path = p;
		j->devno = p->dev.devno;
		if (!jobs_submit(host_jobs(e->host), run_asked, j)) {
			asking_add(e->host, j->devno);
			return j;
		}
	}
	mlog(0, "%s: not checked: out of memory", p->dev.name);
	asked_free(j);
	return NULL;
}

static void keep(struct engine *e, struct asked *j)
{
	enum path_state state;

	probe_job_keep(e, j->job, j->path);
	if (probe_job_verdict(j->job, &state))
		j->path->state = probe_job_settled(j->path, state);
	asked_free(j);
}

unsigned int survey_paths(struct engine *e, struct path *const *paths, unsigned int n,
			  unsigned int want)
{
	struct jobs *pool = host_jobs(e->host);
	struct asked **list = calloc(n + 1, sizeof(*list));
	int64_t now = clock_mono(&e->host->clock), deadline = now;
	unsigned int late = 0, asked = 0;

	for (unsigned int i = 0; list && i < n; i++) {
		int64_t end;

		if (skip(paths[i], want))
			continue;
		if (asking(e->host, paths[i]->dev.devno)) {
			late += keep_asking(paths[i], want);
			continue;
		}
		list[i] = ask_path(e, paths[i], want);
		if (!list[i])
			continue;
		asked++;
		end = now + probe_job_timeout_ms(list[i]->job) * NSEC_PER_MSEC + GRACE_NS;
		deadline = end > deadline ? end : deadline;
	}
	if (e->opt.deadline_ns && e->opt.deadline_ns < deadline)
		deadline = e->opt.deadline_ns;
	collect(e->host, asked, deadline);
	jobs_drop_queued(pool, drop);
	for (unsigned int i = 0; list && i < n; i++) {
		if (list[i] && list[i]->back)
			keep(e, list[i]);
		else if (list[i])
			late += keep_late(e, list[i], want);
	}
	free(list);
	if (learnt(paths, n))
		survey_again(e, paths, n);
	return late;
}
