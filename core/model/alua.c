/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * REPORT TARGET PORT GROUPS, read defensively: the walk over the descriptors ends where the data
 * that arrived ends or where the answer says it ends, whichever comes first, and a descriptor
 * counts only if its eight fixed bytes lie before that end. Target port counts only ever move the
 * cursor forward, so that no length field can make the walk loop or step outside.
 */
#include "core/model/alua.h"

#include <errno.h>
#include <string.h>

#include "core/model/bytes.h"

static const char *const states[16] = {
	[ALUA_OPTIMIZED] = "active/optimized",
	[ALUA_NONOPTIMIZED] = "active/non-optimized",
	[ALUA_STANDBY] = "standby",
	[ALUA_UNAVAILABLE] = "unavailable",
	[ALUA_LBA_DEPENDENT] = "lba-dependent",
	[ALUA_OFFLINE] = "offline",
	[ALUA_TRANSITIONING] = "transitioning",
};

const char *alua_state_text(unsigned int state)
{
	return state < 16 && states[state] ? states[state] : "reserved";
}

int alua_state_parse(const char *text)
{
	size_t n = strcspn(text, "\n");

	for (int i = 0; i < 16; i++)
		if (states[i] && strlen(states[i]) == n && !memcmp(states[i], text, n))
			return i;
	return -EINVAL;
}

/* SPC-6 6.36: MAINTENANCE IN, service action 0Ah; PARAMETER DATA FORMAT in bits 7-5 of byte 1. */
void alua_rtpg_cmd(struct scsi_cmd *c, uint32_t len, unsigned int timeout_ms, bool extended)
{
	memset(c, 0, sizeof(*c));
	c->cdb[0] = 0xa3;
	c->cdb[1] = extended ? 0x2a : 0x0a;
	put_be32(c->cdb + 6, len);
	c->cdb_len = 12;
	c->len = len;
	c->timeout_ms = timeout_ms;
}

uint32_t alua_rtpg_length(const uint8_t *data, size_t len)
{
	uint32_t n;

	if (len < 4)
		return 0;
	n = get_be32(data);
	return n > UINT32_MAX - 4 ? UINT32_MAX : n + 4;
}

/* A target that does not know the extended form answers in the plain one: FORMAT TYPE tells. */
static size_t rtpg_first(const uint8_t *data, size_t end, bool extended)
{
	return extended && end > 4 && (data[4] & 0x70) == 0x10 ? 8 : 4;
}

int alua_rtpg_find(const uint8_t *data, size_t len, bool extended, unsigned int tpg,
		   unsigned int *ret_state, bool *ret_preferred)
{
	size_t end = alua_rtpg_length(data, len);
	const uint8_t *d;

	if (end > len)
		end = len;
	for (size_t at = rtpg_first(data, end, extended); at + 8 <= end; at += 8 + 4u * d[7]) {
		d = data + at;
		if (get_be16(d + 2) != tpg)
			continue;
		*ret_state = d[0] & 0x0f;
		*ret_preferred = d[0] & 0x80;
		return 0;
	}
	return -ENODATA;
}

int alua_prio(unsigned int state, bool preferred, bool exclusive_pref_bit)
{
	int prio;

	switch (state) {
	case ALUA_OPTIMIZED:
		prio = 50;
		break;
	case ALUA_NONOPTIMIZED:
		prio = 10;
		break;
	case ALUA_LBA_DEPENDENT:
		prio = 5;
		break;
	case ALUA_STANDBY:
		prio = 1;
		break;
	default:
		prio = 0;
		break;
	}
	if (preferred && (state != ALUA_OPTIMIZED || exclusive_pref_bit))
		prio += 80;
	return prio;
}
