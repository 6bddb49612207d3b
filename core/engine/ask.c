/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small interpreter: request in, answer out. It knows nothing of what the bytes mean; that is
 * judged in core/model. It touches only what its struct ask owns.
 *
 * A command that is left with the device (SCSI generic) needs no thread that waits for it: whoever
 * looks after many devices sends to all of them and then gathers the answers. Where there is no such
 * way the command is carried out on the spot, and whatever goes wrong on the new way is told by the
 * old one.
 */
#include "core/engine/ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/clock.h"
#include "core/model/ana.h"
#include "core/model/scsi.h"

#define BUF_MAX	  (64u << 10) /* the largest logical block a direct read may need */
#define BUF_ALIGN 4096u

void ask_init(struct ask *a, struct host *h, const struct blkdev *d)
{
	memset(a, 0, sizeof(*a));
	a->host = h;
	a->dev = d;
}

void ask_done(struct ask *a)
{
	if (a->io)
		a->host->io->ops->close(a->io);
	if (a->queue)
		a->host->io->ops->close(a->queue);
	free(a->buf);
	a->io = a->queue = NULL;
	a->buf = NULL;
	a->buf_len = 0;
	a->talk.left = false;
}

/* Room for @len bytes, all zero where it is new; false: there is none. */
static bool ask_room(struct ask *a, size_t len)
{
	size_t size = (len + BUF_ALIGN - 1) / BUF_ALIGN * BUF_ALIGN;

	if (len <= a->buf_len)
		return true;
	if (len > BUF_MAX)
		return false;
	free(a->buf);
	a->buf = aligned_alloc(BUF_ALIGN, size);
	a->buf_len = a->buf ? size : 0;
	if (a->buf)
		memset(a->buf, 0, size);
	return a->buf != NULL;
}

static int ask_open(struct ask *a)
{
	struct devio *io = a->host->io;

	if (!a->io && !a->open_err)
		a->open_err = io->ops->open(io, a->dev->name, a->dev->devno, &a->io);
	return a->open_err;
}

static int scsi_room(struct ask *a, const struct probe_req *req)
{
	if (!ask_room(a, req->scsi.len))
		return -ENOMEM;
	if (req->scsi.write)
		memcpy(a->buf, req->out,
		       req->scsi.len < sizeof(req->out) ? req->scsi.len : sizeof(req->out));
	return 0;
}

static void scsi_answered(const struct ask *a, const struct probe_req *req, struct probe_rsp *rsp,
			  const struct scsi_result *res)
{
	rsp->scsi = res;
	rsp->data = a->buf;
	rsp->len = res->len < req->scsi.len ? res->len : req->scsi.len;
}

static void do_scsi(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp,
		    struct scsi_result *res)
{
	rsp->err = scsi_room(a, req);
	if (rsp->err)
		return;
	a->host->io->ops->scsi(a->io, &req->scsi, a->buf, res);
	scsi_answered(a, req, rsp, res);
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
	if (len > BUF_MAX)
		len = BUF_MAX;
	n = ask_room(a, len) ? a->host->io->ops->read(a->io, a->buf, len, req->offset) : -ENOMEM;
	if (n < 0)
		rsp->err = (int)n;
	else
		rsp->len = (uint32_t)n;
}

static void do_attr(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp)
{
	ssize_t n = -ENOENT;

	if (a->dev->device)
		n = !ask_room(a, BUF_ALIGN) ? -ENOMEM
					    : fstree_text(a->host->sys, (char *)a->buf, a->buf_len,
							  "%s/%s", a->dev->device, req->attr);
	if (n < 0)
		rsp->err = (int)n;
	else
		rsp->len = (uint32_t)n;
}

static void do_nvme(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp)
{
	if (!ask_room(a, req->nvme.len)) {
		rsp->err = -ENOMEM;
		return;
	}
	rsp->nvme_status = a->host->io->ops->nvme_admin(a->io, &req->nvme, a->buf);
	if (rsp->nvme_status < 0)
		rsp->err = rsp->nvme_status;
	if (!rsp->nvme_status)
		rsp->len = req->nvme.len;
}

static bool needs_device(const struct probe_req *req)
{
	return req->kind == PROBE_SCSI || req->kind == PROBE_READ || req->kind == PROBE_NVME;
}

static void carry_out(struct ask *a, const struct probe_req *req, struct probe_rsp *rsp,
		      struct scsi_result *res)
{
	int64_t t0 = clock_mono(&a->host->clock);

	memset(rsp, 0, sizeof(*rsp));
	if (needs_device(req) && (rsp->err = ask_open(a)))
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
		do_nvme(a, req, rsp);
		break;
	case PROBE_NONE:
		break;
	}
	rsp->data = a->buf;
	rsp->elapsed_ns = clock_mono(&a->host->clock) - t0;
}

