/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small interpreter: request in, answer out. It knows nothing of what the bytes mean; that is
 * judged in core/model. It runs on worker threads and touches only what its struct ask owns.
 */
#include "core/engine/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/clock.h"
#include "core/model/ana.h"
#include "core/model/scsi.h"

#define ASK_BUF (64u << 10) /* the largest logical block a direct read may need */

void ask_init(struct ask *a, struct host *h, const struct blkdev *d)
{
	memset(a, 0, sizeof(*a));
	a->host = h;
	a->dev = d;
	a->buf_len = ASK_BUF;
	a->buf = aligned_alloc(4096, ASK_BUF);
	if (a->buf)
		memset(a->buf, 0, ASK_BUF);
	else
		a->open_err = -ENOMEM;
}

void ask_done(struct ask *a)
{
	if (a->io)
		a->host->io->ops->close(a->io);
	free(a->buf);
}

static int ask_open(struct ask *a)
{
	struct devio *io = a->host->io;

	if (!a->io && !a->open_err)
		a->open_err = io->ops->open(io, a->dev->name, a->dev->devno, &a->io);
	return a->open_err;
}

static void do_scsi(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp,
		    struct scsi_result *res)
{
	uint32_t len = req->scsi.len < a->buf_len ? req->scsi.len : (uint32_t)a->buf_len;

	if (req->scsi.write)
		memcpy(a->buf, req->out, len < sizeof(req->out) ? len : sizeof(req->out));
	a->host->io->ops->scsi(a->io, &req->scsi, a->buf, res);
	rsp->scsi = res;
	rsp->len = res->len < len ? res->len : len;
}

static void do_read(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp)
{
	unsigned int block = 512;
	size_t len = req->len;
	ssize_t n;

	if (!len) {
		if (a->host->io->ops->block_size(a->io, &block))
			block = 512;
		len = block;
	}
	if (len > a->buf_len)
		len = a->buf_len;
	n = a->host->io->ops->read(a->io, a->buf, len, req->offset);
	if (n < 0)
		rsp->err = (int)n;
	else
		rsp->len = (uint32_t)n;
}

static void do_attr(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp)
{
	ssize_t n = -ENOENT;

	if (a->dev->device)
		n = fstree_text(a->host->sys, (char *)a->buf, a->buf_len, "%s/%s", a->dev->device,
				req->attr);
	if (n < 0)
		rsp->err = (int)n;
	else
		rsp->len = (uint32_t)n;
}

static void carry_out(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp,
		      struct scsi_result *res)
{
	int64_t t0 = clock_mono(&a->host->clock);
	bool needs_node =
		req->kind == PROBE_SCSI || req->kind == PROBE_READ || req->kind == PROBE_NVME;

	memset(rsp, 0, sizeof(*rsp));
	rsp->data = a->buf;
	if (needs_node && (rsp->err = ask_open(a)))
		return;
	switch (req->kind) {
	case PROBE_SCSI:
		do_scsi(a, req, rsp, res);
		break;
	case PROBE_READ:
		do_read(a, req, rsp);
		break;
	case PROBE_ATTR:
		do_attr(a, req, rsp);
		break;
	case PROBE_NVME:
		rsp->len = req->nvme.len < a->buf_len ? req->nvme.len : (uint32_t)a->buf_len;
		rsp->nvme_status = a->host->io->ops->nvme_admin(a->io, &req->nvme, a->buf);
		if (rsp->nvme_status < 0)
			rsp->err = rsp->nvme_status;
		if (rsp->nvme_status)
			rsp->len = 0;
		break;
	case PROBE_NONE:
		break;
	}
	rsp->elapsed_ns = clock_mono(&a->host->clock) - t0;
}

void ask_check(struct ask *a, const struct checker *c, struct probe *p, struct check_verdict *v)
{
	struct probe_req req = { .kind = PROBE_NONE };
	struct probe_rsp rsp;
	struct scsi_result res;

	c->prepare(p, &req);
	do
		carry_out(a, &req, &rsp, &res);
	while (c->judge(p, &rsp, &req, v) == PROBE_MORE);
}

void ask_prio(struct ask *a, const struct prioritizer *c, struct probe *p, struct prio_verdict *v)
{
	struct probe_req req = { .kind = PROBE_NONE };
	struct probe_rsp rsp;
	struct scsi_result res;

	c->prepare(p, &req);
	do
		carry_out(a, &req, &rsp, &res);
	while (c->judge(p, &rsp, &req, v) == PROBE_MORE);
}

uint32_t ask_inquiry(struct ask *a, bool vpd, uint8_t page, unsigned int timeout_ms, uint8_t *out,
		     uint32_t len)
{
	struct probe_req req = { .kind = PROBE_SCSI };
	struct probe_rsp rsp;
	struct scsi_result res;

	if (vpd)
		scsi_inquiry_vpd(&req.scsi, page, (uint16_t)len, timeout_ms);
	else
		scsi_inquiry(&req.scsi, (uint16_t)len, timeout_ms);
	carry_out(a, &req, &rsp, &res);
	if (rsp.err || res.err || res.status || res.host)
		return 0;
	memcpy(out, rsp.data, rsp.len);
	return rsp.len;
}

bool ask_ana(struct ask *a, unsigned int timeout_ms)
{
	struct probe_req req = { .kind = PROBE_NVME };
	struct probe_rsp rsp;

	ana_identify_ctrl_cmd(&req.nvme, timeout_ms);
	carry_out(a, &req, &rsp, NULL);
	return !rsp.err && !rsp.nvme_status && ana_ctrl_supported(rsp.data, rsp.len);
}
