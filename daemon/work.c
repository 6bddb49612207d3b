/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pool of core/host/jobs.h with its eventfd as a source of the loop. Most of the time one worker
 * does all checks one after the other in less than a millisecond each, and ends; only where one of them
 * takes long, more are started.
 */
#include "daemon/work.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/loop.h"

#define QUEUE_MOMENTS 20 /* so often one worker's queue may be found not empty: a second */

struct work_pool {
	struct jobs *jobs;
	struct host *host;
	struct loop *loop;
	struct loop_source *source;
	struct loop_timer grow, more;
	void *ctx;
	int64_t patience_ns;
	unsigned int limit;
	unsigned int collected, seen; /* jobs that ended; as it was the last time grow() looked */
	unsigned int moments;	      /* for which jobs have waited */
};

static void run(void *arg)
{
	struct work *w = arg;

	atomic_store(&w->begun, true);
	w->run(w->pool->host, w);
}

static void collect(void *ctx, uint32_t events)
{
	struct work_pool *p = ctx;
	struct work *w;

	(void)events;
	work_hold(p); /* one answer leads to another question */
	while ((w = jobs_next(p->jobs))) {
		p->collected++;
		w->done(p->ctx, w);
		if (loop_turn_is_long(p->loop)) {
			loop_timer_after(p->loop, &p->more, 0);
			break;
		}
	}
	work_release(p);
}

static void collect_more(void *ctx)
{
	collect(ctx, 0);
}

/* Jobs still wait for a worker a moment after they came. Where none has ended meanwhile, or there is
 * no end to them, there are to be more workers. */
static void grow(void *ctx)
{
	struct work_pool *p = ctx;
	unsigned int queued;
	bool moves;

	collect(p, 0);
	queued = jobs_queued(p->jobs);
	moves = p->collected != p->seen && p->moments < QUEUE_MOMENTS;
	p->seen = p->collected;
	p->moments++;
	if (!queued) {
		p->moments = 0;
		return;
	}
	if (!moves)
		jobs_grow(p->jobs);
	loop_timer_after(p->loop, &p->grow, p->patience_ns);
}

int work_pool_new(struct loop *l, struct host *host, unsigned int workers, void *ctx,
		  struct work_pool **ret_pool)
{
	struct work_pool *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->loop = l;
	p->host = host;
	p->ctx = ctx;
	p->grow = (struct loop_timer){ .fn = grow, .ctx = p };
	p->more = (struct loop_timer){ .fn = collect_more, .ctx = p };
	p->limit = workers ? workers : 1;
	p->patience_ns = WORK_PATIENCE_NS;
	r = jobs_new(workers, &p->jobs);
	if (r == 0)
		jobs_lazy(p->jobs);
	if (r == 0)
		r = loop_add(l, jobs_fd(p->jobs), EPOLLIN, collect, p, &p->source);
	if (r < 0) {
		jobs_free(p->jobs);
		free(p);
		return r;
	}
	*ret_pool = p;
	return 0;
}

bool work_pool_free(struct work_pool *p)
{
	bool idle;

	if (!p)
		return true;
	loop_timer_clear(&p->grow);
	loop_timer_clear(&p->more);
	loop_remove(p->source);
	idle = jobs_free(p->jobs);
	if (idle) /* a stuck worker still looks at it */
		free(p);
	return idle;
}

void work_patience(struct work_pool *p, int64_t ns)
{
	p->patience_ns = ns;
}

int work_submit(struct work_pool *p, struct work *w)
{
	w->pool = p;
	atomic_store(&w->begun, false);
	if (p->limit > 1 && !loop_timer_running(&p->grow)) {
		p->seen = p->collected;
		loop_timer_after(p->loop, &p->grow, p->patience_ns);
	}
	return jobs_submit(p->jobs, run, w);
}

void work_hold(struct work_pool *p)
{
	jobs_hold(p->jobs);
}

void work_release(struct work_pool *p)
{
	jobs_release(p->jobs);
}

bool work_begun(const struct work *w)
{
	return atomic_load(&w->begun);
}

bool work_is_last(const struct work *w)
{
	return jobs_queued(w->pool->jobs) == 0;
}

unsigned int work_pending(const struct work_pool *p)
{
	return jobs_pending(p->jobs);
}

unsigned int work_running(const struct work_pool *p)
{
	return jobs_running(p->jobs);
}

unsigned int work_limit(const struct work_pool *p)
{
	return p->limit;
}
