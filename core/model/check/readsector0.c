/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * readsector0: the oldest check, a READ(10) of the first block by way of SG_IO. A host that is out
 * of memory says nothing about the path, so that it counts as up.
 */
#include <errno.h>
#include <string.h>

#include "core/model/check/check.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define TRIES 3

static enum probe_next readsector0_judge(struct probe *p, const struct probe_rsp *rsp,
					 struct probe_req *req, struct check_verdict *v)
{
	struct sense s;

	if (!rsp->scsi)
		return check_no_fd(v);
	if (rsp->scsi->err == ENOMEM)
		return check_done(v, PATH_UP, NULL);
	switch (scsi_outcome(rsp->scsi, &s)) {
	case SCSI_OK:
		return check_done(v, PATH_UP, NULL);
	case SCSI_RETRY:
		if (s.key != SENSE_UNIT_ATTENTION || ++p->retries >= TRIES)
			break;
		check_read_first(p, req);
		return PROBE_MORE;
	default:
		break;
	}
	return check_done(v, PATH_DOWN, NULL);
}

const struct checker checker_readsector0 = {
	.name = "readsector0",
	.prepare = check_read_first,
	.judge = readsector0_judge,
	.expired = { PATH_DOWN, " reports path is down" },
};
