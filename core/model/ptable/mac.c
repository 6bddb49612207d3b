// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Apple partition map, big-endian: a driver descriptor in block 0 gives the block size, then
 * one block for each entry, the map's own and those of free space included. Each entry says how
 * many there are; the first one's word counts. The map ends early where a block is no entry.
 */
#include <errno.h>

#include "core/model/bytes.h"
#include "core/model/ptable/reader.h"

#define DRIVER_MAGIC 0x4552
#define ENTRY_MAGIC  0x504d
#define BLOCK_MAX    32768

enum { D_MAGIC = 0, D_BLOCK = 2 };
enum { E_MAGIC = 0, E_COUNT = 4, E_START = 8, E_SIZE = 12 };

int mac_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	uint8_t b[PTABLE_SECTOR];
	uint32_t count = 1, block;
	uint64_t mul;
	int r = pt_sector(d, 0, b);

	(void)o;
	if (r)
		return r;
	block = get_be16(b + D_BLOCK);
	if (get_be16(b + D_MAGIC) != DRIVER_MAGIC)
		return -ENODATA;
	if (block < PTABLE_SECTOR || block > BLOCK_MAX || block % PTABLE_SECTOR)
		return -ENODATA;
	mul = block / PTABLE_SECTOR;
	for (uint32_t i = 1; i <= count && i <= PTABLE_SLICES; i++) {
		r = pt_sector(d, i * mul, b);
		if (r && r != -ENODATA)
			return r;
		if (r || get_be16(b + E_MAGIC) != ENTRY_MAGIC)
			return i == 1 ? -ENODATA : 0;
		if (i == 1)
			count = get_be32(b + E_COUNT);
		pt_add(t, i, get_be32(b + E_START) * mul, get_be32(b + E_SIZE) * mul);
	}
	return 0;
}
