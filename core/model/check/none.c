/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * none: no command at all. What the kernel's state attribute says is the verdict.
 */
#include <string.h>

#include "core/model/check/check.h"

static void none_prepare(struct probe *p, struct probe_req *req)
{
	(void)p;
	memset(req, 0, sizeof(*req));
}

static enum probe_next none_judge(struct probe *p, const struct probe_rsp *rsp,
				  struct probe_req *req, struct check_verdict *v)
{
	(void)rsp;
	(void)req;
	return check_done(v, path_sysfs_state(p->dev), NULL);
}

const struct checker checker_none = {
	.name = "none",
	.prepare = none_prepare,
	.judge = none_judge,
};
