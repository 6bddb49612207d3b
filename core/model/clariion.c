/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One reader for the CLARiiON page, used by the checker and the prioritizer. Failover modes 1 (PNR)
 * and 4 (ALUA) show as 4 and 6 in byte 28.
 */
#include "core/model/clariion.h"

#include <errno.h>
#include <string.h>

int clariion_path(const uint8_t *page, size_t len, struct clariion_path *ret)
{
	unsigned int mode;

	if (len < 49 || page[1] != CLARIION_PAGE || page[9] != 0x00)
		return -EINVAL;
	mode = page[28] & 0x07;
	ret->configured = page[27] == 0x03 && (mode == 4 || mode == 6) && (page[30] & 0x04);
	ret->normal = page[48] == 0x00;
	ret->lun = page[4];
	ret->default_sp = page[5] == page[8];
	memcpy(ret->wwn, page + 10, sizeof(ret->wwn));
	return 0;
}
