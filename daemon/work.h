/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * work.h - work that may block, on a pool of workers, with its answer on the loop.
 *
 * A struct work is embedded in what it is about. From work_submit() until @done it belongs to the
 * pool; @run is called on a worker, with the pool's host, and must touch nothing else that is shared;
 * @done is called on the loop's thread.
 */
#ifndef MP_WORK_H
#define MP_WORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/host/host.h"

struct loop;
struct work_pool;

struct work {
	void (*run)(struct host *h, struct work *w);
	void (*done)(void *ctx, struct work *w);
	struct work_pool *pool; /* set by work_submit() */
	atomic_bool begun;	/* a worker has taken it up */
};

/* @host is what run() gets; @ctx is handed to every done(). @workers 0: at once, as in replay. Host
 * and loop outlive the pool. */
int work_pool_new(struct loop *l, struct host *host, unsigned int workers, void *ctx,
		  struct work_pool **ret_pool);

/* false: a worker is stuck for good; what run() may still touch (host, memory of the work) must stay
 * until the process ends. Nothing is called any more. */
bool work_pool_free(struct work_pool *p);

/* How long work waits for a worker before one more is started; at first WORK_PATIENCE_NS. */
#define WORK_PATIENCE_NS (50 * NSEC_PER_MSEC)
void work_patience(struct work_pool *p, int64_t ns);

int work_submit(struct work_pool *p, struct work *w);
/* Around many of these: workers begin when all have been submitted. */
void work_hold(struct work_pool *p);
void work_release(struct work_pool *p);
bool work_begun(const struct work *w);
bool work_is_last(const struct work *w); /* no other waits for a worker; on any thread */

unsigned int work_pending(const struct work_pool *p); /* submitted and not done */
unsigned int work_running(const struct work_pool *p); /* of these, with a worker */
unsigned int work_limit(const struct work_pool *p);

#endif
