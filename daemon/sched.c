/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks as jobs: at most one a path. When a path is due, sysfs is asked first, and only a device that
 * runs is sent a command. A worker sends it and, where it can, leaves it with the device: the answer is
 * taken up here. A job that is not back in time leaves its path to path_fsm() as expired, or as
 * unchecked where no worker had even begun it; its worker is its own affair, and the path is not asked
 * again before it is back. Answers find their path by number, never by pointer: it may be gone, or
 * live on in another generation.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/engine/probejob.h"
#include "core/model/pgpolicy.h"
#include "core/model/probe.h"
#include "core/model/wwid.h"
#include "daemon/parts.h"

#define SLACK_NS (100 * NSEC_PER_MSEC) /* checks that are due so close together go together */
#define GRACE_NS (1 * NSEC_PER_SEC)    /* between a command's own time-out and ours */
/* A check that is not back by then is said to be pending; the path's map waits no longer for it. */
#define PENDING_NS (1 * NSEC_PER_SEC)
/* The worker that has nothing else to do stays so long with the command it has sent. */
#define LINGER_MS 10

enum ask_kind { ASK_PATH, ASK_WWID, ASK_PURGE };

struct check {
	struct work work;
	struct multipathd *d;
	enum ask_kind kind;
	enum ask_progress progress;
	struct loop_source *left; /* the command is with its device, and nobody waits for it */
	bool stay;		  /* the worker is to wait for it */
	struct probe_job *job;	  /* NULL: ASK_PURGE */
	struct check *next;	  /* those under way */
	unsigned int path_id;
	unsigned int want;
	char name[32];
	char device[256];		 /* ASK_PURGE: sysfs path */
	int64_t pending_ns, deadline_ns; /* 0: has passed */
	int err;
};

struct daemon_sched {
	struct work_pool *pool;
	struct loop_timer due, deadline;
	struct check *under_way;
	unsigned int last_id;
};

static void check_due(void *ctx);
static void check_deadlines(void *ctx);

int sched_new(struct multipathd *d)
{
	struct daemon_sched *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	d->sched = s;
	s->due = (struct loop_timer){ .fn = check_due, .ctx = d };
	s->deadline = (struct loop_timer){ .fn = check_deadlines, .ctx = d };
	r = work_pool_new(d->loop, d->host, d->host->replay ? 0 : JOBS_WORKERS, d, &s->pool);
	if (r)
		sched_free(d);
	return r;
}

static void check_free(struct multipathd *d, struct check *c);

bool sched_free(struct multipathd *d)
{
	struct daemon_sched *s = d->sched;
	bool idle;

	if (!s)
		return true;
	loop_timer_clear(&s->due);
	loop_timer_clear(&s->deadline);
	idle = work_pool_free(s->pool);
	for (struct check *c = s->under_way, *next; c; c = next) {
		next = c->next;
		if (idle || c->left)
			check_free(d, c);
	}
	free(s);
	d->sched = NULL;
	return idle;
}

struct work_pool *sched_pool(const struct multipathd *d)
{
	return d->sched->pool;
}

void sched_meet(struct multipathd *d, struct path *p)
{
	if (!p->duty.id) {
		p->duty.id = ++d->sched->last_id;
		p->life.next_ns = LIFE_NEVER;
	}
}

void sched_rearm(struct multipathd *d, int64_t next_ns)
{
	struct loop_timer *t = &d->sched->due;

	if (next_ns != LIFE_NEVER && (!loop_timer_running(t) || next_ns < t->at))
		loop_timer_set(d->loop, t, next_ns);
}

/* --- asking ---------------------------------------------------------------------------------- */

static void answered(void *ctx, struct work *w);

static void run_check(struct host *h, struct work *w)
{
	struct check *c = (struct check *)w;
	char file[300];

	if (c->kind != ASK_PURGE) {
		c->progress = probe_job_step(c->job, true, 0);
		if (c->progress == ASK_LEFT && (c->stay || work_is_last(w)))
			c->progress = probe_job_step(c->job, true, c->stay ? -1 : LINGER_MS);
		return;
	}
	snprintf(file, sizeof(file), "%s/delete", c->device);
	c->err = fstree_write(h->sys, file, "1");
}

