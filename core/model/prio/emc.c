/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emc: the LUN state of the CLARiiON page (0 to 2) and 2 more on the default owner, so that the map
 * goes back there. Every error is 0, the rank of an unbound unit.
 */
#include <string.h>

#include "core/model/clariion.h"
#include "core/model/prio/prio.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define ERR(text) "emc prio: " text

static void emc_prepare(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_inquiry_vpd(&req->scsi, CLARIION_PAGE, CLARIION_PAGE_LEN, p->timeout_ms);
}

static enum probe_next emc_judge(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct prio_verdict *v)
{
	struct clariion_path c;
	struct sense s;

	(void)p;
	(void)req;
	if (!rsp->scsi || rsp->scsi->err)
		return prio_poor(v, 0, ERR("sending query command failed"));
	if (scsi_outcome(rsp->scsi, &s) != SCSI_OK)
		return prio_poor(v, 0, ERR("query command indicates error"));
	if (clariion_path(rsp->data, rsp->len, &c))
		return prio_poor(v, 0, ERR("path unit report page in unknown format"));
	if (!c.configured)
		return prio_poor(v, 0, ERR("path not correctly configured for failover"));
	if (!c.normal)
		return prio_poor(v, 0, ERR("path not available for normal operations"));
	return prio_done(v, (int)c.lun + (c.default_sp ? 2 : 0));
}

const struct prioritizer prio_emc = {
	.name = "emc",
	.prepare = emc_prepare,
	.judge = emc_judge,
};
