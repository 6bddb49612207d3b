/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * epoll for sources, a binary heap of pointers for timers: the wait ends when the first of them is
 * due, and there is no other clock tick. The time-out of epoll_wait() has milliseconds and is
 * rounded up, so that no turn comes too early for the timer it is for.
 *
 * A source that is removed may still stand in the list of events of this turn: its callback is
 * taken away at once, its memory at the end of the turn. Due timers are called in the order of their
 * times, no more per turn than ran when they were looked at: one that sets itself anew for "now"
 * queues behind the others and cannot keep the loop from its sources.
 */
#include "daemon/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/host/clock.h"

#define EVENTS_PER_TURN 64

struct loop_source {
	struct loop *loop;
	struct loop_source *next, **prev; /* in the loop's list, or next in its graveyard */
	int fd;
	bool owns_fd;
	uint32_t events;
	loop_fn fn;
	void (*signal_fn)(void *ctx, int signo);
	void *ctx;
};

struct loop {
	struct clock *clock;
	int epoll_fd;
	bool stop, in_turn;
	int64_t now;
	struct loop_source *sources, *removed;
	struct loop_timer **heap;
	unsigned int n, cap;
	uint64_t seq;
	struct loop_stats stats;
};

static const struct clock kernel_clock;

int loop_new(struct clock *clock, struct loop **ret_loop)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->clock = clock;
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0) {
		int r = -errno;

		free(l);
		return r;
	}
	*ret_loop = l;
	return 0;
}

static void bury(struct loop *l)
{
	while (l->removed) {
		struct loop_source *s = l->removed;

		l->removed = s->next;
		free(s);
	}
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	while (l->sources)
		loop_remove(l->sources);
	bury(l);
	while (l->n)
		loop_timer_clear(l->heap[0]);
	free(l->heap);
	close(l->epoll_fd);
	free(l);
}

/* Sources */

static int source_control(struct loop_source *s, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = s };
	int op = !events ? EPOLL_CTL_DEL : s->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (events == s->events)
		return 0;
	if (epoll_ctl(s->loop->epoll_fd, op, s->fd, &e))
		return -errno;
	s->events = events;
	return 0;
}

int loop_add(struct loop *l, int fd, uint32_t events, loop_fn fn, void *ctx,
	     struct loop_source **ret_source)
{
	struct loop_source *s = malloc(sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	*s = (struct loop_source){ .loop = l, .fd = fd, .fn = fn, .ctx = ctx };
	r = source_control(s, events);
	if (r < 0) {
		free(s);
		return r;
	}
	s->next = l->sources;
	s->prev = &l->sources;
	if (s->next)
		s->next->prev = &s->next;
	l->sources = s;
	l->stats.n_sources++;
	*ret_source = s;
	return 0;
}

int loop_modify(struct loop_source *s, uint32_t events)
{
	return source_control(s, events);
}

void loop_remove(struct loop_source *s)
{
	struct loop *l;

	if (!s)
		return;
	l = s->loop;
	source_control(s, 0);
	if (s->owns_fd)
		close(s->fd);
	*s->prev = s->next;
	if (s->next)
		s->next->prev = s->prev;
	l->stats.n_sources--;
	s->fn = NULL;
	s->next = l->removed;
	l->removed = s;
	if (!l->in_turn)
		bury(l);
}

/* Timers: heap[0] is the next one; a timer knows its place. */

static bool earlier(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->at < b->at || (a->at == b->at && a->seq < b->seq);
}

static void put(struct loop *l, unsigned int i, struct loop_timer *t)
{
	l->heap[i] = t;
	t->pos = i;
}

static void sift(struct loop *l, struct loop_timer *t)
{
	unsigned int i = t->pos, child;

	for (; i && earlier(t, l->heap[(i - 1) / 2]); i = (i - 1) / 2)
		put(l, i, l->heap[(i - 1) / 2]);
	for (; (child = 2 * i + 1) < l->n; i = child) {
		if (child + 1 < l->n && earlier(l->heap[child + 1], l->heap[child]))
			child++;
		if (!earlier(l->heap[child], t))
			break;
		put(l, i, l->heap[child]);
	}
	put(l, i, t);
}

static void heap_grow(struct loop *l)
{
	unsigned int cap = l->cap ? 2 * l->cap : 16;
	struct loop_timer **heap = reallocarray(l->heap, cap, sizeof(struct loop_timer *));

	if (!heap) {
		fputs("out of memory\n", stderr);
		abort();
	}
	l->heap = heap;
	l->cap = cap;
}

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at_ns)
{
	int64_t now = loop_now(l);

	t->at = at_ns > now ? at_ns : now;
	t->seq = l->seq++;
	if (!t->loop) {
		if (l->n == l->cap)
			heap_grow(l);
		put(l, l->n++, t);
		t->loop = l;
	}
	sift(l, t);
}

void loop_timer_after(struct loop *l, struct loop_timer *t, int64_t ns)
{
	loop_timer_set(l, t, loop_now(l) + ns);
}

