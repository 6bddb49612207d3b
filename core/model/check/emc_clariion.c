/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emc_clariion: the unit path report page says whether this path can be used; a passive path is up
 * too, since the array trespasses the unit when it must. The page cannot tell an inactive snapshot,
 * only a read through the owning processor can; what that read found holds for the passive paths
 * of the map as well and is kept in probe.map_mem. The unit's WWN of the first check is kept in
 * probe.mem: a path that suddenly leads to another unit must not be used.
 */
#include <errno.h>
#include <string.h>

#include "core/model/check/check.h"
#include "core/model/clariion.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define TRIES	   5
#define READ_TRIES 3
#define SNAPSHOT   1u /* in map_mem: an inactive snapshot */

/* Said of passive paths as well. */
#define HEALTHY ": Active path is healthy"

enum { STEP_PAGE, STEP_READ };

static void emc_prepare(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_inquiry_vpd(&req->scsi, CLARIION_PAGE, CLARIION_PAGE_LEN, p->timeout_ms);
}

/* Is this the unit it was at first? Remembers it when there was none. */
static bool same_unit(struct probe *p, const struct clariion_path *c)
{
	if (!p->mem.set) {
		memcpy(p->mem.bytes, c->wwn, sizeof(c->wwn));
		p->mem.set = true;
	}
	return !memcmp(p->mem.bytes, c->wwn, sizeof(c->wwn));
}

static enum probe_next judge_page(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct check_verdict *v)
{
	struct clariion_path c;

	if (clariion_path(rsp->data, rsp->len, &c))
		return check_done(v, PATH_DOWN, ": Path unit report page in unknown format");
	if (!c.configured)
		return check_done(v, PATH_DOWN, ": Path not correctly configured for failover");
	if (!c.normal)
		return check_done(v, PATH_SHAKY, ": Path not available for normal operations");
	if (!c.lun)
		return check_done(v, PATH_DOWN, ": Logical Unit is unbound or LUNZ");
	if (!same_unit(p, &c))
		return check_done(v, PATH_DOWN, ": Logical Unit WWN has changed");
	if (c.lun == 2) {
		p->step = STEP_READ;
		p->retries = 0;
		check_read_first(p, req);
		return PROBE_MORE;
	}
	if (p->map_mem & SNAPSHOT)
		return check_done(v, PATH_DOWN, NULL);
	return check_done(v, PATH_UP, HEALTHY);
}

static enum probe_next judge_inquiry(struct probe *p, const struct probe_rsp *rsp,
				     struct probe_req *req, struct check_verdict *v)
{
	struct sense s;

	switch (scsi_outcome(rsp->scsi, &s)) {
	case SCSI_OK:
		return judge_page(p, rsp, req, v);
	case SCSI_RETRY:
		if (++p->retries >= TRIES)
			break;
		emc_prepare(p, req);
		return PROBE_MORE;
	case SCSI_SENSE:
		if (s.key != SENSE_ILLEGAL_REQUEST)
			break;
		return check_done(v, PATH_WILD, NULL); /* no such page: no such array */
	case SCSI_NOTTY:
		return check_done(v, PATH_WILD, NULL);
	case SCSI_ERROR:
		return check_done(v, PATH_DOWN, ": sending query command failed");
	default:
		break;
	}
	return check_done(v, PATH_DOWN, ": query command indicates error");
}

/* Logical unit not supported, with the vendor's qualifier 1: a snapshot that is not active. */
static enum probe_next judge_read_error(struct probe *p, const struct sense *s,
					struct check_verdict *v)
{
	if (s->key == SENSE_ILLEGAL_REQUEST && s->asc == 0x25 && s->ascq == 0x01) {
		p->map_mem |= SNAPSHOT;
		return check_done(v, PATH_DOWN, NULL);
	}
	return check_done(v, PATH_DOWN, ": Read error");
}

static enum probe_next judge_read(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct check_verdict *v)
{
	struct sense s;
	enum scsi_outcome o = scsi_outcome(rsp->scsi, &s);

	if (o == SCSI_OK || rsp->scsi->err == ENOMEM) {
		p->map_mem &= ~SNAPSHOT;
		return check_done(v, PATH_UP, HEALTHY);
	}
	if (o == SCSI_RETRY && s.key == SENSE_UNIT_ATTENTION && ++p->retries < READ_TRIES) {
		check_read_first(p, req);
		return PROBE_MORE;
	}
	return judge_read_error(p, &s, v);
}

static enum probe_next emc_judge(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct check_verdict *v)
{
	if (!rsp->scsi)
		return check_no_fd(v);
	if (p->step == STEP_PAGE)
		return judge_inquiry(p, rsp, req, v);
	return judge_read(p, rsp, req, v);
}

const struct checker checker_emc_clariion = {
	.name = "emc_clariion",
	.supports = check_is_scsi,
	.prepare = emc_prepare,
	.judge = emc_judge,
	.expired = { PATH_DOWN, ": query command indicates error" },
};
