/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask.h - one conversation with one device, on a worker thread: carries out the requests of a
 * checker or prioritizer (core/model/probe.h) until it has its verdict. The node is opened at the
 * first request that needs it.
 */
#ifndef MP_ASK_H
#define MP_ASK_H

#include "core/host/host.h"
#include "core/model/probe.h"

struct ask {
	struct host *host;
	const struct blkdev *dev;
	struct devio_dev *io; /* NULL until opened */
	int open_err;
	uint8_t *buf; /* PROBE_DATA_MAX or larger, aligned for direct reads */
	size_t buf_len;
};

void ask_init(struct ask *a, struct host *h, const struct blkdev *d);
void ask_done(struct ask *a);

void ask_check(struct ask *a, const struct checker *c, struct probe *p, struct check_verdict *v);
void ask_prio(struct ask *a, const struct prioritizer *c, struct probe *p, struct prio_verdict *v);

/* INQUIRY data, or a VPD page of it. Length of what came, 0: no answer. */
uint32_t ask_inquiry(struct ask *a, bool vpd, uint8_t page, unsigned int timeout_ms, uint8_t *out,
		     uint32_t len);

/* Does the NVMe controller behind this namespace report ANA? */
bool ask_ana(struct ask *a, unsigned int timeout_ms);

#endif
