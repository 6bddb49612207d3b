/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.h - drive a checker or a prioritizer with answers made of literal bytes. */
#ifndef MP_TEST_PROBE_H
#define MP_TEST_PROBE_H

#include <stdlib.h>
#include <string.h>

#include "core/model/probe.h"

/* One answer of the device. */
struct answer {
	int err; /* open, read or attribute */
	bool no_scsi;
	struct scsi_result scsi;
	int nvme_status;
	const void *data;
	uint32_t len;
	int64_t elapsed_ns;
};

/* The probe gets exactly the bytes of the answer, so that ASan sees a read behind them. */
struct told {
	struct probe_rsp rsp;
	uint8_t *copy;
};

static inline void tell(struct told *t, const struct answer *a)
{
	t->copy = malloc(a->len + 1);
	if (a->len)
		memcpy(t->copy, a->data, a->len);
	if (a->len)
		t->copy = realloc(t->copy, a->len);
	t->rsp = (struct probe_rsp){ .err = a->err,
				     .nvme_status = a->nvme_status,
				     .scsi = a->no_scsi ? NULL : &a->scsi,
				     .data = t->copy,
				     .len = a->len,
				     .elapsed_ns = a->elapsed_ns };
}

#define SENSE(k, c, q)                                                                             \
	{                                                                                          \
		.scsi = {.status = 2, .sense = { 0x72, (k), (c), (q) }, .sense_len = 8 }           \
	}
#define HOST(h)                                                                                    \
	{                                                                                          \
		.scsi = {.host = (h) }                                                             \
	}
#define IOCTL(e)                                                                                   \
	{                                                                                          \
		.scsi = {.err = (e) }                                                              \
	}
#define DATA(bytes)                                                                                \
	{                                                                                          \
		.data = (bytes), .len = sizeof(bytes)                                              \
	}

#endif
