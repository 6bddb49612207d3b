/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crc32.h - the CRC-32 of ISO 3309 and UEFI (polynomial EDB88320h, reflected). */
#ifndef MP_CRC32_H
#define MP_CRC32_H

#include <stddef.h>
#include <stdint.h>

struct crc32 {
	uint32_t table[256];
	uint32_t sum;
};

void crc32_init(struct crc32 *c); /* makes the table; crc32_start() is then enough for a new sum */
void crc32_start(struct crc32 *c);
void crc32_add(struct crc32 *c, const void *data, size_t len);
uint32_t crc32_sum(const struct crc32 *c);

#endif
