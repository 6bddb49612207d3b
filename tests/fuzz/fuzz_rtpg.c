/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REPORT TARGET PORT GROUPS in both header forms, and the ANA log, on any bytes. */
#include <errno.h>
#include <stdlib.h>

#include "core/model/alua.h"
#include "core/model/ana.h"

static void fuzz_ana(const uint8_t *data, size_t size)
{
	unsigned int state;
	uint32_t group;
	uint16_t left;
	size_t at = 16;

	ana_ctrl_supported(data, size);
	ana_ns_group(data, size, &group);
	if (!ana_log_groups(data, size, &left) &&
	    !ana_log_find(data, size, 3, &at, &left, &state) && ana_prio(state) > 50)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int state, tpg = size > 8 ? (unsigned int)(data[6] << 8 | data[7]) : 1;
	bool preferred;

	for (int extended = 0; extended < 2; extended++) {
		if (alua_rtpg_find(data, size, extended, tpg, &state, &preferred))
			continue;
		if (alua_prio(state, preferred, true) > 130)
			abort();
	}
	alua_rtpg_length(data, size);
	fuzz_ana(data, size);
	return 0;
}
