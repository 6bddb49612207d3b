/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random: 1 to 10 by chance, to see how failback and grouping behave. The chance is the caller's
 * (probe.random), so that this stays a pure function. */
#include "core/model/prio/prio.h"

static enum probe_next random_judge(struct probe *p, const struct probe_rsp *rsp,
				    struct probe_req *req, struct prio_verdict *v)
{
	(void)rsp;
	(void)req;
	return prio_done(v, (int)(p->random % 10) + 1);
}

const struct prioritizer prio_random = {
	.name = "random",
	.prepare = prio_no_io,
	.judge = random_judge,
};