void loop_timer_clear(struct loop_timer *t)
{
	struct loop *l = t->loop;
	struct loop_timer *last;

	if (!l)
		return;
	t->loop = NULL;
	last = l->heap[--l->n];
	if (last == t)
		return;
	put(l, t->pos, last);
	sift(l, last);
}

bool loop_timer_running(const struct loop_timer *t)
{
	return t->loop != NULL;
}

int64_t loop_now(const struct loop *l)
{
	return l->in_turn ? l->now : clock_mono(l->clock);
}

bool loop_turn_is_long(const struct loop *l)
{
	return l->in_turn && clock_mono(l->clock) - l->now > LOOP_SLICE_NS;
}

/* Signals */

static void signals_ready(void *ctx, uint32_t events)
{
	struct loop_source *s = ctx;
	struct signalfd_siginfo info;

	(void)events;
	while (s->fn && read(s->fd, &info, sizeof(info)) == sizeof(info))
		s->signal_fn(s->ctx, (int)info.ssi_signo);
}

int loop_signals(struct loop *l, const sigset_t *set, void (*fn)(void *ctx, int signo), void *ctx,
		 struct loop_source **ret_source)
{
	struct loop_source *s;
	int fd, r = pthread_sigmask(SIG_BLOCK, set, NULL);

	if (r)
		return -r;
	fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	r = loop_add(l, fd, EPOLLIN, signals_ready, ctx, &s);
	if (r < 0) {
		close(fd);
		return r;
	}
	s->owns_fd = true;
	s->signal_fn = fn;
	*ret_source = s;
	return 0;
}

/* Turns */

/* When the wait ends by itself; INT64_MAX: never. */
static int64_t wait_end(const struct loop *l, int64_t limit)
{
	return l->n && l->heap[0]->at < limit ? l->heap[0]->at : limit;
}

/* -1: for ever. */
static int wait_ms(const struct loop *l, int64_t end)
{
	int64_t ns;

	if (l->clock->virtual)
		return 0;
	if (end == INT64_MAX)
		return -1;
	ns = end - clock_mono(l->clock);
	if (ns <= 0)
		return 0;
	ns = (ns - 1) / NSEC_PER_MSEC + 1;
	return ns < INT_MAX ? (int)ns : INT_MAX;
}

static int wait_for_events(struct loop *l, struct epoll_event *events, int64_t end)
{
	int timeout = wait_ms(l, end);
	int n = epoll_wait(l->epoll_fd, events, EVENTS_PER_TURN, timeout);

	if (timeout)
		l->stats.sleeps++;
	if (n >= 0)
		return n;
	return errno == EINTR ? 0 : -errno;
}

/* Nobody is ready: let the time come that the kernel's clock would sleep to. */
static int sleep_virtual(struct loop *l, int64_t end)
{
	int64_t now = clock_mono(l->clock);

	if (end == INT64_MAX)
		return -EDEADLK;
	if (end > now)
		clock_turn(l->clock, end - now);
	return 0;
}

static void call_sources(struct epoll_event *events, int n)
{
	for (int i = 0; i < n; i++) {
		struct loop_source *s = events[i].data.ptr;

		if (s->fn)
			s->fn(s->signal_fn ? s : s->ctx, events[i].events);
	}
}

static int call_timers(struct loop *l)
{
	int called = 0;

	for (unsigned int n = l->n; n && l->n && l->heap[0]->at <= l->now; n--) {
		struct loop_timer *t = l->heap[0];

		loop_timer_clear(t);
		t->fn(t->ctx);
		called++;
	}
	return called;
}

/* One turn that sleeps to @limit at most: the number of callbacks it called, or -errno. */
static int turn(struct loop *l, int64_t limit)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int64_t end = wait_end(l, limit), began, took;
	int n = wait_for_events(l, events, end), r = 0;

	began = clock_mono(&kernel_clock);
	if (n == 0 && l->clock->virtual)
		r = sleep_virtual(l, end);
	if (n < 0 || r < 0)
		return n < 0 ? n : r;
	l->now = clock_mono(l->clock);
	l->in_turn = true;
	call_sources(events, n);
	n += call_timers(l);
	l->in_turn = false;
	bury(l);
	took = clock_mono(&kernel_clock) - began;
	if (took > l->stats.longest_ns)
		l->stats.longest_ns = took;
	l->stats.turns++;
	return n;
}

int loop_turn(struct loop *l)
{
	int n = turn(l, INT64_MAX);

	return n < 0 ? n : 0;
}

int loop_run(struct loop *l)
{
	int r = 0;

	while (!l->stop && r == 0)
		r = loop_turn(l);
	l->stop = false;
	return r;
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}

int loop_run_until(struct loop *l, int64_t at_ns)
{
	int n = 0;

	while (!l->stop && n >= 0) {
		n = turn(l, at_ns);
		if (n == 0 && clock_mono(l->clock) >= at_ns)
			break;
	}
	l->stop = false;
	return n < 0 ? n : 0;
}

void loop_stats(const struct loop *l, struct loop_stats *ret_stats)
{
	*ret_stats = l->stats;
	ret_stats->n_timers = l->n;
}
