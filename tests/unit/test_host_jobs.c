// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * jobs: order, limit, deadline, and that a hung job costs nobody else. "Hung" jobs wait on a
 * semaphore of the test, so that they end when the test does.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "core/host/clock.h"
#include "core/host/jobs.h"

static const struct clock kernel;

struct work {
	sem_t *gate; /* NULL: finish at once */
	atomic_int *started;
	pthread_t thread;
	bool done;
};

static void run(void *arg)
{
	struct work *w = arg;

	w->thread = pthread_self();
	if (w->started)
		atomic_fetch_add(w->started, 1);
	if (w->gate)
		sem_wait(w->gate);
	w->done = true;
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static int64_t in_ms(int64_t ms)
{
	return clock_mono(&kernel) + ms * NSEC_PER_MSEC;
}

static void test_inline(void **state)
{
	struct work w = { 0 };
	struct jobs *j;

	(void)state;
	assert_int_equal(jobs_new(0, &j), 0);
	assert_false(readable(jobs_fd(j)));
	assert_false(jobs_wait(j, INT64_MAX)); /* nothing can come: at once */
	assert_int_equal(jobs_submit(j, run, &w), 0);
	assert_true(w.done);
	assert_true(pthread_equal(w.thread, pthread_self()));
	assert_true(readable(jobs_fd(j)));
	assert_true(jobs_wait(j, 0));
	assert_int_equal(jobs_pending(j), 1);
	assert_ptr_equal(jobs_next(j), &w);
	assert_null(jobs_next(j));
	assert_int_equal(jobs_pending(j), 0);
	assert_false(readable(jobs_fd(j)));
	jobs_free(j);
	jobs_free(NULL);
}

static void hang(void *arg)
{
	struct work *w = arg;

	w->done = false;
	jobs_hang();
}

static void test_inline_hang(void **state)
{
	struct work stuck = { 0 }, fine = { 0 };
	struct jobs *j;

	(void)state;
	assert_int_equal(jobs_new(0, &j), 0);
	assert_int_equal(jobs_submit(j, hang, &stuck), 0);
	assert_int_equal(jobs_submit(j, run, &fine), 0);
	assert_ptr_equal(jobs_next(j), &fine);
	assert_false(jobs_wait(j, INT64_MAX));
	assert_int_equal(jobs_pending(j), 1);
	assert_int_equal(jobs_running(j), 1);
	jobs_free(j);
}

static void test_deadline(void **state)
{
	struct work stuck = { 0 }, fine = { 0 };
	int64_t before;
	struct jobs *j;
	sem_t gate;

	(void)state;
	sem_init(&gate, 0, 0);
	stuck.gate = &gate;
	assert_int_equal(jobs_new(4, &j), 0);
	assert_int_equal(jobs_submit(j, run, &stuck), 0);
	before = clock_mono(&kernel);
	assert_false(jobs_wait(j, in_ms(3)));
	assert_true(clock_mono(&kernel) - before >= 3 * NSEC_PER_MSEC);
	assert_int_equal(jobs_submit(j, run, &fine), 0);
	assert_true(jobs_wait(j, in_ms(20000)));
	assert_true(readable(jobs_fd(j)));
	assert_ptr_equal(jobs_next(j), &fine);
	assert_false(readable(jobs_fd(j)));
	assert_int_equal(jobs_pending(j), 1);
	assert_int_equal(jobs_running(j), 1);
	sem_post(&gate);
	assert_true(jobs_wait(j, in_ms(20000)));
	assert_ptr_equal(jobs_next(j), &stuck);
	assert_int_equal(jobs_running(j), 0);
	jobs_free(j);
	sem_destroy(&gate);
}

static int dropped;

static void drop(void *arg)
{
	(void)arg;
	dropped++;
}

static void test_limit(void **state)
{
	struct work w[JOBS_WORKERS + 10];
	atomic_int started = 0;
	struct jobs *j;
	sem_t gate;

	(void)state;
	sem_init(&gate, 0, 0);
	assert_int_equal(jobs_new(JOBS_WORKERS, &j), 0);
	for (int i = 0; i < JOBS_WORKERS + 10; i++) {
		w[i] = (struct work){ .gate = &gate, .started = &started };
		assert_int_equal(jobs_submit(j, run, &w[i]), 0);
	}
	for (int i = 0; i < 20000 && atomic_load(&started) < JOBS_WORKERS; i++)
		jobs_wait(j, in_ms(1));
	assert_int_equal(atomic_load(&started), JOBS_WORKERS);
	assert_int_equal(jobs_running(j), JOBS_WORKERS);
	assert_int_equal(jobs_pending(j), JOBS_WORKERS + 10);
	dropped = 0;
	jobs_drop_queued(j, drop);
	assert_int_equal(dropped, 10);
	assert_int_equal(jobs_pending(j), JOBS_WORKERS);
	for (int i = 0; i < JOBS_WORKERS; i++)
		sem_post(&gate);
	for (int i = 0; i < JOBS_WORKERS; i++) {
		assert_true(jobs_wait(j, in_ms(20000)));
		assert_non_null(jobs_next(j));
	}
	assert_int_equal(jobs_pending(j), 0);
	assert_int_equal(atomic_load(&started), JOBS_WORKERS);
	jobs_free(j);
	sem_destroy(&gate);
}

static void test_queue_drains(void **state)
{
	struct work w[100] = { 0 };
	struct jobs *j;
	int got = 0;

	(void)state;
	assert_int_equal(jobs_new(2, &j), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(jobs_submit(j, run, &w[i]), 0);
	while (got < 100 && jobs_wait(j, in_ms(20000)))
		while (jobs_next(j))
			got++;
	assert_int_equal(got, 100);
	for (int i = 0; i < 100; i++)
		assert_true(w[i].done);
	jobs_free(j);
}

static sem_t late_gate;
static atomic_int late_started;
static struct work late = { .gate = &late_gate, .started = &late_started };

/* The pool is gone when the hung job comes back: nothing may be touched that is no more. */
static void test_free_with_hung_job(void **state)
{
	struct jobs *j;

	(void)state;
	sem_init(&late_gate, 0, 0);
	assert_int_equal(jobs_new(3, &j), 0);
	assert_int_equal(jobs_submit(j, run, &late), 0);
	for (int i = 0; i < 20000 && !atomic_load(&late_started); i++)
		jobs_wait(j, in_ms(1));
	jobs_free(j);
	sem_post(&late_gate);
}

/* The owner of a lazy pool is not woken for a job that ended while another one waits for its turn. What
 * has ended is there all the same when the next one hangs, and the last one is told. */
static void test_lazy_owner(void **state)
{
	sem_t first, second;
	atomic_int started = 0;
	struct work a = { .gate = &first, .started = &started };
	struct work b = { .gate = &second, .started = &started };
	struct work *next = NULL;
	struct jobs *j;

	(void)state;
	sem_init(&first, 0, 0);
	sem_init(&second, 0, 0);
	assert_int_equal(jobs_new(4, &j), 0);
	jobs_lazy(j);
	assert_int_equal(jobs_submit(j, run, &a), 0);
	assert_int_equal(jobs_submit(j, run, &b), 0);
	assert_false(jobs_wait(j, in_ms(20)));
	sem_post(&first);
	while (atomic_load(&started) < 2)
		sched_yield();
	assert_false(readable(jobs_fd(j)));
	assert_ptr_equal(jobs_next(j), &a);
	assert_null(jobs_next(j));
	sem_post(&second);
	assert_true(jobs_wait(j, in_ms(10000)));
	assert_true(readable(jobs_fd(j)));
	next = jobs_next(j);
	assert_ptr_equal(next, &b);
	assert_false(readable(jobs_fd(j)));
	jobs_free(j);
	sem_destroy(&first);
	sem_destroy(&second);
}

/* But not for long while many are there to be looked at. */
static void test_lazy_owner_hears_of_many(void **state)
{
	static struct work many[JOBS_SILENCE], stuck, last; /* its worker outlives the test */
	static sem_t gate;
	struct work *w;
	unsigned int n = 0;
	struct jobs *j;

	(void)state;
	sem_init(&gate, 0, 0);
	stuck.gate = &gate;
	assert_int_equal(jobs_new(4, &j), 0);
	jobs_lazy(j);
	jobs_hold(j);
	for (int i = 0; i < JOBS_SILENCE; i++)
		assert_int_equal(jobs_submit(j, run, &many[i]), 0);
	assert_int_equal(jobs_submit(j, run, &stuck), 0);
	assert_int_equal(jobs_submit(j, run, &last), 0);
	jobs_release(j);
	for (int i = 0; i < 10000 && !readable(jobs_fd(j)); i++)
		jobs_wait(j, in_ms(1));
	assert_true(readable(jobs_fd(j)));
	while ((w = jobs_next(j)))
		n++;
	assert_int_equal(n, JOBS_SILENCE);
	assert_false(jobs_free(j)); /* one is stuck */
	sem_post(&gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inline),
		cmocka_unit_test(test_inline_hang),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_queue_drains),
		cmocka_unit_test(test_free_with_hung_job),
		cmocka_unit_test(test_lazy_owner),
		cmocka_unit_test(test_lazy_owner_hears_of_many),
	};

	return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
