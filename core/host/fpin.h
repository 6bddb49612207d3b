/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fpin.h - the kernel's Fibre Channel events, FPIN among them, message by message.
 *
 * A netlink socket of the SCSI transports' FC group; core/model/fpin.h reads the messages. Messages
 * that do not come from the kernel are dropped. Source: Linux uapi scsi/scsi_netlink.h.
 */
#ifndef MP_HOST_FPIN_H
#define MP_HOST_FPIN_H

#include <stddef.h>
#include <sys/types.h>

#define FPIN_MESSAGE_MAX 8192

struct fpin;

/* -EOPNOTSUPP: this kernel has no such events (its FC transport is not there). */
int fpin_live(struct fpin **ret_fpin);
void fpin_free(struct fpin *f); /* NULL is fine */

int fpin_fd(const struct fpin *f); /* readable: messages wait */

/* The next message into @buf. Its length; -EAGAIN: none; -ENOBUFS: some were lost. */
ssize_t fpin_next(struct fpin *f, void *buf, size_t len);

#endif
