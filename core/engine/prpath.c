/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open, send, judge (core/model/pr.h), and again where that helps. */
#include "core/engine/prpath.h"

#include <string.h>

#define TIMEOUT_MS 30000
#define TRIES	   6 /* each path has its unit attentions, several after a reset */
#define PAUSE_NS   (500 * NSEC_PER_MSEC) /* while the device is becoming ready */

static enum pr_status send(struct host *h, const char *name, dev_t devno,
			   const struct scsi_cmd *cmd, uint8_t *buf, size_t *ret_len)
{
	struct pr_verdict v = { .status = PR_UNREACHED };
	struct scsi_result r;
	struct devio_dev *dev;

	if (h->io->ops->open(h->io, name, devno, &dev))
		return PR_UNREACHED;
	for (int i = 0; i < TRIES; i++) {
		memset(&r, 0, sizeof(r));
		h->io->ops->scsi(dev, cmd, buf, &r);
		pr_judge(&r, &v);
		if (!v.again)
			break;
		if (v.wait)
			host_pause(h, PAUSE_NS);
	}
	h->io->ops->close(dev);
	if (v.status == PR_OK && ret_len)
		*ret_len = r.len < cmd->len ? r.len : cmd->len;
	return v.status;
}

enum pr_status prpath_in(struct host *h, const char *name, dev_t devno, enum pr_in action,
			 uint8_t *buf, uint16_t len, size_t *ret_len)
{
	struct scsi_cmd cmd;

	pr_in_build(action, len, &cmd, TIMEOUT_MS);
	memset(buf, 0, len);
	return send(h, name, devno, &cmd, buf, ret_len);
}

enum pr_status prpath_out(struct host *h, const char *name, dev_t devno, const struct pr_request *q)
{
	uint8_t buf[PR_OUT_MAX];
	struct scsi_cmd cmd;

	if (pr_out_build(q, &cmd, buf, TIMEOUT_MS))
		return PR_SYNTAX;
	return send(h, name, devno, &cmd, buf, NULL);
}
