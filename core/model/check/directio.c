/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * directio: one logical block from the start of the device, past the page cache. It works on every
 * kind of block device. Only a whole block counts: a short read has found the end of something.
 */
#include <errno.h>
#include <string.h>

#include "core/model/check/check.h"

static void directio_prepare(struct probe *p, struct probe_req *req)
{
	(void)p;
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_READ;
}

/* Errors that only an open can give: the check has not taken place. */
static bool not_opened(int err)
{
	return err == -ENOENT || err == -EACCES || err == -EPERM || err == -EMFILE ||
	       err == -ENFILE;
}

static enum probe_next directio_judge(struct probe *p, const struct probe_rsp *rsp,
				      struct probe_req *req, struct check_verdict *v)
{
	(void)p;
	(void)req;
	if (not_opened(rsp->err))
		return check_no_fd(v);
	if (rsp->err || !rsp->len)
		return check_done(v, PATH_DOWN, NULL);
	return check_done(v, PATH_UP, NULL);
}

const struct checker checker_directio = {
	.name = "directio",
	.prepare = directio_prepare,
	.judge = directio_judge,
	.running = " is waiting on aio",
	.expired = { PATH_DOWN, " reports path is down" },
};
