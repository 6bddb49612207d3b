// SPDX-License-Identifier: GPL-2.0-or-later
/* loop: sources, timers and signals on a virtual clock; the kernel's clock where sleeping is the point. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/host/clock.h"
#include "daemon/loop.h"
#include "daemon/work.h"

struct seen {
	struct loop *l;
	struct clock clock;
	char order[64]; /* what was called, one letter each */
	unsigned int n;
};

struct named {
	struct seen *seen;
	char letter;
	int fd;
	struct loop_timer timer;
	struct loop_source *source, *other;
};

static void note(struct named *o)
{
	if (o->seen->n + 1 < sizeof(o->seen->order))
		o->seen->order[o->seen->n++] = o->letter;
}

static void on_timer(void *ctx)
{
	note(ctx);
}

static int setup(void **state)
{
	struct seen *s = calloc(1, sizeof(*s));

	s->clock = (struct clock){ .virtual = true, .mono = 1000 };
	*state = s;
	return loop_new(&s->clock, &s->l);
}

static int teardown(void **state)
{
	struct seen *s = *state;

	loop_free(s->l);
	free(s);
	return 0;
}

static struct named object(struct seen *s, char letter)
{
	return (struct named){ .seen = s, .letter = letter, .fd = -1, .timer.fn = on_timer };
}

static void test_timers_in_order(void **state)
{
	struct seen *s = *state;
	struct named o[5];

	for (int i = 0; i < 5; i++) {
		o[i] = object(s, (char)('a' + i));
		o[i].timer.ctx = &o[i];
	}
	loop_timer_set(s->l, &o[0].timer, 5000);
	loop_timer_set(s->l, &o[1].timer, 3000);
	loop_timer_set(s->l, &o[2].timer, 3000);
	loop_timer_set(s->l, &o[3].timer, 4000);
	loop_timer_set(s->l, &o[4].timer, 1); /* past: now */
	loop_timer_clear(&o[3].timer);
	loop_timer_clear(&o[3].timer);
	assert_false(loop_timer_running(&o[3].timer));
	assert_true(loop_timer_running(&o[0].timer));
	assert_int_equal(loop_run_until(s->l, 4500), 0);
	assert_string_equal(s->order, "ebc");
	assert_int_equal(clock_mono(&s->clock), 4500);
	loop_timer_set(s->l, &o[0].timer, 9000); /* moved */
	assert_int_equal(loop_run_until(s->l, 8999), 0);
	assert_string_equal(s->order, "ebc");
	assert_int_equal(loop_turn(s->l), 0);
	assert_string_equal(s->order, "ebca");
	assert_int_equal(clock_mono(&s->clock), 9000);
	assert_int_equal(loop_turn(s->l), -EDEADLK);
}

/* Against a plain list: 2,000 random settings, movings and clearings of 100 timers. */
static void test_heap(void **state)
{
	struct seen *s = *state;
	struct named o[100];
	unsigned int running = 0;
	struct loop_stats st;
	int64_t last = 0;

	srandom(7);
	for (int i = 0; i < 100; i++) {
		o[i] = object(s, 'x');
		o[i].timer.ctx = &o[i];
	}
	for (int i = 0; i < 2000; i++) {
		struct loop_timer *t = &o[random() % 100].timer;

		if (random() % 4 == 0)
			loop_timer_clear(t);
		else
			loop_timer_set(s->l, t, 2000 + random() % 500);
	}
	for (int i = 0; i < 100; i++)
		running += loop_timer_running(&o[i].timer);
	loop_stats(s->l, &st);
	assert_int_equal(st.n_timers, running);
	assert_true(running > 50);
	while (running) {
		int64_t next = INT64_MAX;

		for (int i = 0; i < 100; i++)
			if (loop_timer_running(&o[i].timer) && o[i].timer.at < next)
				next = o[i].timer.at;
		assert_int_equal(loop_turn(s->l), 0);
		assert_int_equal(clock_mono(&s->clock), next);
		assert_true(next > last);
		last = next;
		for (int i = 0; i < 100; i++)
			if (loop_timer_running(&o[i].timer))
				assert_true(o[i].timer.at > next);
		loop_stats(s->l, &st);
		assert_true(st.n_timers < running);
		running = st.n_timers;
	}
}

