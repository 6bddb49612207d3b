/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ana.h - asymmetric namespace access of NVMe: what the prioritizer and detection need of it.
 * Sources: NVM Express Base 2.0c figures 275 (Identify Controller), 207 and 208 (ANA log page, 0Ch),
 * NVM Command Set 1.0c figure 97 (Identify Namespace). Data of any length is safe.
 */
#ifndef MP_ANA_H
#define MP_ANA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host/devio.h"

enum ana_state {
	ANA_OPTIMIZED = 0x1,
	ANA_NONOPTIMIZED = 0x2,
	ANA_INACCESSIBLE = 0x3,
	ANA_PERSISTENT_LOSS = 0x4,
	ANA_CHANGE = 0xf,
};

void ana_identify_ctrl_cmd(struct nvme_cmd *c, unsigned int timeout_ms);
void ana_identify_ns_cmd(struct nvme_cmd *c, uint32_t nsid, unsigned int timeout_ms);
/* @len bytes of the log from @offset, groups without their namespace lists; multiples of 4. */
void ana_log_cmd(struct nvme_cmd *c, uint32_t offset, uint32_t len, unsigned int timeout_ms);

/* Does the controller report ANA? */
bool ana_ctrl_supported(const uint8_t *id, size_t len);
/* -ENODATA: no group (the namespace does not take part), or cut short. */
int ana_ns_group(const uint8_t *id, size_t len, uint32_t *ret_group);

/*
 * One stretch of the log. Walks group descriptors from *@at, which moves behind the last whole one;
 * *@left counts those still to come. 0 when @group was found; -EAGAIN: not in this stretch, more
 * follow; -ENODATA: not in the log.
 */
int ana_log_groups(const uint8_t *log, size_t len, uint16_t *ret_groups);
int ana_log_find(const uint8_t *log, size_t len, uint32_t group, size_t *at, uint16_t *left,
		 unsigned int *ret_state);

int ana_prio(unsigned int state); /* behaviour.md 6.3; -1: reserved state */

#endif
