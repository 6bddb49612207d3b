// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The BSD disklabel, little-endian: in sector 0 at byte 64, or in sector 1 at byte 0. Slices are
 * numbered as they come, the unused ones left out. The slice of the whole disk holds the others.
 * A wrong checksum is only worth saying: parted writes one (3.5), and neither Linux nor kpartx looks.
 */
#include <errno.h>

#include "core/model/bytes.h"
#include "core/model/ptable/reader.h"

#define MAGIC	   0x82564557u
#define SLICES_MAX 16
#define LABEL_MAX  (L_SLICES + SLICES_MAX * SLICE)
#define SLICE	   16

enum { L_MAGIC = 0, L_MAGIC2 = 132, L_N_SLICES = 138, L_SLICES = 148 };
enum { S_SIZE = 0, S_START = 4, S_TYPE = 12 };

/* All 16-bit words of a label, its checksum among them, cancel out. */
static bool checksum_right(const uint8_t *label, unsigned int n)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < L_SLICES + n * SLICE; i += 2)
		sum ^= get_le16(label + i);
	return sum == 0;
}

static int take_label(const uint8_t *label, struct ptable *t)
{
	unsigned int n = get_le16(label + L_N_SLICES), number = 1;

	if (get_le32(label + L_MAGIC) != MAGIC || get_le32(label + L_MAGIC2) != MAGIC)
		return -ENODATA;
	if (n > SLICES_MAX) {
		pt_find(t, PTF_TOO_MANY, true, n);
		return -EBADMSG;
	}
	if (!checksum_right(label, n))
		pt_find(t, PTF_CHECKSUM, false, 0)->part = "the label";
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *s = label + L_SLICES + i * SLICE;

		if (s[S_TYPE])
			pt_add(t, number++, get_le32(s + S_START), get_le32(s + S_SIZE));
	}
	return 0;
}

int bsd_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	static const uint64_t places[] = { 64, PTABLE_SECTOR };
	uint8_t label[LABEL_MAX];
	int r = -ENODATA;

	(void)o;
	for (unsigned int i = 0; i < 2 && r == -ENODATA; i++) {
		r = pt_bytes(d, places[i], label, sizeof(label));
		if (!r)
			r = take_label(label, t);
	}
	return r;
}
