/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysfs: the ALUA state as the kernel's own handler keeps it, without a command to the device. Two
 * attributes are read afresh each time: access_state, then preferred_path.
 */
#include <string.h>

#include "core/model/alua.h"
#include "core/model/prio/prio.h"

enum { STEP_STATE, STEP_PREFERRED };

static void ask(struct probe *p, struct probe_req *req, unsigned int step, const char *attr)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_ATTR;
	req->attr = attr;
	p->step = step;
}

static void sysfs_prepare(struct probe *p, struct probe_req *req)
{
	ask(p, req, STEP_STATE, "access_state");
}

static enum probe_next sysfs_judge(struct probe *p, const struct probe_rsp *rsp,
				   struct probe_req *req, struct prio_verdict *v)
{
	bool preferred;

	if (p->step == STEP_STATE) {
		if (rsp->err || !rsp->len)
			return prio_fail(v, "couldn't get asymmetric access state");
		/* A word that is not in the standard's list ranks as "otherwise". */
		p->scratch[0] = (uint8_t)alua_state_parse((const char *)rsp->data);
		ask(p, req, STEP_PREFERRED, "preferred_path");
		return PROBE_MORE;
	}
	preferred = !rsp->err && rsp->len && rsp->data[0] == '1';
	prio_done(v, alua_prio(p->scratch[0], preferred, prio_exclusive_pref(p->args)));
	prio_set_tpg(v, p->dev);
	return PROBE_DONE;
}

const struct prioritizer prio_sysfs = {
	.name = "sysfs",
	.prepare = sysfs_prepare,
	.judge = sysfs_judge,
};
