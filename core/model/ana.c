/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ANA log is asked for without namespace lists (RGO), so that a group takes 32 bytes; lists
 * that come all the same are stepped over. A log longer than one answer is read stretch by
 * stretch: the caller keeps the offset of the next descriptor and the number still to come.
 */
#include "core/model/ana.h"

#include <errno.h>
#include <string.h>

#include "core/model/bytes.h"

#define LOG_HEADER 16
#define LOG_GROUP  32

static void admin_cmd(struct nvme_cmd *c, uint8_t opcode, uint32_t len, unsigned int timeout_ms)
{
	memset(c, 0, sizeof(*c));
	c->opcode = opcode;
	c->len = len;
	c->timeout_ms = timeout_ms;
}

void ana_identify_ctrl_cmd(struct nvme_cmd *c, unsigned int timeout_ms)
{
	admin_cmd(c, 0x06, 4096, timeout_ms);
	c->cdw10 = 0x01; /* CNS */
}

void ana_identify_ns_cmd(struct nvme_cmd *c, uint32_t nsid, unsigned int timeout_ms)
{
	admin_cmd(c, 0x06, 4096, timeout_ms);
	c->nsid = nsid;
}

/* Log page 0Ch; bit 8: RGO; bits 31-16: dwords less one; dwords 12 and 13: offset. */
void ana_log_cmd(struct nvme_cmd *c, uint32_t offset, uint32_t len, unsigned int timeout_ms)
{
	uint32_t dwords = len / 4 - 1;

	admin_cmd(c, 0x02, len, timeout_ms);
	c->nsid = 0xffffffff;
	c->cdw10 = 0x0c | 1u << 8 | (dwords & 0xffff) << 16;
	c->cdw11 = dwords >> 16;
	c->cdw12 = offset;
}

bool ana_ctrl_supported(const uint8_t *id, size_t len)
{
	return len > 76 && id[76] & 0x08; /* CMIC */
}

int ana_ns_group(const uint8_t *id, size_t len, uint32_t *ret_group)
{
	if (len < 96 || !get_le32(id + 92))
		return -ENODATA;
	*ret_group = get_le32(id + 92);
	return 0;
}

int ana_log_groups(const uint8_t *log, size_t len, uint16_t *ret_groups)
{
	if (len < LOG_HEADER)
		return -ENODATA;
	*ret_groups = get_le16(log + 8);
	return 0;
}

int ana_log_find(const uint8_t *log, size_t len, uint32_t group, size_t *at, uint16_t *left,
		 unsigned int *ret_state)
{
	size_t n;

	while (*left && *at <= len && len - *at >= LOG_GROUP) {
		if (get_le32(log + *at) == group) {
			*ret_state = log[*at + 16] & 0x0f;
			return 0;
		}
		n = LOG_GROUP + (size_t)get_le32(log + *at + 4) * 4;
		*at += n;
		--*left;
	}
	return *left ? -EAGAIN : -ENODATA;
}

int ana_prio(unsigned int state)
{
	switch (state) {
	case ANA_OPTIMIZED:
		return 50;
	case ANA_NONOPTIMIZED:
		return 10;
	case ANA_INACCESSIBLE:
	case ANA_CHANGE:
		return 1;
	case ANA_PERSISTENT_LOSS:
		return 0;
	default:
		return -1;
	}
}
