// SPDX-License-Identifier: GPL-2.0-or-later
/* The table is made when it is needed: two microseconds, and no 1 KiB of constants in the program. */
#include "core/model/crc32.h"

#define POLYNOMIAL 0xedb88320u

void crc32_init(struct crc32 *c)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t v = i;

		for (int bit = 0; bit < 8; bit++)
			v = v >> 1 ^ (v & 1 ? POLYNOMIAL : 0);
		c->table[i] = v;
	}
	crc32_start(c);
}

void crc32_start(struct crc32 *c)
{
	c->sum = ~0u;
}

void crc32_add(struct crc32 *c, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		c->sum = c->table[(c->sum ^ *p++) & 0xff] ^ c->sum >> 8;
}

uint32_t crc32_sum(const struct crc32 *c)
{
	return ~c->sum;
}
