/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hds: Hitachi's modular arrays put the LDEV number and the controller into the vendor's part of
 * the INQUIRY data. Even LDEVs go to even controllers and odd to odd ones: half of the load each,
 * and the same half on every host of a cluster.
 */
#include <ctype.h>
#include <string.h>

#include "core/model/prio/prio.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define LDEV_LAST  47 /* last of four hex digits */
#define CONTROLLER 49 /* one decimal digit */

static void hds_prepare(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_inquiry(&req->scsi, 255, p->timeout_ms);
}

/* Even and odd alternate through '0'..'9' as through the byte values; 'A' is ten, and odd as a
 * byte value. */
static bool odd_hex(uint8_t digit)
{
	return isdigit(digit) ? digit & 1 : !(digit & 1);
}

static enum probe_next hds_judge(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct prio_verdict *v)
{
	struct sense s;
	uint8_t ldev, controller;

	(void)p;
	(void)req;
	if (!rsp->scsi || rsp->scsi->err)
		return prio_fail(v, "hds prio: SG_IO error");
	if (scsi_outcome(rsp->scsi, &s) != SCSI_OK)
		return prio_fail(v, "hds prio: SCSI error");
	if (rsp->len <= CONTROLLER)
		return prio_fail(v, "hds prio: INQUIRY data too short");
	ldev = rsp->data[LDEV_LAST];
	controller = rsp->data[CONTROLLER];
	if (!isdigit(controller) || !isxdigit(ldev))
		return prio_fail(v, "hds prio: no controller and LDEV number in INQUIRY data");
	return prio_done(v, odd_hex(ldev) == odd_hex(controller) ? 1 : 0);
}

const struct prioritizer prio_hds = {
	.name = "hds",
	.prepare = hds_prepare,
	.judge = hds_judge,
};