static void again(void *ctx)
{
	struct named *o = ctx;

	note(o);
	loop_timer_after(o->seen->l, &o->timer, 0);
}

static void on_event(void *ctx, uint32_t events)
{
	struct named *o = ctx;
	eventfd_t v;

	(void)events;
	eventfd_read(o->fd, &v);
	note(o);
}

static struct named source(struct seen *s, char letter)
{
	struct named o = object(s, letter);

	o.fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(o.fd >= 0);
	return o;
}

/* A timer that is always due leaves turns to sources and to other timers. */
static void test_greedy_timer(void **state)
{
	struct seen *s = *state;
	struct named greedy = object(s, 'g'), other = object(s, 'o'), fd = source(s, 'f');

	greedy.timer = (struct loop_timer){ .fn = again, .ctx = &greedy };
	other.timer.ctx = &other;
	loop_timer_set(s->l, &greedy.timer, 0);
	loop_timer_set(s->l, &other.timer, 0);
	assert_int_equal(loop_turn(s->l), 0);
	assert_string_equal(s->order, "go");
	assert_int_equal(loop_add(s->l, fd.fd, EPOLLIN, on_event, &fd, &fd.source), 0);
	assert_int_equal(loop_turn(s->l), 0);
	assert_string_equal(s->order, "gofg");
	loop_timer_clear(&greedy.timer);
	loop_remove(fd.source);
	close(fd.fd);
}

static void test_source(void **state)
{
	struct seen *s = *state;
	struct named a = source(s, 'a');
	struct loop_stats st;

	assert_int_equal(loop_add(s->l, a.fd, EPOLLIN, on_event, &a, &a.source), 0);
	assert_int_equal(loop_turn(s->l), 0);
	assert_string_equal(s->order, "a");
	assert_int_equal(loop_turn(s->l), -EDEADLK);
	eventfd_write(a.fd, 1);
	assert_int_equal(loop_modify(a.source, 0), 0);
	assert_int_equal(loop_turn(s->l), -EDEADLK);
	assert_int_equal(loop_modify(a.source, EPOLLIN), 0);
	assert_int_equal(loop_turn(s->l), 0);
	assert_string_equal(s->order, "aa");
	loop_stats(s->l, &st);
	assert_int_equal(st.n_sources, 1);
	assert_int_equal(st.turns, 2);
	loop_remove(a.source);
	loop_remove(NULL);
	eventfd_write(a.fd, 1);
	assert_int_equal(loop_turn(s->l), -EDEADLK);
	loop_stats(s->l, &st);
	assert_int_equal(st.n_sources, 0);
	close(a.fd);
}

static void test_not_for_epoll(void **state)
{
	struct seen *s = *state;
	struct loop_source *src = NULL;
	FILE *f = tmpfile();

	assert_int_equal(loop_add(s->l, fileno(f), EPOLLIN, on_event, NULL, &src), -EPERM);
	assert_int_equal(loop_add(s->l, -1, EPOLLIN, on_event, NULL, &src), -EBADF);
	assert_null(src);
	fclose(f);
}

static void remove_both(void *ctx, uint32_t events)
{
	struct named *o = ctx;

	(void)events;
	note(o);
	loop_remove(o->source);
	loop_remove(o->other);
}

/* Both are ready in one turn; whichever comes first removes both: the other is not called. */
static void test_remove_from_callback(void **state)
{
	struct seen *s = *state;
	struct named a = source(s, 'a'), b = source(s, 'b');

	assert_int_equal(loop_add(s->l, a.fd, EPOLLIN, remove_both, &a, &a.source), 0);
	assert_int_equal(loop_add(s->l, b.fd, EPOLLIN, remove_both, &b, &b.source), 0);
	a.other = b.source;
	b.other = a.source;
	assert_int_equal(loop_turn(s->l), 0);
	assert_int_equal(s->n, 1);
	assert_int_equal(loop_turn(s->l), -EDEADLK);
	close(a.fd);
	close(b.fd);
}

static void clear_other(void *ctx)
{
	struct named *o = ctx;

	note(o);
	loop_timer_clear(&o[1].timer);
}

