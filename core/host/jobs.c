// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A queue, some workers, a list of finished jobs and an eventfd that is readable as long as that
 * list is not empty. The pool is counted: the owner and every worker hold one reference, so that a
 * worker whose ioctl returns minutes after jobs_free() still finds its lock. Workers are detached
 * and block every signal: these belong to the owner's thread, and an ioctl must not return EINTR.
 *
 * A pool without workers runs the job inside jobs_submit(). There a recorded device that hangs
 * (jobs_hang) cannot block a thread, as there is none: control returns to jobs_submit() by
 * longjmp, and the job stays pending for good, which is just what its owner would see live.
 * Which pool a job runs in is the only state outside an object: it is per thread, and set only
 * while a job runs.
 */
#include "core/host/jobs.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)512 << 10)
#define NSEC	   1000000000LL

struct job {
	struct job *next;
	void (*fn)(void *arg);
	void *arg;
};

struct job_list {
	struct job *head, **tail;
};

struct jobs {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct job_list queue, done;
	/* the owner's own, outside the lock: submitted while it holds, finished and being handed out */
	struct job_list held, taken;
	unsigned int n_held;
	unsigned int limit, workers, idle, queued, running, refs;
	unsigned int pending; /* the owner's own count */
	int64_t silent_ns; /* since when finished jobs wait and the owner does not know; 0: it does */
	unsigned int n_silent;
	bool lazy, stop;
	bool holds; /* the owner's own: between jobs_hold() and jobs_release() */
	int event_fd;
};

static _Thread_local jmp_buf *inline_job; /* set while a pool without workers runs a job */

static void list_init(struct job_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

static void list_push(struct job_list *l, struct job *job)
{
	job->next = NULL;
	*l->tail = job;
	l->tail = &job->next;
}

static struct job *list_pop(struct job_list *l)
{
	struct job *job = l->head;

	if (!job)
		return NULL;
	l->head = job->next;
	if (!l->head)
		l->tail = &l->head;
	return job;
}

int jobs_new(unsigned int workers, struct jobs **ret_jobs)
{
	struct jobs *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	j->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (j->event_fd < 0) {
		int r = -errno;

		free(j);
		return r;
	}
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->wake, NULL);
	list_init(&j->queue);
	list_init(&j->done);
	list_init(&j->held);
	list_init(&j->taken);
	j->limit = workers;
	j->refs = 1;
	*ret_jobs = j;
	return 0;
}

static void list_done(struct job_list *l)
{
	struct job *job;

	while ((job = list_pop(l)))
		free(job);
}

/* Called with the lock held; gives it back. */
static void pool_unref(struct jobs *j)
{
	bool last = --j->refs == 0;

	pthread_mutex_unlock(&j->lock);
	if (!last)
		return;
	list_done(&j->queue);
	list_done(&j->done);
	list_done(&j->held);
	list_done(&j->taken);
	pthread_cond_destroy(&j->wake);
	pthread_mutex_destroy(&j->lock);
	close(j->event_fd);
	free(j);
}

bool jobs_free(struct jobs *j)
{
	bool idle;

	if (!j)
		return true;
	pthread_mutex_lock(&j->lock);
	idle = j->running == 0;
	j->stop = true;
	list_done(&j->queue);
	pthread_cond_broadcast(&j->wake);
	pool_unref(j);
	return idle;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC + t.tv_nsec;
}

/* The owner of a lazy pool is not woken for each of many jobs that end one after the other. */
static bool owner_can_wait(struct jobs *j, bool first)
{
	if (!j->lazy || !j->queued)
		return false;
	if (first) {
		j->silent_ns = now_ns();
		j->n_silent = 0;
	}
	return ++j->n_silent < JOBS_SILENCE && j->silent_ns &&
	       now_ns() - j->silent_ns < JOBS_SILENCE_NS;
}

/* With the lock held (or alone). */
static void job_finished(struct jobs *j, struct job *job)
{
	bool first = !j->done.head;

	list_push(&j->done, job);
	if ((!first && !j->silent_ns) || owner_can_wait(j, first))
		return;
	j->silent_ns = 0;
	eventfd_write(j->event_fd, 1);
}

static struct job *worker_take(struct jobs *j)
{
	struct job *job;

	while (!(job = list_pop(&j->queue)) && !j->stop) {
		if (j->lazy)
			return NULL;
		j->idle++;
		pthread_cond_wait(&j->wake, &j->lock);
		j->idle--;
	}
	return job;
}

static void *worker(void *arg)
{
	struct jobs *j = arg;
	struct job *job;

	pthread_mutex_lock(&j->lock);
	while ((job = worker_take(j))) {
		j->queued--;
		j->running++;
		pthread_mutex_unlock(&j->lock);
		job->fn(job->arg);
		pthread_mutex_lock(&j->lock);
		j->running--;
		job_finished(j, job);
	}
	j->workers--;
	pool_unref(j);
	return NULL;
}

static int worker_start(struct jobs *j)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t id;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&id, &attr, worker, j);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -r;
}

/* @j is locked. */
static int worker_add(struct jobs *j)
{
	int r;

	j->workers++;
	j->refs++;
	r = worker_start(j);
	if (r == 0)
		return 0;
	j->workers--;
	j->refs--;
	return j->workers ? 0 : r; /* others will come to it */
}

static bool workers_lack(const struct jobs *j)
{
	return j->queued > j->idle && j->workers < j->limit;
}

/* One more worker where jobs wait for one; @j is locked. */
static int workers_grow(struct jobs *j)
{
	if (!workers_lack(j) || (j->lazy && j->workers))
		return 0;
	return worker_add(j);
}

