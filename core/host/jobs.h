/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobs.h - blocking calls on a bounded pool of threads.
 *
 * A job runs @fn(@arg) on a worker; afterwards it is handed back by jobs_next(). @arg belongs to
 * the job from jobs_submit() until jobs_next() returns it: nobody else may touch it in between.
 * No worker is ever cancelled: a job whose ioctl hangs keeps its worker and its memory; the owner's
 * deadline (jobs_wait) passes and the owner goes on. Workers start on demand, up to the limit;
 * further jobs wait in a queue. All calls are for the one thread that owns the pool.
 */
#ifndef MP_JOBS_H
#define MP_JOBS_H

#include <stdbool.h>
#include <stdint.h>

struct jobs;

#define JOBS_WORKERS 64

/* @workers 0: run each job at once in jobs_submit(), on the caller's thread (replay, tests). */
int jobs_new(unsigned int workers, struct jobs **ret_jobs);

/*
 * For a pool that lives long and mostly has nothing to do: jobs_submit() starts a worker only where
 * there is none, the owner calls jobs_grow() a moment later while jobs_queued() says that it was not
 * enough, and a worker without a job ends. A job that hangs costs the others that moment.
 * Nor is the owner woken for each job: while others wait for their turn, as many as JOBS_SILENCE may
 * wait for JOBS_SILENCE_NS when they have finished, or, where the next one hangs, until the owner looks
 * by itself, as it must for jobs_grow().
 */
#define JOBS_SILENCE	32
#define JOBS_SILENCE_NS 50000000LL
void jobs_lazy(struct jobs *j);
void jobs_grow(struct jobs *j);
unsigned int jobs_queued(const struct jobs *j); /* submitted and not begun */

/* Ends idle workers; a worker inside a hung job is left to the end of the process, and then the answer
 * is false. */
bool jobs_free(struct jobs *j);

int jobs_submit(struct jobs *j, void (*fn)(void *arg), void *arg);

/* Many jobs at once, for a lazy pool: between these two, jobs are taken in and no worker is woken. */
void jobs_hold(struct jobs *j);
void jobs_release(struct jobs *j);

/* A finished job's @arg, or NULL: none yet. Whoever stops before NULL comes back by himself: the
 * descriptor is readable for what has finished since. */
void *jobs_next(struct jobs *j);

/* Wait until a job has finished or CLOCK_MONOTONIC reaches @deadline_ns. true: jobs_next() has one. */
bool jobs_wait(struct jobs *j, int64_t deadline_ns);

int jobs_fd(struct jobs *j);			 /* eventfd, readable while finished jobs wait */
unsigned int jobs_pending(const struct jobs *j); /* submitted and not handed back */
unsigned int jobs_running(const struct jobs *j); /* started and not finished */

/* Drop jobs that no worker has begun; each is handed to @drop. */
void jobs_drop_queued(struct jobs *j, void (*drop)(void *arg));

/*
 * For replay: the calling job never ends. On a worker it blocks for good; in a pool without workers
 * jobs_submit() returns, and the job counts as pending and running from then on. Memory that only
 * the job's own frames knew is lost: keep it in @arg.
 */
__attribute__((noreturn)) void jobs_hang(void);

#endif
