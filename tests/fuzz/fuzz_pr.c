/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of PERSISTENT RESERVE IN, and TransportIDs as text, on any bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/model/pr.h"
#include "parser/strbuf.h"

static void fuzz_id(const uint8_t *data, size_t size)
{
	uint8_t id[PR_ID_MAX];
	char text[512];
	size_t n = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	int len;

	memcpy(text, data, n);
	text[n] = '\0';
	len = pr_id_parse(text, id);
	if (len > PR_ID_MAX || (len >= 0 && len < 4))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum pr_in actions[] = { PR_READ_KEYS, PR_READ_RESERVATION,
					      PR_REPORT_CAPABILITIES, PR_READ_FULL_STATUS };
	struct scsi_result r = { 0 };
	struct pr_verdict v;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;

		pr_text(actions[i], data, size, &out);
	}
	fuzz_id(data, size);
	r.status = size ? data[0] : 0;
	r.sense_len = (uint8_t)(size < SCSI_SENSE_MAX ? size : SCSI_SENSE_MAX);
	memcpy(r.sense, data, r.sense_len);
	pr_judge(&r, &v);
	return 0;
}
