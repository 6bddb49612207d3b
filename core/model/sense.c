/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sense data comes back in whatever length the device and the driver saw fit. Both formats are
 * read field by field, each only if it lies inside the bytes that arrived and, in the fixed form,
 * inside the length the device itself declares. scsi_outcome() then sorts a whole answer into the
 * few cases a checker acts upon, so that no checker looks at a DID_ or a status code of its own.
 */
#include "core/model/sense.h"

#include <errno.h>
#include <string.h>

#include "core/model/scsi.h"

/* SPC-6 4.4.3: key in byte 2; ASC and ASCQ are there if the additional length covers them. */
static void decode_fixed(const uint8_t *b, size_t len, struct sense *s)
{
	size_t end = len;

	if (len > 7 && (size_t)b[7] + 8 < len)
		end = (size_t)b[7] + 8;
	s->key = b[2] & 0x0f;
	s->asc = end > 12 ? b[12] : 0;
	s->ascq = end > 13 ? b[13] : 0;
}

/* SPC-6 4.4.2: key, ASC and ASCQ stand in the header, before any descriptor. */
static void decode_descriptor(const uint8_t *b, size_t len, struct sense *s)
{
	s->key = b[1] & 0x0f;
	s->asc = len > 2 ? b[2] : 0;
	s->ascq = len > 3 ? b[3] : 0;
}

bool sense_decode(const uint8_t *bytes, size_t len, struct sense *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (!len)
		return false;
	switch (bytes[0] & 0x7f) { /* bit 7 of the fixed form: INFORMATION is valid */
	case 0x70:
	case 0x71:
		if (len < 3)
			return false;
		decode_fixed(bytes, len, ret);
		return true;
	case 0x72:
	case 0x73:
		if (len < 2)
			return false;
		decode_descriptor(bytes, len, ret);
		return true;
	default:
		return false;
	}
}

/* Conditions of the path or the host where asking again at once cannot help. */
static bool host_is_final(unsigned int host)
{
	return host == DID_NO_CONNECT || host == DID_BAD_TARGET || host == DID_ABORT ||
	       host == DID_TRANSPORT_FAILFAST;
}

/* The driver byte: low nibble says what happened; old kernels put a suggestion above it. */
static enum scsi_outcome by_driver(unsigned int driver)
{
	switch (driver & 0x0f) {
	case DRIVER_BUSY:
	case DRIVER_SOFT:
		return SCSI_RETRY;
	default:
		return SCSI_FATAL;
	}
}

static enum scsi_outcome by_sense(const struct sense *s)
{
	switch (s->key) {
	case SENSE_RECOVERED_ERROR: /* SPC-6 table 48: the command completed successfully */
		return SCSI_OK;
	case SENSE_UNIT_ATTENTION:
		return SCSI_RETRY;
	default:
		return SCSI_SENSE;
	}
}

static enum scsi_outcome by_status(uint8_t status)
{
	switch (status) {
	case SAM_GOOD:
		return SCSI_OK;
	case SAM_BUSY:
	case SAM_TASK_SET_FULL:
	case SAM_TASK_ABORTED:
		return SCSI_RETRY;
	default:
		return SCSI_FATAL;
	}
}

enum scsi_outcome scsi_outcome(const struct scsi_result *r, struct sense *ret_sense)
{
	size_t n = r->sense_len;
	bool sensed = sense_decode(r->sense, n, ret_sense);
	uint8_t status = r->status & 0x7e; /* bits 7 and 0 were vendor specific in SCSI-2 */
	unsigned int driver = r->driver & 0x0f;

	if (r->err)
		return r->err == ENOTTY ? SCSI_NOTTY : SCSI_ERROR;
	if (status == SAM_RESERVATION_CONFLICT)
		return SCSI_RESERVED;
	if (r->host != DID_OK)
		return host_is_final(r->host) ? SCSI_FATAL : SCSI_RETRY;
	if (sensed && (status == SAM_CHECK_CONDITION || driver == DRIVER_SENSE))
		return by_sense(ret_sense);
	if (driver && driver != DRIVER_SENSE)
		return by_driver(driver);
	return by_status(status);
}
