/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scsi.h - the SCSI code points that probes use, and the commands they build.
 * Sources: SPC-6 6 (commands), SAM-6 5.3.1 (status), SBC-4 5.13 (READ), Linux scsi_status.h (DID).
 */
#ifndef MP_SCSI_H
#define MP_SCSI_H

#include <stdbool.h>
#include <stdint.h>

#include "core/host/devio.h"

enum {
	SAM_GOOD = 0x00,
	SAM_CHECK_CONDITION = 0x02,
	SAM_BUSY = 0x08,
	SAM_RESERVATION_CONFLICT = 0x18,
	SAM_TASK_SET_FULL = 0x28,
	SAM_TASK_ABORTED = 0x40
};

/* What the low-level driver says of a command. */
enum {
	DID_OK = 0x00,
	DID_NO_CONNECT = 0x01,
	DID_BUS_BUSY = 0x02,
	DID_TIME_OUT = 0x03,
	DID_BAD_TARGET = 0x04,
	DID_ABORT = 0x05,
	DID_ERROR = 0x07,
	DID_SOFT_ERROR = 0x0b,
	DID_TRANSPORT_DISRUPTED = 0x0e,
	DID_TRANSPORT_FAILFAST = 0x0f
};

enum { DRIVER_BUSY = 0x01, DRIVER_SOFT = 0x02, DRIVER_SENSE = 0x08 };

enum {
	SENSE_NO_SENSE = 0x0,
	SENSE_RECOVERED_ERROR = 0x1,
	SENSE_NOT_READY = 0x2,
	SENSE_ILLEGAL_REQUEST = 0x5,
	SENSE_UNIT_ATTENTION = 0x6
};

enum { VPD_SERIAL = 0x80, VPD_DEVICE_ID = 0x83 };

void scsi_test_unit_ready(struct scsi_cmd *c, unsigned int timeout_ms);
void scsi_inquiry(struct scsi_cmd *c, uint16_t len, unsigned int timeout_ms);
void scsi_inquiry_vpd(struct scsi_cmd *c, uint8_t page, uint16_t len, unsigned int timeout_ms);
void scsi_mode_sense10(struct scsi_cmd *c, uint8_t page_control, uint8_t page, uint16_t len,
		       unsigned int timeout_ms);
void scsi_mode_select10(struct scsi_cmd *c, uint16_t len, unsigned int timeout_ms);
void scsi_read10(struct scsi_cmd *c, uint32_t lba, uint16_t blocks, uint32_t len,
		 unsigned int timeout_ms);

#endif
