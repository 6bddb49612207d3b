/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rdac: a sum of what the volume access page says of the path: 8 both controllers take I/O, 4
 * preferred path, 2 owning controller, 1 secondary path. Every error is 0.
 */
#include <string.h>

#include "core/model/prio/prio.h"
#include "core/model/rdac.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define ERR(text) "rdac prio: " text

static void rdac_prepare(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_inquiry_vpd(&req->scsi, RDAC_PAGE, 128, p->timeout_ms);
}

static int rank(const struct rdac_access *a)
{
	int prio = a->owner ? 2 : 0;

	if (a->preference == 1)
		prio |= 4;
	else if (a->preference == 2)
		prio |= 1;
	return a->ioship ? prio | 8 : prio;
}

/* "vac" and the one length the page has had: what looks different is another page. */
static bool known_format(const struct probe_rsp *rsp)
{
	return rsp->len >= 8 && rsp->data[1] == RDAC_PAGE && rsp->data[3] == RDAC_PAGE_LEN - 4 &&
	       !memcmp(rsp->data + 4, "vac", 3);
}

static enum probe_next rdac_judge(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct prio_verdict *v)
{
	struct rdac_access a;
	struct sense s;

	(void)p;
	(void)req;
	if (!rsp->scsi || rsp->scsi->err)
		return prio_poor(v, 0, ERR("sending inquiry command failed"));
	if (scsi_outcome(rsp->scsi, &s) != SCSI_OK)
		return prio_poor(v, 0, ERR("inquiry command indicates error"));
	if (!known_format(rsp) || rdac_access(rsp->data, rsp->len, &a))
		return prio_poor(v, 0, ERR("volume access control page in unknown format"));
	return prio_done(v, rank(&a));
}

const struct prioritizer prio_rdac = {
	.name = "rdac",
	.prepare = rdac_prepare,
	.judge = rdac_judge,
};
