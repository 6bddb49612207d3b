/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sense data and whole SCSI results, on any bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/model/sense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scsi_result r = { 0 };
	struct sense s;

	if (!sense_decode(data, size, &s) && (s.key || s.asc || s.ascq))
		abort();
	if (size < 4)
		return 0;
	r.status = data[0];
	r.host = data[1];
	r.driver = data[2];
	r.sense_len = (uint8_t)(size - 3 > SCSI_SENSE_MAX ? SCSI_SENSE_MAX : size - 3);
	memcpy(r.sense, data + 3, r.sense_len);
	if (scsi_outcome(&r, &s) > SCSI_ERROR)
		abort();
	return 0;
}
