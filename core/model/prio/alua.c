/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alua: asks the target itself. Which group the path belongs to stands in page 83h and whether the
 * unit knows target port groups in the INQUIRY data; both are asked of the device only where the
 * facts lack them. Then REPORT TARGET PORT GROUPS gives the group's state.
 */
#include <stdio.h>
#include <string.h>

#include "core/model/alua.h"
#include "core/model/bytes.h"
#include "core/model/prio/prio.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"
#include "core/model/vpd.h"

#define TRIES 3

enum { STEP_INQUIRY, STEP_VPD83, STEP_RTPG };

static void ask(struct probe *p, struct probe_req *req, unsigned int step)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	p->step = step;
	if (step == STEP_INQUIRY)
		scsi_inquiry(&req->scsi, 96, p->timeout_ms);
	else if (step == STEP_VPD83)
		scsi_inquiry_vpd(&req->scsi, VPD_DEVICE_ID, PROBE_DATA_MAX, p->timeout_ms);
	else
		alua_rtpg_cmd(&req->scsi, PROBE_DATA_MAX, p->timeout_ms, false);
}

/* The group's identifier crosses to the next answer in scratch. */
static void ask_rtpg(struct probe *p, struct probe_req *req, unsigned int tpg)
{
	p->retries = 0;
	put_be16(p->scratch, (uint16_t)tpg);
	ask(p, req, STEP_RTPG);
}

static void after_inquiry(struct probe *p, struct probe_req *req)
{
	unsigned int tpg;

	p->retries = 0;
	if (!vpd83_tpg(p->dev->vpd83.data, p->dev->vpd83.len, &tpg))
		ask_rtpg(p, req, tpg);
	else
		ask(p, req, STEP_VPD83);
}

static void alua_prepare(struct probe *p, struct probe_req *req)
{
	if (inquiry_tpgs(p->dev->inquiry.data, p->dev->inquiry.len) > 0)
		after_inquiry(p, req);
	else
		ask(p, req, STEP_INQUIRY);
}

static enum probe_next failed(const struct probe *p, struct prio_verdict *v)
{
	static const char *const why[] = {
		[STEP_INQUIRY] = "alua not supported",
		[STEP_VPD83] = "couldn't get target port group",
		[STEP_RTPG] = "couldn't get asymmetric access state",
	};

	return prio_fail(v, why[p->step]);
}

static enum probe_next judge_rtpg(struct probe *p, const struct probe_rsp *rsp,
				  struct prio_verdict *v)
{
	unsigned int state, tpg = get_be16(p->scratch);
	bool preferred;

	if (alua_rtpg_find(rsp->data, rsp->len, false, tpg, &state, &preferred))
		return failed(p, v);
	prio_done(v, alua_prio(state, preferred, prio_exclusive_pref(p->args)));
	v->has_tpg = true;
	v->tpg = tpg;
	return PROBE_DONE;
}

static enum probe_next judge_data(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct prio_verdict *v)
{
	unsigned int tpg;

	switch (p->step) {
	case STEP_INQUIRY:
		if (inquiry_tpgs(rsp->data, rsp->len) <= 0)
			return failed(p, v);
		after_inquiry(p, req);
		return PROBE_MORE;
	case STEP_VPD83:
		if (vpd83_tpg(rsp->data, rsp->len, &tpg))
			return failed(p, v);
		ask_rtpg(p, req, tpg);
		return PROBE_MORE;
	default:
		return judge_rtpg(p, rsp, v);
	}
}

static enum probe_next alua_judge(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct prio_verdict *v)
{
	struct sense s;

	if (!rsp->scsi)
		return failed(p, v);
	switch (scsi_outcome(rsp->scsi, &s)) {
	case SCSI_OK:
		return judge_data(p, rsp, req, v);
	case SCSI_RETRY:
		if (++p->retries >= TRIES)
			return failed(p, v);
		ask(p, req, p->step);
		return PROBE_MORE;
	default:
		return failed(p, v);
	}
}

const struct prioritizer prio_alua = {
	.name = "alua",
	.prepare = alua_prepare,
	.judge = alua_judge,
};
