/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alua.h - asymmetric logical unit access: REPORT TARGET PORT GROUPS and priorities.
 * Source: SPC-6 6.36 and 5.18. Data of any length, with any length fields, is safe.
 */
#ifndef MP_ALUA_H
#define MP_ALUA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host/devio.h"

enum alua_state {
	ALUA_OPTIMIZED = 0x0,
	ALUA_NONOPTIMIZED = 0x1,
	ALUA_STANDBY = 0x2,
	ALUA_UNAVAILABLE = 0x3,
	ALUA_LBA_DEPENDENT = 0x4,
	ALUA_OFFLINE = 0xe,
	ALUA_TRANSITIONING = 0xf,
};
/* The kernel's words: "active/optimized", "lba-dependent", ... */
const char *alua_state_text(unsigned int state);
int alua_state_parse(const char *text); /* of sysfs access_state; -EINVAL */

void alua_rtpg_cmd(struct scsi_cmd *c, uint32_t len, unsigned int timeout_ms, bool extended);

/* State and preferred bit of @tpg in an RTPG answer (either header form). -ENODATA: not in it. */
int alua_rtpg_find(const uint8_t *data, size_t len, bool extended, unsigned int tpg,
		   unsigned int *ret_state, bool *ret_preferred);

/* Bytes an RTPG answer says it has in all; may exceed @len. */
uint32_t alua_rtpg_length(const uint8_t *data, size_t len);

/* Priority by multipath-tools' scale (behaviour.md 6.3). */
int alua_prio(unsigned int state, bool preferred, bool exclusive_pref_bit);

#endif
