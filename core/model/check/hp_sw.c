/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hp_sw: active/passive HP and Compaq arrays without ALUA. The unit serial number page answers on
 * every path that leads to a controller; TEST UNIT READY only on the active one.
 */
#include <string.h>

#include "core/model/check/check.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

enum { STEP_INQUIRY, STEP_TUR };

static void hp_sw_prepare(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_inquiry_vpd(&req->scsi, VPD_SERIAL, 255, p->timeout_ms);
}

/* @good: the command did what it was asked to. */
static enum probe_next hp_sw_step(struct probe *p, bool good, struct probe_req *req,
				  struct check_verdict *v)
{
	if (p->step == STEP_TUR)
		return check_done(v, good ? PATH_UP : PATH_GHOST, NULL);
	if (!good)
		return check_done(v, PATH_DOWN, NULL);
	p->step = STEP_TUR;
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_test_unit_ready(&req->scsi, p->timeout_ms);
	return PROBE_MORE;
}

static enum probe_next hp_sw_judge(struct probe *p, const struct probe_rsp *rsp,
				   struct probe_req *req, struct check_verdict *v)
{
	enum scsi_outcome o;
	struct sense s;

	if (!rsp->scsi)
		return check_no_fd(v);
	o = scsi_outcome(rsp->scsi, &s);
	if (o == SCSI_NOTTY && p->step == STEP_INQUIRY)
		return check_done(v, PATH_WILD, NULL);
	return hp_sw_step(p, o == SCSI_OK, req, v);
}

const struct checker checker_hp_sw = {
	.name = "hp_sw",
	.supports = check_is_scsi,
	.prepare = hp_sw_prepare,
	.judge = hp_sw_judge,
	.expired = { PATH_DOWN, " reports path is down" },
};
