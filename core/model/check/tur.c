/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tur: TEST UNIT READY, the check that touches no medium. Unit attentions and transient errors are
 * asked again at once, a bounded number of times: they tell of the past, not of the path. A
 * reservation held by somebody else leaves the path itself usable. cciss_tur was the same question
 * put through an ioctl that is gone from the kernel; the name lives on with these functions.
 */
#include <string.h>

#include "core/model/check/check.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define TRIES 5

static void tur_prepare(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_test_unit_ready(&req->scsi, p->timeout_ms);
}

/* ASC and ASCQ: SPC-6 annex F. */
static enum probe_next tur_sense(const struct sense *s, struct check_verdict *v)
{
	if (s->key == SENSE_NOT_READY && s->asc == 0x04 && s->ascq == 0x0b)
		return check_done(v, PATH_GHOST, NULL); /* target port in standby state */
	if (s->key == SENSE_NOT_READY && s->asc == 0x04 && s->ascq == 0x0a)
		return check_done(v, PATH_PENDING, " reports path is transitioning");
	if (s->key == SENSE_ILLEGAL_REQUEST && s->asc == 0x25 && s->ascq == 0x00)
		return check_done(v, PATH_DISCONNECTED, NULL); /* no such logical unit any more */
	return check_done(v, PATH_DOWN, NULL);
}

static enum probe_next tur_judge(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct check_verdict *v)
{
	struct sense s;

	if (!rsp->scsi)
		return check_no_fd(v);
	switch (scsi_outcome(rsp->scsi, &s)) {
	case SCSI_OK:
	case SCSI_RESERVED:
		return check_done(v, PATH_UP, NULL);
	case SCSI_RETRY:
		if (++p->retries >= TRIES)
			return check_done(v, PATH_DOWN, NULL);
		tur_prepare(p, req);
		return PROBE_MORE;
	case SCSI_SENSE:
		return tur_sense(&s, v);
	case SCSI_NOTTY:
		return check_done(v, PATH_WILD, NULL);
	default:
		return check_done(v, PATH_DOWN, NULL);
	}
}

const struct checker checker_tur = {
	.name = "tur",
	.prepare = tur_prepare,
	.judge = tur_judge,
	.running = " still running",
	.expired = { PATH_TIMEOUT, " timed out" },
};

const struct checker checker_cciss_tur = {
	.name = "cciss_tur",
	.prepare = tur_prepare,
	.judge = tur_judge,
	.running = " still running",
	.expired = { PATH_TIMEOUT, " timed out" },
};
