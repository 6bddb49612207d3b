/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fpin.h - the way in for Fibre Channel events that do not come from the kernel: tests tell them. */
#ifndef MP_DAEMON_FPIN_H
#define MP_DAEMON_FPIN_H

#include <stddef.h>

#include "daemon/multipathd.h"

/* A netlink message as core/model/fpin.h reads it. Without marginal_pathgroups fpin it is nothing. */
void fpin_push(struct multipathd *d, const void *msg, size_t len);

#endif
