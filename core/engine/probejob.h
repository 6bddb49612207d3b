/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probejob.h - one path asked on a worker thread: identity pages, checker, prioritizer.
 *
 * The owner makes a job from a path, hands probe_job_run() to the pool (core/host/jobs.h) and, when
 * it is back, keeps what it found. A job has its own copy of everything it reads: path, topology and
 * configuration may go while it runs. Until it is back it belongs to the pool.
 */
#ifndef MP_PROBEJOB_H
#define MP_PROBEJOB_H

#include "core/engine/ask.h"
#include "core/engine/engine.h"

enum survey_want {
	SURVEY_IDENTITY = 1, /* INQUIRY and VPD pages that sysfs lacks */
	SURVEY_CHECK = 2,
	SURVEY_PRIO = 4,
	SURVEY_ALL = 7,
	SURVEY_AGAIN = 8, /* with checker and prioritizer as they were chosen before */
	SURVEY_WWID = 16, /* alone: VPD page 83h by command, whatever sysfs has */
};

struct probe_job;

struct probe_job *probe_job_new(struct engine *e, const struct path *p, unsigned int want);
void probe_job_run(void *job); /* to its end, on the worker */
void probe_job_free(struct probe_job *j);

/*
 * Or in steps, where many are asked. A job that may leave its commands with the device says ASK_LEFT: it
 * belongs to its owner again, who goes on when probe_job_fd() is readable, without @may_wait on the
 * thread that must not wait, until that says ASK_BLOCKS. A job that is freed forgets its command.
 */
void probe_job_may_leave(struct probe_job *j);
enum ask_progress probe_job_step(struct probe_job *j, bool may_wait, int stay_ms);
int probe_job_fd(const struct probe_job *j);

/* For each command; the whole job may take a little longer. */
unsigned int probe_job_timeout_ms(const struct probe_job *j);

/*
 * Keep in @p all that was found but its state: pages, what was detected, priority, the checker's
 * memory and message. Logged.
 */
void probe_job_keep(struct engine *e, const struct probe_job *j, struct path *p);

/* The checker's verdict as it was given; false: nobody was asked. */
bool probe_job_verdict(const struct probe_job *j, enum path_state *ret_state);

/* SURVEY_WWID: the WWID that the page gives; false: it could not be had. */
bool probe_job_wwid(const struct probe_job *j, char wwid[WWID_MAX]);

/* What a verdict means for the state of @p: how it came to be down does not show. */
enum path_state probe_job_settled(const struct path *p, enum path_state s);

#endif
