// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two tables of contents (VTOC) of System V on PCs, both little-endian: Solaris' in sector 1,
 * UnixWare's behind a label in sector 29. They stand at these places of the partition that the
 * system was given, so they are found on a device that is such a partition.
 */
#include <errno.h>

#include "core/model/bytes.h"
#include "core/model/ptable/reader.h"

#define VTOC_SANE      0x600ddeeeu
#define SLICES	       16
#define SLICE	       12
#define SOLARIS_AT     1
#define UNIXWARE_AT    29
#define UNIXWARE_MAGIC 0xca5e600du

/* Solaris: the VTOC itself. */
enum { V_SANE = 12, V_VERSION = 16, V_N_SLICES = 30, V_SLICES = 72 };
/* UnixWare: a label with the VTOC behind it. */
enum { U_MAGIC = 4, U_SANE = 156, U_SLICES = 216 };
/* A slice of either. */
enum { S_TAG = 0, S_START = 4, S_SIZE = 8 };

int solaris_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	uint8_t b[PTABLE_SECTOR];
	unsigned int n;
	int r = pt_sector(d, SOLARIS_AT, b);

	(void)o;
	if (r)
		return r;
	if (get_le32(b + V_SANE) != VTOC_SANE)
		return -ENODATA;
	if (get_le32(b + V_VERSION) != 1) {
		pt_find(t, PTF_VERSION, true, 0)->part = "the VTOC";
		return -EBADMSG;
	}
	n = get_le16(b + V_N_SLICES);
	for (unsigned int i = 0; i < n && i < SLICES; i++) {
		const uint8_t *s = b + V_SLICES + i * SLICE;

		pt_add(t, i + 1, get_le32(s + S_START), get_le32(s + S_SIZE));
	}
	return 0;
}

int unixware_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	uint8_t b[PTABLE_SECTOR];
	unsigned int number = 1;
	int r = pt_sector(d, UNIXWARE_AT, b);

	(void)o;
	if (r)
		return r;
	if (get_le32(b + U_MAGIC) != UNIXWARE_MAGIC || get_le32(b + U_SANE) != VTOC_SANE)
		return -ENODATA;
	for (unsigned int i = 1; i < SLICES; i++) { /* slice 0 is the whole disk */
		const uint8_t *s = b + U_SLICES + i * SLICE;

		if (get_le16(s + S_TAG))
			pt_add(t, number++, get_le32(s + S_START), get_le32(s + S_SIZE));
	}
	return 0;
}
