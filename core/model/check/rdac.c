/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rdac: the volume access control page (VPD C9h) of LSI, Engenio and NetApp E-Series arrays says
 * which controller owns the volume. The first check of a path also asks the array to report
 * commands it drops with status TASK ABORTED (the TAS bit of the Control mode page), where it can
 * be set; whatever becomes of that, the verdict comes from the page alone.
 */
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/check/check.h"
#include "core/model/rdac.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define TRIES	    5
#define MODE_HEADER 8
#define MODE_LEN    (MODE_HEADER + 12)
#define CONTROL	    0x0a /* SPC-6 7.5.10 */
#define TAS_AT	    (MODE_HEADER + 5)
#define TAS	    0x40

#define DOWN(why) " reports path is down: " why

enum { STEP_CURRENT, STEP_CHANGEABLE, STEP_SELECT, STEP_PAGE };

static void ask_mode(struct probe *p, struct probe_req *req, unsigned int step)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	p->step = step;
	scsi_mode_sense10(&req->scsi, step == STEP_CHANGEABLE ? 1 : 0, CONTROL, MODE_LEN,
			  p->timeout_ms);
}

static void ask_page(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	p->step = STEP_PAGE;
	p->mem.set = true;
	scsi_inquiry_vpd(&req->scsi, RDAC_PAGE, RDAC_PAGE_LEN, p->timeout_ms);
}

/* The page as it is now, kept in scratch, with TAS set and the fields that MODE SELECT reserves
 * (mode data length, PS) cleared: SPC-6 7.5.6. */
static void ask_select(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	p->step = STEP_SELECT;
	memcpy(req->out, p->scratch, MODE_LEN);
	put_be16(req->out, 0);
	req->out[MODE_HEADER] &= 0x3f;
	req->out[TAS_AT] |= TAS;
	scsi_mode_select10(&req->scsi, MODE_LEN, p->timeout_ms);
}

static void rdac_prepare(struct probe *p, struct probe_req *req)
{
	if (p->mem.set)
		ask_page(p, req);
	else
		ask_mode(p, req, STEP_CURRENT);
}

static bool control_page(const struct probe_rsp *rsp)
{
	struct sense s;

	return scsi_outcome(rsp->scsi, &s) == SCSI_OK && rsp->len >= MODE_LEN &&
	       (rsp->data[MODE_HEADER] & 0x3f) == CONTROL && rsp->data[MODE_HEADER + 1] >= 10;
}

/* One step of setting TAS; anything unexpected goes straight on to the page. */
static void tas_step(struct probe *p, const struct probe_rsp *rsp, struct probe_req *req)
{
	bool has_tas = p->step != STEP_SELECT && control_page(rsp) && rsp->data[TAS_AT] & TAS;

	if (p->step == STEP_CURRENT && control_page(rsp) && !has_tas) {
		memcpy(p->scratch, rsp->data, MODE_LEN);
		ask_mode(p, req, STEP_CHANGEABLE);
	} else if (p->step == STEP_CHANGEABLE && has_tas) {
		ask_select(p, req);
	} else {
		ask_page(p, req);
	}
}

static const char *unavailable_text(uint8_t reason)
{
	static const char *const texts[] = {
		[2] = DOWN("non-responsive to queries"),
		[3] = DOWN("ctlr held in reset"),
		[4] = DOWN("ctlr firmware downloading"),
		[5] = DOWN("ctlr firmware downloading"),
		[6] = DOWN("ctlr quiesced by admin request"),
		[7] = DOWN("ctlr is in service mode"),
	};

	if (reason >= 2 && reason < sizeof(texts) / sizeof(texts[0]))
		return texts[reason];
	return DOWN("ctlr is unavailable");
}

/* The controller's state, where the page carries target port group data: NULL is well. */
static const char *controller_trouble(const struct rdac_access *a)
{
	if (!a->has_tpg)
		return NULL;
	if (a->state == ALUA_UNAVAILABLE)
		return unavailable_text(a->reason);
	/* Both in transition: the array as a whole is changing over, and this path goes along. */
	if (a->state == ALUA_TRANSITIONING && a->alt_state != ALUA_TRANSITIONING)
		return DOWN("ctlr is in startup sequence");
	return NULL;
}

static enum probe_next rdac_page(const struct probe_rsp *rsp, struct check_verdict *v)
{
	struct rdac_access a;
	const char *trouble;

	if (rdac_access(rsp->data, rsp->len, &a))
		return check_done(v, PATH_DOWN, DOWN("inquiry failed"));
	if (!a.connected)
		return check_done(v, PATH_DOWN, DOWN("lun not connected"));
	trouble = controller_trouble(&a);
	if (trouble)
		return check_done(v, PATH_DOWN, trouble);
	return check_done(v, a.owner || a.ioship ? PATH_UP : PATH_GHOST, NULL);
}

static enum probe_next rdac_judge(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct check_verdict *v)
{
	struct sense s;

	if (!rsp->scsi)
		return check_no_fd(v);
	if (p->step != STEP_PAGE) {
		tas_step(p, rsp, req);
		return PROBE_MORE;
	}
	switch (scsi_outcome(rsp->scsi, &s)) {
	case SCSI_OK:
		return rdac_page(rsp, v);
	case SCSI_SENSE:
		if (s.key == SENSE_ILLEGAL_REQUEST) /* no such page: no such array */
			return check_done(v, PATH_WILD, NULL);
		break;
	case SCSI_RETRY:
		if (++p->retries >= TRIES)
			break;
		ask_page(p, req);
		return PROBE_MORE;
	case SCSI_NOTTY:
		return check_done(v, PATH_WILD, NULL);
	default:
		break;
	}
	return check_done(v, PATH_DOWN, DOWN("inquiry failed"));
}

const struct checker checker_rdac = {
	.name = "rdac",
	.supports = check_is_scsi,
	.prepare = rdac_prepare,
	.judge = rdac_judge,
	.expired = { PATH_DOWN, DOWN("inquiry failed") },
};
