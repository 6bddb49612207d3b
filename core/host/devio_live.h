/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devio_live.h - the ioctls of devio_live.c, one file per kind; all take an open device. */
#ifndef MP_DEVIO_LIVE_H
#define MP_DEVIO_LIVE_H

#include "core/host/devio.h"

void scsi_ioctl(int fd, const struct scsi_cmd *c, void *buf, struct scsi_result *r);
/* The SCSI generic driver; @r must live until the answer is fetched. */
int sg_is_at(int fd, const struct scsi_addr *at); /* 0, -ENODEV: another device */
int sg_send(int fd, const struct scsi_cmd *c, void *buf, struct scsi_result *r);
int sg_fetch(int fd, int wait_ms, struct scsi_result *r); /* 0 or -EAGAIN */
int nvme_ioctl(int fd, const struct nvme_cmd *c, void *buf);
int blkio_block_size(int fd, unsigned int *ret_bytes);
/* @fd is set to O_DIRECT; @buf need not be aligned. */
ssize_t blkio_read_direct(int fd, void *buf, size_t len, uint64_t offset);

#endif
