/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sense.h - SCSI sense data, fixed (70h, 71h) and descriptor (72h, 73h) format, any length.
 * Source: SPC-6 4.5. */
#ifndef MP_SENSE_H
#define MP_SENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host/devio.h"

struct sense {
	uint8_t key, asc, ascq;
};

/* false: no sense data in these bytes; *ret is zeroed. */
bool sense_decode(const uint8_t *bytes, size_t len, struct sense *ret);

/* What came back, sorted into what checkers care about. */
enum scsi_outcome {
	SCSI_OK,       /* good status (or recovered error) */
	SCSI_RETRY,    /* unit attention, busy, a transient driver or host error */
	SCSI_SENSE,    /* sense data that the checker must judge */
	SCSI_RESERVED, /* reservation conflict */
	SCSI_FATAL,    /* host error that no retry mends (no connect, bad target, abort, ...) */
	SCSI_NOTTY,    /* the device does not take SCSI commands */
	SCSI_ERROR,    /* the ioctl failed */
};
enum scsi_outcome scsi_outcome(const struct scsi_result *r, struct sense *ret_sense);

#endif
