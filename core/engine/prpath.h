/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prpath.h - persistent reservation commands on one path. Blocking: for workers and command line
 * tools. A unit attention is asked again at once, a device that is becoming ready a little later, a
 * few times each.
 */
#ifndef MP_PRPATH_H
#define MP_PRPATH_H

#include "core/host/host.h"
#include "core/model/pr.h"

/* @buf of @len bytes, at most PR_IN_MAX; *ret_len is what arrived. */
enum pr_status prpath_in(struct host *h, const char *name, dev_t devno, enum pr_in action,
			 uint8_t *buf, uint16_t len, size_t *ret_len);
enum pr_status prpath_out(struct host *h, const char *name, dev_t devno,
			  const struct pr_request *q);

#endif
