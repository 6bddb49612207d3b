// SPDX-License-Identifier: GPL-2.0-or-later
/* The PlayStation 3's disk label, big-endian, from byte 0: regions numbered as they come. */
#include <errno.h>

#include "core/model/bytes.h"
#include "core/model/ptable/reader.h"

#define MAGIC1	    0x0face0ffu
#define MAGIC2	    0xdeadfaceu
#define REGIONS	    8
#define REGION_SIZE 144
#define LABEL_SIZE  (L_REGIONS + REGIONS * REGION_SIZE)

enum { L_MAGIC1 = 16, L_MAGIC2 = 24, L_REGIONS = 48 };

int ps3_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	uint8_t b[LABEL_SIZE];
	unsigned int number = 1;
	int r = pt_bytes(d, 0, b, sizeof(b));

	(void)o;
	if (r)
		return r;
	if (get_be64(b + L_MAGIC1) != MAGIC1 || get_be64(b + L_MAGIC2) != MAGIC2)
		return -ENODATA;
	for (unsigned int i = 0; i < REGIONS; i++) {
		const uint8_t *p = b + L_REGIONS + i * REGION_SIZE;

		if (get_be64(p) && get_be64(p + 8))
			pt_add(t, number++, get_be64(p), get_be64(p + 8));
	}
	return 0;
}
