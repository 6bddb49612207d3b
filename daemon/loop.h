/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop.h - the one thread that owns all state of the daemon: sources (file descriptors), timers
 * and signals, by epoll. Nothing wakes when nothing is due. All calls are for that one thread.
 *
 * Times are nanoseconds of clock_mono() of the clock the loop was made with. On a virtual clock the
 * loop never sleeps: where no source is ready it turns the clock to the next timer.
 */
#ifndef MP_LOOP_H
#define MP_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct clock;
struct loop;
struct loop_source;

/* @clock stays the caller's and must outlive the loop. */
int loop_new(struct clock *clock, struct loop **ret_loop);
/* Sources that are left go with it (their descriptors do not), timers are cleared. NULL is fine. */
void loop_free(struct loop *l);

/*
 * Call @fn while @fd has one of @events (EPOLLIN, EPOLLOUT; EPOLLHUP and EPOLLERR always count).
 * @fd stays the caller's, who removes the source before closing it. -EPERM: nothing to wait for
 * (a regular file).
 */
typedef void (*loop_fn)(void *ctx, uint32_t events);
int loop_add(struct loop *l, int fd, uint32_t events, loop_fn fn, void *ctx,
	     struct loop_source **ret_source);
/* @events 0: the source sleeps, not even a hang-up wakes it. */
int loop_modify(struct loop_source *s, uint32_t events);
/* From any callback, its own included; @fn is not called any more, even for what this turn has
 * already found. NULL is fine. */
void loop_remove(struct loop_source *s);

/*
 * A timer lives inside its owner's object: fill in @fn and @ctx, leave the rest zero. It is called
 * once for each loop_timer_set(). An owner clears its timers before it goes.
 */
struct loop_timer {
	void (*fn)(void *ctx);
	void *ctx;
	struct loop *loop; /* set: NULL when not running */
	int64_t at;
	uint64_t seq; /* equal times go in the order of setting */
	unsigned int pos;
};

/* Start it, or move it; a time that is past is now. Out of memory ends the program. */
void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at_ns);
void loop_timer_after(struct loop *l, struct loop_timer *t, int64_t ns);
void loop_timer_clear(struct loop_timer *t); /* as often as you like */
bool loop_timer_running(const struct loop_timer *t);

/* The time the running turn began at; between turns, that of the clock. */
int64_t loop_now(const struct loop *l);

/*
 * Block the signals of @set in this thread (threads made later inherit it) and hand each to @fn;
 * several of one number may come as one. The source owns its descriptor.
 */
int loop_signals(struct loop *l, const sigset_t *set, void (*fn)(void *ctx, int signo), void *ctx,
		 struct loop_source **ret_source);

/* This turn has taken long (LOOP_SLICE_NS of the clock): whoever has a list to work through leaves the
 * rest to the next turn, so that the others have theirs. */
#define LOOP_SLICE_NS (25 * NSEC_PER_MSEC)
bool loop_turn_is_long(const struct loop *l);

/*
 * One turn: wait for sources or the next timer, call what is ready, then what is due. A timer that
 * a callback sets for now comes with this turn or the next, sources are asked in between.
 * -EDEADLK on a virtual clock when no timer runs and no source is ready: nothing can ever happen.
 */
int loop_turn(struct loop *l);
/* Turns until loop_stop(), none if that came before. 0 or -errno of a turn. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* Turns until the clock has reached @at_ns and nothing is ready or due any more; loop_stop() ends
 * it before. Never -EDEADLK. */
int loop_run_until(struct loop *l, int64_t at_ns);

struct loop_stats {
	uint64_t turns;
	uint64_t sleeps;    /* turns that had nothing to do at first and let the kernel wait */
	int64_t longest_ns; /* of the kernel's time, from the end of the wait to the end of the turn */
	unsigned int n_timers; /* running now */
	unsigned int n_sources;
};
void loop_stats(const struct loop *l, struct loop_stats *ret_stats);

#endif
