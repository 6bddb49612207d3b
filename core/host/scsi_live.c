// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One SCSI command through SG_IO, or left with the SCSI generic driver, which answers later: version 3
 * of the same header. The data buffer is cleared before a read, so that a short answer never shows what
 * an earlier command left; the residual count of a broken driver is not believed beyond the length we
 * asked for. Commands queue behind those there are, as SG_IO's do.
 * Source: Documentation/scsi/scsi-generic.rst, <scsi/sg.h>.
 */
#include <errno.h>
#include <poll.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/host/devio_live.h"

#ifndef SG_FLAG_Q_AT_TAIL
#define SG_FLAG_Q_AT_TAIL 0x10 /* <scsi/sg.h> of glibc is older */
#endif

static void result_fill(const struct sg_io_hdr *h, struct scsi_result *r)
{
	uint32_t missing = h->resid > 0 ? (uint32_t)h->resid : 0;

	r->status = h->status & 0x7e;
	r->host = h->host_status;
	r->driver = h->driver_status;
	r->sense_len = h->sb_len_wr;
	r->len = missing < h->dxfer_len ? h->dxfer_len - missing : 0;
}

/* @cdb: a copy of the command, which the header points at. 0 or -EINVAL. */
static int header_fill(struct sg_io_hdr *h, const struct scsi_cmd *c, uint8_t cdb[16], void *buf,
		       struct scsi_result *r)
{
	*r = (struct scsi_result){ 0 };
	if (c->cdb_len < 6 || c->cdb_len > sizeof(c->cdb))
		return -EINVAL;
	memcpy(cdb, c->cdb, sizeof(c->cdb));
	*h = (struct sg_io_hdr){
		.interface_id = 'S',
		.cmd_len = c->cdb_len,
		.cmdp = cdb,
		.mx_sb_len = SCSI_SENSE_MAX,
		.sbp = r->sense,
		.dxfer_len = c->len,
		.dxferp = buf,
		.timeout = c->timeout_ms,
		.dxfer_direction = SG_DXFER_NONE,
	};
	if (c->len)
		h->dxfer_direction = c->write ? SG_DXFER_TO_DEV : SG_DXFER_FROM_DEV;
	if (c->len && !c->write)
		memset(buf, 0, c->len);
	return 0;
}

void scsi_ioctl(int fd, const struct scsi_cmd *c, void *buf, struct scsi_result *r)
{
	uint8_t cdb[sizeof(c->cdb)];
	struct sg_io_hdr h;

	if (header_fill(&h, c, cdb, buf, r))
		r->err = EINVAL;
	else if (ioctl(fd, SG_IO, &h) < 0)
		r->err = errno;
	else
		result_fill(&h, r);
}

int sg_is_at(int fd, const struct scsi_addr *at)
{
	struct sg_scsi_id id;

	if (ioctl(fd, SG_GET_SCSI_ID, &id) < 0)
		return -errno;
	return id.host_no == at->host && id.channel == at->channel && id.scsi_id == at->id &&
			       (unsigned int)id.lun == (unsigned int)at->lun
		       ? 0
		       : -ENODEV;
}

int sg_send(int fd, const struct scsi_cmd *c, void *buf, struct scsi_result *r)
{
	uint8_t cdb[sizeof(c->cdb)];
	struct sg_io_hdr h;
	int e = header_fill(&h, c, cdb, buf, r);

	if (e < 0)
		return e;
	h.flags = SG_FLAG_Q_AT_TAIL;
	return write(fd, &h, sizeof(h)) < 0 ? -errno : 0;
}

int sg_fetch(int fd, int wait_ms, struct scsi_result *r)
{
	struct sg_io_hdr h = { .interface_id = 'S', .pack_id = -1 };
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (wait_ms)
		poll(&p, 1, wait_ms);
	if (read(fd, &h, sizeof(h)) >= 0) {
		result_fill(&h, r);
		return 0;
	}
	if (errno != EAGAIN) {
		r->err = errno;
		return 0;
	}
	if (poll(&p, 1, 0) <= 0 || (p.revents & POLLIN))
		return -EAGAIN;
	r->err = ENODEV; /* it is taken away, and the answer with it */
	return 0;
}
