// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Sun label in sector 0, big-endian. Slices start on cylinders; the geometry is in the label.
 * Slice 3 is the whole disk by custom and holds the others.
 */
#include <errno.h>

#include "core/model/bytes.h"
#include "core/model/ptable/reader.h"

#define MAGIC  0xdabe
#define SLICES 8
#define SLICE  8

enum { L_HEADS = 436, L_SECTORS = 438, L_SLICES = 444, L_MAGIC = 508 };

/* All 16-bit words of a label, its checksum among them, cancel out. */
static bool checksum_right(const uint8_t *b)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < PTABLE_SECTOR; i += 2)
		sum ^= get_be16(b + i);
	return sum == 0;
}

int sun_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	uint8_t b[PTABLE_SECTOR];
	uint64_t cylinder;
	int r = pt_sector(d, 0, b);

	(void)o;
	if (r)
		return r;
	if (get_be16(b + L_MAGIC) != MAGIC)
		return -ENODATA;
	if (!checksum_right(b)) {
		pt_find(t, PTF_CHECKSUM, true, 0)->part = "the label";
		return -EBADMSG;
	}
	cylinder = (uint64_t)get_be16(b + L_HEADS) * get_be16(b + L_SECTORS);
	for (unsigned int i = 0; i < SLICES; i++) {
		const uint8_t *s = b + L_SLICES + i * SLICE;

		pt_add(t, i + 1, get_be32(s) * cylinder, get_be32(s + 4));
	}
	return 0;
}
