// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One NVMe admin command that reads, through the kernel's passthrough ioctl on a namespace node.
 * Source: <linux/nvme_ioctl.h>; NVM Express base specification 2.0, figures 87 and 126.
 */
#include <errno.h>
#include <linux/nvme_ioctl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/host/devio_live.h"

int nvme_ioctl(int fd, const struct nvme_cmd *c, void *buf)
{
	struct nvme_admin_cmd cmd = {
		.opcode = c->opcode,
		.nsid = c->nsid,
		.addr = (uint64_t)(uintptr_t)buf,
		.data_len = c->len,
		.cdw10 = c->cdw10,
		.cdw11 = c->cdw11,
		.cdw12 = c->cdw12,
		.cdw13 = c->cdw13,
		.cdw14 = c->cdw14,
		.timeout_ms = c->timeout_ms,
	};
	int r;

	if (c->len)
		memset(buf, 0, c->len);
	r = ioctl(fd, NVME_IOCTL_ADMIN_CMD, &cmd);
	return r < 0 ? -errno : r;
}