static void arm_deadline(struct multipathd *d, int64_t at)
{
	struct loop_timer *t = &d->sched->deadline;

	if (!loop_timer_running(t) || at < t->at)
		loop_timer_set(d->loop, t, at);
}

static struct check *check_new(struct multipathd *d, const struct path *p, enum ask_kind kind)
{
	struct check *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->work.run = run_check;
	c->work.done = answered;
	c->d = d;
	c->kind = kind;
	c->path_id = p->duty.id;
	snprintf(c->name, sizeof(c->name), "%s", p->dev.name);
	c->next = d->sched->under_way;
	d->sched->under_way = c;
	return c;
}

static void check_free(struct multipathd *d, struct check *c)
{
	struct check **at = &d->sched->under_way;

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
	loop_remove(c->left); /* before its descriptor is closed */
	probe_job_free(c->job);
	free(c);
}

static struct path *path_of(struct multipathd *d, const struct check *c)
{
	struct path *p = topology_path_named(d->e->topo, c->name);

	return p && p->duty.id == c->path_id ? p : NULL;
}

/* No worker can be had for what is next. */
static void give_up(struct multipathd *d, struct check *c)
{
	struct path *p = d->e ? path_of(d, c) : NULL;

	check_free(d, c);
	if (!p)
		return;
	p->duty.asking = p->duty.expired = false;
	path_event(d, p, LIFE_UNCHECKED, PATH_UNCHECKED, NULL);
}

static void submit(struct multipathd *d, struct path *p, struct check *c)
{
	int64_t now = daemon_now(d);

	p->duty.asking = true;
	p->duty.expired = false;
	p->duty.asked_ns = now;
	c->deadline_ns = now + probe_job_timeout_ms(c->job) * NSEC_PER_MSEC + GRACE_NS;
	c->pending_ns = now + PENDING_NS;
	arm_deadline(d, c->pending_ns);
	if (work_submit(d->sched->pool, &c->work))
		give_up(d, c);
}

static void ask(struct multipathd *d, struct path *p, enum ask_kind kind, unsigned int want)
{
	struct check *c;

	if (p->duty.asking || p->duty.gone)
		return;
	c = check_new(d, p, kind);
	if (c && (c->job = probe_job_new(d->e, p, want)) == NULL) {
		check_free(d, c);
		c = NULL;
	}
	if (!c) {
		path_event(d, p, LIFE_UNCHECKED, PATH_UNCHECKED, NULL);
		return;
	}
	c->want = want;
	if (kind == ASK_PATH && !config_yes(d->e->cfg, KW_force_sync)) /* one at a time */
		probe_job_may_leave(c->job);
	submit(d, p, c);
}

static void read_sysfs_state(struct multipathd *d, struct path *p)
{
	if (!p->dev.device || fstree_text(d->host->sys, p->dev.state, sizeof(p->dev.state),
					  "%s/state", p->dev.device) < 0)
		p->dev.state[0] = '\0';
	p->sysfs_state = path_sysfs_state(&p->dev);
}

/* Has an answer of its own kind been had, so that its map need not wait any longer? */
static void settle_answered(struct multipathd *d, struct path *p)
{
	if (p->duty.answered)
		return;
	p->duty.answered = true;
	if (p->wwid[0])
		maps_touch(d, p->wwid, TOUCH_LOOK, NULL);
}

void sched_ask(struct multipathd *d, struct path *p)
{
	unsigned int want = SURVEY_CHECK | SURVEY_PRIO;

	if (p->duty.asking || p->duty.gone)
		return;
	read_sysfs_state(d, p);
	if (p->sysfs_state != PATH_UP) {
		path_event(d, p, LIFE_OFFLINE, p->sysfs_state, NULL);
		settle_answered(d, p);
		return;
	}
	if (!p->wwid[0])
		want = SURVEY_IDENTITY;
	else
		want |= p->duty.chosen ? SURVEY_AGAIN : SURVEY_IDENTITY;
	ask(d, p, ASK_PATH, want);
}

