/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ana: the state of the namespace's ANA group, by three admin commands: does the controller report
 * ANA, which group is the namespace in, what state has the group. A log of many groups takes
 * several reads; where they stand is kept in scratch.
 */
#include <errno.h>
#include <string.h>

#include "core/model/ana.h"
#include "core/model/prio/prio.h"

#define LOG_LEN	  4096
#define ERR(text) "ANA error: " text

enum { STEP_CTRL, STEP_NS, STEP_LOG };

struct walk {
	uint32_t group, offset;
	uint16_t left;
	bool begun;
};
_Static_assert(sizeof(struct walk) <= sizeof(((struct probe *)0)->scratch), "scratch holds it");

static void ask(struct probe *p, struct probe_req *req, unsigned int step, uint32_t offset)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_NVME;
	p->step = step;
	if (step == STEP_CTRL)
		ana_identify_ctrl_cmd(&req->nvme, p->timeout_ms);
	else if (step == STEP_NS)
		ana_identify_ns_cmd(&req->nvme, (uint32_t)p->dev->lun, p->timeout_ms);
	else
		ana_log_cmd(&req->nvme, offset, LOG_LEN, p->timeout_ms);
}

static void ana_prepare(struct probe *p, struct probe_req *req)
{
	ask(p, req, STEP_CTRL, 0);
}

static enum probe_next judge_ctrl(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct prio_verdict *v)
{
	if (!ana_ctrl_supported(rsp->data, rsp->len))
		return prio_fail(v, ERR("ANA not supported"));
	ask(p, req, STEP_NS, 0);
	return PROBE_MORE;
}

static enum probe_next judge_ns(struct probe *p, const struct probe_rsp *rsp, struct probe_req *req,
				struct prio_verdict *v)
{
	struct walk w = { 0 };

	if (ana_ns_group(rsp->data, rsp->len, &w.group))
		return prio_fail(v, ERR("NSID or ANAGRPID not found"));
	memcpy(p->scratch, &w, sizeof(w));
	ask(p, req, STEP_LOG, 0);
	return PROBE_MORE;
}

static enum probe_next judge_state(unsigned int state, struct prio_verdict *v)
{
	int prio = ana_prio(state);

	return prio < 0 ? prio_fail(v, ERR("invalid ANA state")) : prio_done(v, prio);
}

static enum probe_next judge_log(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct prio_verdict *v)
{
	struct walk w;
	unsigned int state;
	size_t at = 0;
	int rc;

	memcpy(&w, p->scratch, sizeof(w));
	if (!w.begun) {
		if (ana_log_groups(rsp->data, rsp->len, &w.left))
			return prio_fail(v, ERR("couldn't get ana log"));
		w.begun = true;
		at = 16;
	}
	rc = ana_log_find(rsp->data, rsp->len, w.group, &at, &w.left, &state);
	if (!rc)
		return judge_state(state, v);
	/* Not a step forward: the answer was shorter than one group, and would be so again. */
	if (rc != -EAGAIN || !at || w.offset > UINT32_MAX - at)
		return prio_fail(v, ERR("NSID or ANAGRPID not found"));
	w.offset += (uint32_t)at;
	memcpy(p->scratch, &w, sizeof(w));
	ask(p, req, STEP_LOG, w.offset);
	return PROBE_MORE;
}

static enum probe_next ana_judge(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct prio_verdict *v)
{
	static const char *const why[] = {
		[STEP_CTRL] = ERR("couldn't get ctrl info"),
		[STEP_NS] = ERR("couldn't get namespace info"),
		[STEP_LOG] = ERR("couldn't get ana log"),
	};

	if (rsp->err || rsp->nvme_status)
		return prio_fail(v, why[p->step]);
	switch (p->step) {
	case STEP_CTRL:
		return judge_ctrl(p, rsp, req, v);
	case STEP_NS:
		return judge_ns(p, rsp, req, v);
	default:
		return judge_log(p, rsp, req, v);
	}
}

const struct prioritizer prio_ana = {
	.name = "ana",
	.prepare = ana_prepare,
	.judge = ana_judge,
};