/* --- leaving a command with the device ------------------------------------------------------- */

/* The device's name with the SCSI generic driver, which gives it none before it is loaded. */
static int generic_find(struct ask *a)
{
	char dir[512];
	struct names list;
	int r;

	if (snprintf(dir, sizeof(dir), "%s/scsi_generic", a->dev->device) >= (int)sizeof(dir))
		return -ENAMETOOLONG;
	r = fstree_list(a->host->sys, dir, &list);
	if (r < 0)
		return r;
	r = list.n && strlen(list.list[0]) < sizeof(a->generic) ? 0 : -ENOENT;
	if (r == 0)
		strcpy(a->generic, list.list[0]);
	names_done(&list);
	return r;
}

static int generic_open(struct ask *a)
{
	struct devio *io = a->host->io;
	const struct blkdev *d = a->dev;
	struct scsi_addr at = { d->host, d->channel, d->id, d->lun };
	int r = -ENOENT;

	if (*a->generic)
		r = io->ops->generic(io, a->generic, &at, &a->queue);
	if (r == 0 || r == -EBUSY)
		return r;
	a->generic[0] = '\0'; /* not known, or another's by now */
	r = generic_find(a);
	return r < 0 ? r : io->ops->generic(io, a->generic, &at, &a->queue);
}

static bool leave(struct ask *a)
{
	const struct devio_ops *ops = a->host->io->ops;
	struct ask_talk *t = &a->talk;

	if (!a->may_leave || t->req.kind != PROBE_SCSI || !ops->generic ||
	    a->dev->bus != BUS_SCSI || !a->dev->has_hcil || !a->dev->device)
		return false;
	if (!a->queue && generic_open(a) < 0)
		return false;
	if (scsi_room(a, &t->req) < 0 || ops->send(a->queue, &t->req.scsi, a->buf) < 0)
		return false;
	t->left = true;
	t->since_ns = clock_mono(&a->host->clock);
	return true;
}

/* false: there is no answer yet. */
static bool fetch(struct ask *a, int wait_ms, struct probe_rsp *rsp)
{
	struct ask_talk *t = &a->talk;

	if (a->host->io->ops->fetch(a->queue, wait_ms, &t->res) < 0)
		return false;
	t->left = false;
	memset(rsp, 0, sizeof(*rsp));
	scsi_answered(a, &t->req, rsp, &t->res);
	rsp->elapsed_ns = clock_mono(&a->host->clock) - t->since_ns;
	return true;
}

int ask_fd(const struct ask *a)
{
	return a->host->io->ops->queue_fd(a->queue);
}

/* --- steps ----------------------------------------------------------------------------------- */

void ask_check_begin(struct ask *a, const struct checker *c, struct probe *p,
		     struct check_verdict *v)
{
	a->talk = (struct ask_talk){ .checker = c, .probe = p, .check = v };
	c->prepare(p, &a->talk.req);
}

void ask_prio_begin(struct ask *a, const struct prioritizer *c, struct probe *p,
		    struct prio_verdict *v)
{
	a->talk = (struct ask_talk){ .prio = c, .probe = p, .rank = v };
	c->prepare(p, &a->talk.req);
}

static enum probe_next judge(struct ask_talk *t, const struct probe_rsp *rsp)
{
	return t->checker ? t->checker->judge(t->probe, rsp, &t->req, t->check)
			  : t->prio->judge(t->probe, rsp, &t->req, t->rank);
}

enum ask_progress ask_step(struct ask *a, bool may_wait, int stay_ms)
{
	struct ask_talk *t = &a->talk;
	struct probe_rsp rsp;

	for (;;) {
		if (t->left) {
			if (!fetch(a, may_wait ? stay_ms : 0, &rsp))
				return ASK_LEFT;
			if (t->res.err) { /* that says nothing of the device */
				a->may_leave = false;
				continue;
			}
		} else if (!may_wait && needs_device(&t->req)) {
			return ASK_BLOCKS;
		} else if (leave(a)) {
			return ASK_LEFT;
		} else {
			carry_out(a, &t->req, &rsp, &t->res);
		}
		if (judge(t, &rsp) == PROBE_DONE)
			return ASK_DONE;
	}
}

/* --- at one go ------------------------------------------------------------------------------- */

static void to_the_end(struct ask *a)
{
	bool leaves = a->may_leave;

	a->may_leave = false;
	ask_step(a, true, 0);
	a->may_leave = leaves;
}

void ask_check(struct ask *a, const struct checker *c, struct probe *p, struct check_verdict *v)
{
	ask_check_begin(a, c, p, v);
	to_the_end(a);
}

void ask_prio(struct ask *a, const struct prioritizer *c, struct probe *p, struct prio_verdict *v)
{
	ask_prio_begin(a, c, p, v);
	to_the_end(a);
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
