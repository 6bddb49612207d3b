// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One SCSI command through SG_IO, version 3 of its header. The data buffer is cleared before a
 * read, so that a short answer never shows what an earlier command left; the residual count of a
 * broken driver is not believed beyond the length we asked for.
 * Source: Documentation/scsi/scsi-generic.rst, <scsi/sg.h>.
 */
#include <errno.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/host/devio_live.h"

static void result_fill(const struct sg_io_hdr *h, struct scsi_result *r)
{
	uint32_t missing = h->resid > 0 ? (uint32_t)h->resid : 0;

	r->status = h->status & 0x7e;
	r->host = h->host_status;
	r->driver = h->driver_status;
	r->sense_len = h->sb_len_wr;
	r->len = missing < h->dxfer_len ? h->dxfer_len - missing : 0;
}

void scsi_ioctl(int fd, const struct scsi_cmd *c, void *buf, struct scsi_result *r)
{
	uint8_t cdb[sizeof(c->cdb)];
	struct sg_io_hdr h = {
		.interface_id = 'S',
		.cmd_len = c->cdb_len,
		.cmdp = cdb,
		.mx_sb_len = SCSI_SENSE_MAX,
		.sbp = r->sense,
		.dxfer_len = c->len,
		.dxferp = buf,
		.timeout = c->timeout_ms,
	};

	*r = (struct scsi_result){ 0 };
	if (c->cdb_len < 6 || c->cdb_len > sizeof(cdb)) {
		r->err = EINVAL;
		return;
	}
	memcpy(cdb, c->cdb, sizeof(cdb));
	if (c->len == 0)
		h.dxfer_direction = SG_DXFER_NONE;
	else
		h.dxfer_direction = c->write ? SG_DXFER_TO_DEV : SG_DXFER_FROM_DEV;
	if (c->len && !c->write)
		memset(buf, 0, c->len);
	if (ioctl(fd, SG_IO, &h) < 0)
		r->err = errno;
	else
		result_fill(&h, r);
}
