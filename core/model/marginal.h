/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * marginal.h - the marginal_path_* algorithm (behaviour.md 6.7): a path that failed twice within
 * double_failed_time is probed, once its checker says it is up again, with 10 direct reads a second
 * over sample_time; with more than rate_permille failed ones of 1000 it stays out and is probed
 * again gap_time later.
 *
 * No I/O here: marginal_next() says when the next read is due, the caller reads one logical block at
 * offset 0 and tells marginal_read_issued() and marginal_read_done(). Reads that were due but not issued (no worker, we were
 * late) do not count. A read that has no answer after MARGINAL_READ_TIMEOUT_NS is an error. Times
 * are CLOCK_MONOTONIC nanoseconds. The state is plain data, copied with its path.
 */
#ifndef MP_MARGINAL_H
#define MP_MARGINAL_H

#include <stdbool.h>
#include <stdint.h>

#define MARGINAL_READ_GAP_NS	 100000000LL
#define MARGINAL_READ_TIMEOUT_NS 60000000000LL
#define MARGINAL_IN_FLIGHT	 32 /* reads under way at most */

struct marginal_rules {
	int64_t sample_s, gap_s, double_failed_s;
	unsigned int rate_permille;
};

enum marginal_phase {
	MARGINAL_IDLE,	  /* nothing, or one failure remembered */
	MARGINAL_SUSPECT, /* failed twice: is tested as soon as it is up */
	MARGINAL_TESTING,
	MARGINAL_OUT, /* failed the test: tested again when the gap is over */
};

struct marginal {
	enum marginal_phase phase;
	bool failed_once;
	int64_t failed_ns;	    /* the failure remembered */
	int64_t started_ns;	    /* of the test, or of the gap */
	int64_t issued_ns;	    /* of the last read; 0: none yet */
	unsigned int reads, errors; /* answered, and of these failed */
	unsigned int in_flight;
	int64_t sent_ns[MARGINAL_IN_FLIGHT]; /* of the reads under way, 0: free */
};

/* The path went from usable to not. */
void marginal_failed(struct marginal *m, const struct marginal_rules *r, int64_t now_ns);

/* Begin a test; reads under way of an earlier one are forgotten. */
void marginal_start(struct marginal *m, int64_t now_ns);
void marginal_reset(struct marginal *m); /* to idle, nothing remembered */

/* While testing: is a read to be issued at @now_ns? Else *ret_at_ns is when to ask again. */
bool marginal_next(const struct marginal *m, const struct marginal_rules *r, int64_t now_ns,
		   int64_t *ret_at_ns);

/* A read is on its way to a worker; *ret_ticket is for marginal_read_done(). -EBUSY: too many are. */
int marginal_read_issued(struct marginal *m, int64_t now_ns, int64_t *ret_ticket);

enum marginal_read {
	MARGINAL_READ_OK,
	MARGINAL_READ_FAILED,
	MARGINAL_READ_DROPPED /* no worker */
};
/* An answer that is not awaited any more (another test, given up) changes nothing. */
void marginal_read_done(struct marginal *m, int64_t ticket, enum marginal_read how);

enum marginal_verdict { MARGINAL_UNDECIDED, MARGINAL_GOOD, MARGINAL_BAD };

/* Counts reads out of time, and judges once the test is over: GOOD leaves the state idle, BAD in
 * MARGINAL_OUT. A test without a single answer is good: it says nothing against the path. */
enum marginal_verdict marginal_judge(struct marginal *m, const struct marginal_rules *r,
				     int64_t now_ns);

/* MARGINAL_OUT: the time for the next test. */
int64_t marginal_retest_ns(const struct marginal *m, const struct marginal_rules *r);

#endif