void sched_ask_prio(struct multipathd *d, struct path *p)
{
	if (p->sysfs_state == PATH_UP && p->duty.chosen)
		ask(d, p, ASK_PATH, SURVEY_PRIO | SURVEY_AGAIN);
}

void sched_recheck_wwid(struct multipathd *d, struct path *p)
{
	ask(d, p, ASK_WWID, SURVEY_WWID);
}

void sched_purge(struct multipathd *d, const struct path *p)
{
	struct check *c;

	if (!p->dev.device || !(c = check_new(d, p, ASK_PURGE)))
		return;
	snprintf(c->device, sizeof(c->device), "%s", p->dev.device);
	c->deadline_ns = 0;
	mlog(2, "%s: queuing path for purge", p->dev.name);
	if (work_submit(d->sched->pool, &c->work))
		check_free(d, c);
}

/* --- answers --------------------------------------------------------------------------------- */

static void keep_identity(struct multipathd *d, struct path *p)
{
	discover_identify(d->e, p);
	if (p->wwid[0] && !discover_wwid_blocked(d->e, p))
		sched_ask(d, p);
	else
		mlog(3, "%s: no WWID, not used", p->dev.name);
}

static void keep_answer(struct multipathd *d, struct path *p, const struct check *c)
{
	int before = p->has_prio ? p->prio : -1;
	char msg[sizeof(p->check_msg)];
	enum path_state state;

	probe_job_keep(d->e, c->job, p);
	memcpy(msg, p->check_msg, sizeof(msg)); /* path_fsm() writes there */
	if (!p->wwid[0]) {
		keep_identity(d, p);
		return;
	}
	if (c->want & SURVEY_CHECK)
		p->duty.chosen = true;
	if (probe_job_verdict(c->job, &state))
		path_event(d, p, LIFE_VERDICT, state, msg);
	settle_answered(d, p);
	/* whoever switched groups meanwhile: the best one is gone back to as failback says */
	if (p->map && path_state_usable(p->state))
		mapclock_failback(d, p->map, FAILBACK_GROUP, NULL);
	if (p->map && (p->has_prio ? p->prio : -1) != before) {
		pg_refresh_all(p->map);
		mapclock_failback(d, p->map, FAILBACK_PATHS, NULL);
		maps_touch(d, p->wwid, before < 0 ? TOUCH_LOOK : TOUCH_PRIO, NULL);
	}
}

static void keep_wwid(struct multipathd *d, struct path *p, const struct check *c)
{
	char wwid[WWID_MAX];

	if (!probe_job_wwid(c->job, wwid) || !strcmp(wwid, p->wwid)) {
		path_event(d, p, LIFE_WWID_SAME, p->state, NULL);
		return;
	}
	mlog(0, "%s: path wwid changed from '%s' to '%s'", p->dev.name, p->wwid, wwid);
	p->duty.wwid_changed = p->duty.udev_stale = true;
	maps_touch(d, p->wwid, TOUCH_LOOK, NULL);
}

static void keep(struct multipathd *d, struct path *p, const struct check *c)
{
	if (p->duty.gone) /* what it said before it went says nothing now */
		return;
	if (c->kind == ASK_WWID)
		keep_wwid(d, p, c);
	else
		keep_answer(d, p, c);
}

static void ended(struct multipathd *d, struct check *c)
{
	struct path *p = d->e ? path_of(d, c) : NULL;

	if (c->kind == ASK_PURGE) {
		if (c->err)
			mlog(1, "%s: cannot be purged: %s", c->name, strerror(-c->err));
		else
			mlog(2, "%s: purged", c->name);
	} else if (p) {
		p->duty.asking = p->duty.expired = false;
		keep(d, p, c);
		if ((p = path_of(d, c))) /* it may have become due meanwhile */
			sched_rearm(d, p->life.next_ns);
	}
	check_free(d, c);
}

static void go_on(struct multipathd *d, struct check *c);

static void device_answers(void *ctx, uint32_t events)
{
	struct check *c = ctx;

	(void)events;
	loop_remove(c->left); /* it may be closed now */
	c->left = NULL;
	c->progress = probe_job_step(c->job, false, 0);
	go_on(c->d, c);
}

