// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads are told apart by the time they were issued, so that the answer to one of an earlier test, or
 * to one given up, changes no count. Whether the test is over is asked of the clock, not of the number of reads: how
 * many we managed says nothing about the path.
 */
#include "core/model/marginal.h"

#include <errno.h>

#include "core/host/clock.h"

void marginal_failed(struct marginal *m, const struct marginal_rules *r, int64_t now_ns)
{
	if (m->phase != MARGINAL_IDLE)
		return;
	if (m->failed_once && now_ns - m->failed_ns <= r->double_failed_s * NSEC_PER_SEC) {
		m->phase = MARGINAL_SUSPECT;
		return;
	}
	m->failed_once = true;
	m->failed_ns = now_ns;
}

void marginal_start(struct marginal *m, int64_t now_ns)
{
	*m = (struct marginal){ .phase = MARGINAL_TESTING, .started_ns = now_ns };
}

void marginal_reset(struct marginal *m)
{
	*m = (struct marginal){ .phase = MARGINAL_IDLE };
}

static int64_t test_end(const struct marginal *m, const struct marginal_rules *r)
{
	return m->started_ns + r->sample_s * NSEC_PER_SEC;
}

bool marginal_next(const struct marginal *m, const struct marginal_rules *r, int64_t now_ns,
		   int64_t *ret_at_ns)
{
	int64_t due = m->issued_ns ? m->issued_ns + MARGINAL_READ_GAP_NS : m->started_ns;
	int64_t end = test_end(m, r);

	if (m->phase != MARGINAL_TESTING) {
		*ret_at_ns = INT64_MAX;
		return false;
	}
	if (now_ns >= end || due > now_ns) {
		*ret_at_ns = due > now_ns && due < end ? due : end;
		return false;
	}
	if (m->in_flight == MARGINAL_IN_FLIGHT) {
		*ret_at_ns = now_ns + MARGINAL_READ_GAP_NS;
		return false;
	}
	return true;
}

int marginal_read_issued(struct marginal *m, int64_t now_ns, int64_t *ret_ticket)
{
	for (unsigned int i = 0; i < MARGINAL_IN_FLIGHT; i++) {
		if (m->sent_ns[i])
			continue;
		m->sent_ns[i] = m->issued_ns = *ret_ticket = now_ns;
		m->in_flight++;
		return 0;
	}
	return -EBUSY;
}

static void end_read(struct marginal *m, unsigned int slot, enum marginal_read how)
{
	m->sent_ns[slot] = 0;
	m->in_flight--;
	m->reads += how != MARGINAL_READ_DROPPED;
	m->errors += how == MARGINAL_READ_FAILED;
}

void marginal_read_done(struct marginal *m, int64_t ticket, enum marginal_read how)
{
	for (unsigned int i = 0; i < MARGINAL_IN_FLIGHT; i++)
		if (ticket && m->sent_ns[i] == ticket)
			end_read(m, i, how);
}

static void count_stalled(struct marginal *m, int64_t now_ns)
{
	for (unsigned int i = 0; i < MARGINAL_IN_FLIGHT; i++)
		if (m->sent_ns[i] && now_ns - m->sent_ns[i] >= MARGINAL_READ_TIMEOUT_NS)
			end_read(m, i, MARGINAL_READ_FAILED);
}

enum marginal_verdict marginal_judge(struct marginal *m, const struct marginal_rules *r,
				     int64_t now_ns)
{
	if (m->phase != MARGINAL_TESTING)
		return MARGINAL_UNDECIDED;
	count_stalled(m, now_ns);
	if (now_ns < test_end(m, r))
		return MARGINAL_UNDECIDED;
	if ((uint64_t)m->errors * 1000 <= (uint64_t)m->reads * r->rate_permille) {
		marginal_reset(m);
		return MARGINAL_GOOD;
	}
	m->phase = MARGINAL_OUT;
	m->started_ns = now_ns;
	return MARGINAL_BAD;
}

int64_t marginal_retest_ns(const struct marginal *m, const struct marginal_rules *r)
{
	return m->started_ns + r->gap_s * NSEC_PER_SEC;
}