void jobs_lazy(struct jobs *j)
{
	pthread_mutex_lock(&j->lock);
	j->lazy = true;
	pthread_mutex_unlock(&j->lock);
}

void jobs_grow(struct jobs *j)
{
	pthread_mutex_lock(&j->lock);
	for (unsigned int n = j->workers ? j->workers : 1; n > 0 && workers_lack(j); n--)
		if (worker_add(j))
			break;
	pthread_mutex_unlock(&j->lock);
}

unsigned int jobs_queued(const struct jobs *j)
{
	struct jobs *mut = (struct jobs *)j; /* a lock is no change */
	unsigned int n;

	pthread_mutex_lock(&mut->lock);
	n = j->queued;
	pthread_mutex_unlock(&mut->lock);
	return n;
}

static void run_inline(struct jobs *j, struct job *job)
{
	jmp_buf back, *outer = inline_job;

	j->pending++;
	if (setjmp(back) == 0) {
		inline_job = &back;
		job->fn(job->arg);
		inline_job = outer;
		job_finished(j, job);
	} else {
		inline_job = outer;
		j->running++; /* for good */
		free(job);
	}
}

void jobs_hang(void)
{
	if (inline_job)
		longjmp(*inline_job, 1);
	for (;;)
		pause();
}

/* The job went in at the tail; take it out again. @j is locked. */
static void queue_undo(struct jobs *j, struct job *job)
{
	struct job **at = &j->queue.head;

	while (*at != job)
		at = &(*at)->next;
	*at = NULL;
	j->queue.tail = at;
	j->queued--;
}

int jobs_submit(struct jobs *j, void (*fn)(void *arg), void *arg)
{
	struct job *job = malloc(sizeof(*job));
	int r;

	if (!job)
		return -ENOMEM;
	*job = (struct job){ .fn = fn, .arg = arg };
	if (j->limit == 0) {
		run_inline(j, job);
		return 0;
	}
	if (j->holds) {
		list_push(&j->held, job);
		j->n_held++;
		j->pending++;
		return 0;
	}
	pthread_mutex_lock(&j->lock);
	list_push(&j->queue, job);
	j->queued++;
	r = workers_grow(j);
	if (r == 0)
		pthread_cond_signal(&j->wake);
	else
		queue_undo(j, job);
	pthread_mutex_unlock(&j->lock);
	if (r < 0)
		free(job);
	else
		j->pending++;
	return r;
}

/* Appends all of @from to @to. */
static void list_move(struct job_list *to, struct job_list *from)
{
	if (!from->head)
		return;
	*to->tail = from->head;
	to->tail = from->tail;
	list_init(from);
}

void jobs_hold(struct jobs *j)
{
	j->holds = true;
}

void jobs_release(struct jobs *j)
{
	j->holds = false;
	if (!j->held.head)
		return;
	pthread_mutex_lock(&j->lock);
	list_move(&j->queue, &j->held);
	j->queued += j->n_held;
	j->n_held = 0;
	workers_grow(j); /* none can be had: jobs_grow() asks again */
	pthread_cond_broadcast(&j->wake);
	pthread_mutex_unlock(&j->lock);
}

static void take_done(struct jobs *j)
{
	eventfd_t count;

	pthread_mutex_lock(&j->lock);
	if (j->done.head) {
		list_move(&j->taken, &j->done);
		eventfd_read(j->event_fd, &count);
		j->silent_ns = 0;
	}
	pthread_mutex_unlock(&j->lock);
}

void *jobs_next(struct jobs *j)
{
	struct job *job;
	void *arg;

	if (!j->taken.head)
		take_done(j);
	job = list_pop(&j->taken);
	if (!job)
		return NULL;
	arg = job->arg;
	free(job);
	j->pending--;
	return arg;
}

static bool have_done(struct jobs *j)
{
	bool have;

	if (j->taken.head)
		return true;
	pthread_mutex_lock(&j->lock);
	have = j->done.head != NULL;
	pthread_mutex_unlock(&j->lock);
	return have;
}

bool jobs_wait(struct jobs *j, int64_t deadline_ns)
{
	struct pollfd p = { .fd = j->event_fd, .events = POLLIN };

	while (!have_done(j)) {
		struct timespec now, left;
		int64_t ns;

		if (j->limit == 0) /* nothing runs: nothing can come */
			return false;
		clock_gettime(CLOCK_MONOTONIC, &now);
		ns = deadline_ns - ((int64_t)now.tv_sec * NSEC + now.tv_nsec);
		if (ns <= 0)
			return false;
		left = (struct timespec){ .tv_sec = ns / NSEC, .tv_nsec = ns % NSEC };
		ppoll(&p, 1, &left, NULL);
	}
	return true;
}

int jobs_fd(struct jobs *j)
{
	return j->event_fd;
}

unsigned int jobs_pending(const struct jobs *j)
{
	return j->pending;
}

unsigned int jobs_running(const struct jobs *j)
{
	struct jobs *mut = (struct jobs *)j; /* a lock is no change */
	unsigned int n;

	pthread_mutex_lock(&mut->lock);
	n = j->running;
	pthread_mutex_unlock(&mut->lock);
	return n;
}

void jobs_drop_queued(struct jobs *j, void (*drop)(void *arg))
{
	struct job *job;

	pthread_mutex_lock(&j->lock);
	while ((job = list_pop(&j->queue))) {
		j->queued--;
		j->pending--;
		pthread_mutex_unlock(&j->lock);
		drop(job->arg);
		free(job);
		pthread_mutex_lock(&j->lock);
	}
	pthread_mutex_unlock(&j->lock);
}