static void test_clear_from_callback(void **state)
{
	struct seen *s = *state;
	struct named o[2] = { object(s, 'a'), object(s, 'b') };

	o[0].timer = (struct loop_timer){ .fn = clear_other, .ctx = o };
	o[1].timer.ctx = &o[1];
	loop_timer_set(s->l, &o[0].timer, 2000);
	loop_timer_set(s->l, &o[1].timer, 2000);
	assert_int_equal(loop_turn(s->l), 0);
	assert_string_equal(s->order, "a");
	assert_int_equal(loop_turn(s->l), -EDEADLK);
}

static void on_signal(void *ctx, int signo)
{
	struct named *o = ctx;

	assert_int_equal(signo, SIGUSR1);
	note(o);
	loop_remove(o->source);
	loop_stop(o->seen->l);
}

static void test_signals(void **state)
{
	struct seen *s = *state;
	struct named o = object(s, 's');
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	assert_int_equal(loop_signals(s->l, &set, on_signal, &o, &o.source), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(loop_run(s->l), 0);
	assert_string_equal(s->order, "s");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* loop_stop() before the first turn counts. */
static void test_stop_first(void **state)
{
	struct seen *s = *state;
	struct loop_stats st;

	loop_stop(s->l);
	assert_int_equal(loop_run(s->l), 0);
	loop_stats(s->l, &st);
	assert_int_equal(st.turns, 0);
	assert_int_equal(loop_run(s->l), -EDEADLK);
}

/* The kernel's clock: one sleep per timer, no turn before it is due, none without reason. */
static void test_kernel_clock(void **state)
{
	struct seen *s = *state;
	struct clock kernel = { 0 };
	struct named o = object(s, 't');
	struct loop_stats st;
	struct loop *l;
	int64_t began = clock_mono(&kernel);

	assert_int_equal(loop_new(&kernel, &l), 0);
	o.timer.ctx = &o;
	loop_timer_after(l, &o.timer, 2300000);
	assert_int_equal(loop_turn(l), 0);
	assert_string_equal(s->order, "t");
	assert_true(clock_mono(&kernel) - began >= 2300000);
	loop_stats(l, &st);
	assert_int_equal(st.turns, 1);
	assert_int_equal(st.sleeps, 1);
	assert_int_equal(st.n_timers, 0);
	assert_true(st.longest_ns > 0);
	loop_free(l);
	loop_free(NULL);
}

/* --- work ------------------------------------------------------------------------------------ */

struct job {
	struct work work;
	int wait_fd; /* -1: none */
};

static void run_job(struct host *h, struct work *w)
{
	const struct job *j = (const struct job *)w;
	char c;

	(void)h;
	if (j->wait_fd >= 0)
		assert_int_equal(read(j->wait_fd, &c, 1), 1);
}

static void job_done(void *ctx, struct work *w)
{
	(void)w;
	++*(unsigned int *)ctx;
}

/* 0.15.0, force_sync: one after the other, and one that hangs is waited for no longer than said. */
static void test_patience(void **state)
{
	struct seen *s = *state;
	struct job slow = { .work = { .run = run_job, .done = job_done } };
	struct job next = { .work = { .run = run_job, .done = job_done }, .wait_fd = -1 };
	struct work_pool *pool;
	unsigned int done = 0;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	slow.wait_fd = fds[0];
	assert_int_equal(work_pool_new(s->l, NULL, 4, &done, &pool), 0);
	work_patience(pool, NSEC_PER_SEC);
	assert_int_equal(work_submit(pool, &slow.work), 0);
	assert_int_equal(work_submit(pool, &next.work), 0);
	loop_run_until(s->l, clock_mono(&s->clock) + NSEC_PER_SEC / 2);
	assert_false(work_begun(&next.work));
	loop_run_until(s->l, clock_mono(&s->clock) + NSEC_PER_SEC);
	while (!work_begun(&next.work))
		sched_yield();
	while (!done)
		loop_run_until(s->l, clock_mono(&s->clock) + 1);
	assert_int_equal(write(fds[1], "x", 1), 1);
	while (done < 2)
		loop_run_until(s->l, clock_mono(&s->clock) + 1);
	assert_true(work_pool_free(pool));
	close(fds[0]);
	close(fds[1]);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_timers_in_order),
		T(test_heap),
		T(test_greedy_timer),
		T(test_source),
		T(test_not_for_epoll),
		T(test_remove_from_callback),
		T(test_clear_from_callback),
		T(test_signals),
		T(test_stop_first),
		T(test_kernel_clock),
		T(test_patience),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
