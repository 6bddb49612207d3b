/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ontap: NetApp's GET VENDOR ATTRIBUTES (page 41h) names the initiator driver, which tells iSCSI
 * from FCP; for FCP page C1h tells whether this path goes through the partner node. 4 FCP direct
 * or unknown, 3 iSCSI adapter, 2 iSCSI software, 1 FCP by proxy, 0 where nothing was answered.
 */
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/prio/prio.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define ERR(text) "ontap prio: " text
#define GVA_LEN	  128
#define PROXY_LEN 128

enum { PRIO_ERROR, PRIO_PROXY, PRIO_ISCSI_SW, PRIO_ISCSI_HW, PRIO_DIRECT };
enum { STEP_GVA, STEP_PROXY };

static void ontap_prepare(struct probe *p, struct probe_req *req)
{
	static const uint8_t cdb[10] = { 0xc0, 0, 0x01, 0x0a, 0x98, 0x0a, 0x41, GVA_LEN };

	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	memcpy(req->scsi.cdb, cdb, sizeof(cdb));
	req->scsi.cdb_len = sizeof(cdb);
	req->scsi.len = GVA_LEN;
	req->scsi.timeout_ms = p->timeout_ms;
}

static enum probe_next ask_proxy(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	p->step = STEP_PROXY;
	scsi_inquiry_vpd(&req->scsi, 0xc1, PROXY_LEN, p->timeout_ms);
	return PROBE_MORE;
}

static bool driver_is(const struct probe_rsp *rsp, const char *name)
{
	return rsp->len >= 12 + strlen(name) && !memcmp(rsp->data + 12, name, strlen(name));
}

static enum probe_next judge_gva(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct prio_verdict *v)
{
	static const uint8_t magic[] = { 0x0a, 0x98, 0x0a, 0x01 };
	struct sense s;

	if (!rsp->scsi || rsp->scsi->err)
		return prio_poor(v, PRIO_ERROR, ERR("SG_IO ioctl failed"));
	if (scsi_outcome(rsp->scsi, &s) != SCSI_OK)
		return prio_poor(v, PRIO_ERROR, ERR("SCSI error"));
	if (rsp->len < 8 || memcmp(rsp->data + 4, magic, sizeof(magic)) != 0)
		return prio_poor(v, PRIO_ERROR, ERR("GVA return wrong format"));
	if (get_be32(rsp->data) <= 8 || rsp->len <= 8 || rsp->data[8] != 0x41)
		return ask_proxy(p, req);
	if (driver_is(rsp, "ism_sw") || driver_is(rsp, "iswt"))
		return prio_done(v, PRIO_ISCSI_SW);
	if (driver_is(rsp, "ism_sn"))
		return prio_done(v, PRIO_ISCSI_HW);
	return ask_proxy(p, req);
}

static bool proxy_page(const struct probe_rsp *rsp)
{
	static const uint8_t magic[] = { 0x0a, 0x98, 0x0a, 0x00, 0xc1, 0x00 };

	return rsp->len > 19 && rsp->data[1] == 0xc1 &&
	       !memcmp(rsp->data + 8, magic, sizeof(magic));
}

static enum probe_next ontap_judge(struct probe *p, const struct probe_rsp *rsp,
				   struct probe_req *req, struct prio_verdict *v)
{
	struct sense s;

	if (p->step == STEP_GVA)
		return judge_gva(p, rsp, req, v);
	if (!rsp->scsi || scsi_outcome(rsp->scsi, &s) != SCSI_OK)
		return prio_poor(v, PRIO_DIRECT, ERR("SCSI error"));
	if (!proxy_page(rsp))
		return prio_poor(v, PRIO_DIRECT, ERR("proxy info page in unknown format"));
	return prio_done(v, rsp->data[19] & 0x02 ? PRIO_PROXY : PRIO_DIRECT);
}

const struct prioritizer prio_ontap = {
	.name = "ontap",
	.prepare = ontap_prepare,
	.judge = ontap_judge,
};