/* A check has come as far as c->progress. */
static void go_on(struct multipathd *d, struct check *c)
{
	if (c->progress == ASK_LEFT &&
	    !loop_add(d->loop, probe_job_fd(c->job), EPOLLIN, device_answers, c, &c->left))
		return;
	if (c->progress == ASK_DONE) {
		ended(d, c);
		return;
	}
	c->stay = c->progress == ASK_LEFT;
	if (work_submit(d->sched->pool, &c->work))
		give_up(d, c);
}

/* A worker has done what it could. By now many a device has answered. */
static void answered(void *ctx, struct work *w)
{
	struct check *c = (struct check *)w;

	if (c->kind != ASK_PURGE && c->progress == ASK_LEFT)
		c->progress = probe_job_step(c->job, false, 0);
	go_on(ctx, c);
}

unsigned int sched_left(const struct multipathd *d)
{
	unsigned int n = 0;

	for (const struct check *c = d->sched->under_way; c; c = c->next)
		n += c->left != NULL;
	return n;
}

/* --- time ------------------------------------------------------------------------------------ */

/* What a check that is still under way means for its path. */
static void expire(struct multipathd *d, struct path *p, const struct check *c)
{
	const char *name = props_str(&p->props, KW_path_checker);
	const struct checker *ck = checker_find(name ? name : "tur");
	struct check_verdict v = { .state = PATH_TIMEOUT };

	p->duty.expired = true;
	if (!work_begun(&c->work)) {
		path_event(d, p, LIFE_UNCHECKED, PATH_UNCHECKED, NULL);
	} else if (c->want & SURVEY_CHECK) {
		if (ck)
			check_expired(ck, &v);
		path_event(d, p, LIFE_EXPIRED, v.state, v.msg);
	} else if (c->kind == ASK_WWID) {
		path_event(d, p, LIFE_WWID_SAME, p->state, NULL);
	}
	settle_answered(d, p);
}

static void pending(struct multipathd *d, struct path *p, const struct check *c)
{
	const char *name = props_str(&p->props, KW_path_checker);
	const struct checker *ck = checker_find(name ? name : "tur");
	struct check_verdict v = { .state = PATH_PENDING };

	if (ck)
		check_running(ck, &v);
	if (c->want & SURVEY_CHECK)
		path_event(d, p, LIFE_VERDICT, PATH_PENDING, v.msg);
	settle_answered(d, p);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

static void check_deadlines(void *ctx)
{
	struct multipathd *d = ctx;
	int64_t now = daemon_now(d), next = INT64_MAX;

	for (struct check *c = d->sched->under_way, *n; c; c = n) {
		struct path *p = d->e ? path_of(d, c) : NULL;

		n = c->next;
		if (c->pending_ns && c->pending_ns <= now) {
			c->pending_ns = 0;
			if (p)
				pending(d, p, c);
		}
		if (c->deadline_ns && c->deadline_ns <= now) {
			c->deadline_ns = 0;
			if (p)
				expire(d, p, c);
		}
		next = earlier(next, c->pending_ns);
		next = earlier(next, c->deadline_ns);
	}
	if (next != INT64_MAX)
		arm_deadline(d, next);
}

static void ask_due(struct multipathd *d)
{
	int64_t now = daemon_now(d), next = LIFE_NEVER;

	for (unsigned int i = 0; i < d->e->topo->n_paths; i++) {
		struct path *p = d->e->topo->paths[i];

		if (p->duty.asking) /* its answer, or the lack of one, says what is next */
			continue;
		if (p->life.next_ns <= now + SLACK_NS) {
			sched_ask(d, p);
			if (loop_turn_is_long(d->loop)) { /* the others next turn */
				sched_rearm(d, now);
				return;
			}
		}
		if (!p->duty.asking && p->life.next_ns < next)
			next = p->life.next_ns;
	}
	sched_rearm(d, next < now + SLACK_NS ? now + SLACK_NS : next);
}

static void check_due(void *ctx)
{
	struct multipathd *d = ctx;

	if (!d->e)
		return;
	work_hold(d->sched->pool);
	ask_due(d);
	work_release(d->sched->pool);
}
