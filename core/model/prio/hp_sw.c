/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hp_sw: TEST UNIT READY on active/passive HP arrays: 4 where the unit is ready, 2 where it must be
 * started first (a standby path), 0 for everything else.
 */
#include <string.h>

#include "core/model/prio/prio.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define TRIES	5
#define ACTIVE	4
#define STANDBY 2
#define FAILED	0

static void hp_sw_prepare(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_test_unit_ready(&req->scsi, p->timeout_ms);
}

static enum probe_next hp_sw_judge(struct probe *p, const struct probe_rsp *rsp,
				   struct probe_req *req, struct prio_verdict *v)
{
	struct sense s;

	if (!rsp->scsi || rsp->scsi->err)
		return prio_poor(v, FAILED, "hp_sw prio: sending tur command failed");
	switch (scsi_outcome(rsp->scsi, &s)) {
	case SCSI_OK:
		return prio_done(v, ACTIVE);
	case SCSI_SENSE:
		/* Initializing command required: START STOP UNIT makes it the active path. */
		if (s.key == SENSE_NOT_READY && s.asc == 0x04 && s.ascq == 0x02)
			return prio_done(v, STANDBY);
		break;
	case SCSI_RETRY:
		if (s.key != SENSE_UNIT_ATTENTION || s.asc != 0x29 || ++p->retries >= TRIES)
			break;
		hp_sw_prepare(p, req);
		return PROBE_MORE;
	default:
		break;
	}
	return prio_poor(v, FAILED, "hp_sw prio: path not ready");
}

const struct prioritizer prio_hp_sw = {
	.name = "hp_sw",
	.prepare = hp_sw_prepare,
	.judge = hp_sw_judge,
};
