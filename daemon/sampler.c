/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reads of marginal_path_*: while a path is tested, one direct read of its first block is due
 * every tenth of a second. The model counts and judges; here reads become work and verdicts events.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/model/marginal.h"
#include "daemon/parts.h"

#define BLOCK_MAX 4096u

struct daemon_sampler {
	struct loop_timer due;
};

struct sample {
	struct work work;
	unsigned int path_id;
	int64_t ticket;
	char name[32];
	dev_t devno;
	bool ok;
};

static void run_sample(struct host *h, struct work *w)
{
	struct sample *s = (struct sample *)w;
	struct devio *io = h->io;
	unsigned int block = 512;
	struct devio_dev *dev;
	void *buf;

	if (io->ops->open(io, s->name, s->devno, &dev))
		return;
	if (io->ops->block_size(dev, &block) || block > BLOCK_MAX)
		block = BLOCK_MAX;
	buf = malloc(block);
	s->ok = buf && io->ops->read(dev, buf, block, 0) == (ssize_t)block;
	free(buf);
	io->ops->close(dev);
}

static void sample_done(void *ctx, struct work *w)
{
	struct sample *s = (struct sample *)w;
	struct multipathd *d = ctx;
	struct path *p = d->e ? topology_path_named(d->e->topo, s->name) : NULL;

	if (p && p->duty.id == s->path_id)
		marginal_read_done(&p->life.marginal, s->ticket,
				   s->ok ? MARGINAL_READ_OK : MARGINAL_READ_FAILED);
	free(s);
}

static void read_once(struct multipathd *d, struct path *p, int64_t now)
{
	struct sample *s = calloc(1, sizeof(*s));

	if (!s || marginal_read_issued(&p->life.marginal, now, &s->ticket)) {
		free(s);
		return;
	}
	s->work.run = run_sample;
	s->work.done = sample_done;
	s->path_id = p->duty.id;
	snprintf(s->name, sizeof(s->name), "%s", p->dev.name);
	s->devno = p->dev.devno;
	if (!work_submit(sched_pool(d), &s->work))
		return;
	marginal_read_done(&p->life.marginal, s->ticket, MARGINAL_READ_DROPPED);
	free(s);
}

/* Returns when to come back. */
static int64_t sample_path(struct multipathd *d, struct path *p, int64_t now)
{
	struct marginal *m = &p->life.marginal;
	enum marginal_verdict v;
	struct life_rules rules;
	int64_t at = now;

	path_rules(d, p, &rules);
	v = marginal_judge(m, &rules.marginal, now);
	if (v != MARGINAL_UNDECIDED) {
		p->duty.sampled = false;
		path_event(d, p, v == MARGINAL_GOOD ? LIFE_TEST_GOOD : LIFE_TEST_BAD, p->state,
			   NULL);
		return INT64_MAX;
	}
	if (marginal_next(m, &rules.marginal, now, &at)) {
		read_once(d, p, now);
		at = now + MARGINAL_READ_GAP_NS;
	}
	return at;
}

static void sample_due(void *ctx)
{
	struct multipathd *d = ctx;
	int64_t now = daemon_now(d), next = INT64_MAX;

	for (unsigned int i = 0; d->e && i < d->e->topo->n_paths; i++) {
		struct path *p = d->e->topo->paths[i];
		int64_t at = p->duty.sampled ? sample_path(d, p, now) : INT64_MAX;

		if (at < next)
			next = at;
	}
	if (next != INT64_MAX)
		loop_timer_set(d->loop, &d->sampler->due, next);
}

void sampler_start(struct multipathd *d, struct path *p)
{
	if (!d->sampler) {
		d->sampler = calloc(1, sizeof(*d->sampler));
		if (!d->sampler)
			return;
		d->sampler->due = (struct loop_timer){ .fn = sample_due, .ctx = d };
	}
	p->duty.sampled = true;
	loop_timer_after(d->loop, &d->sampler->due, 0);
}

void sampler_stop(struct multipathd *d, struct path *p)
{
	(void)d;
	p->duty.sampled = false;
}

void sampler_free(struct multipathd *d)
{
	if (!d->sampler)
		return;
	loop_timer_clear(&d->sampler->due);
	free(d->sampler);
	d->sampler = NULL;
}
