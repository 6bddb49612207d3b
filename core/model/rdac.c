/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One reader for the RDAC page, used by the checker, the prioritizer and detection: byte 8 holds
 * the mode and ownership bits, byte 9 the preference, bytes 10 to 13 the ALUA states of the two
 * controllers with a vendor's reason code each.
 */
#include "core/model/rdac.h"

#include <errno.h>
#include <string.h>

int rdac_access(const uint8_t *page, size_t len, struct rdac_access *ret)
{
	uint8_t mode;

	/* Any peripheral qualifier but 000b, or a device that is no disk: nothing is mapped, and
	 * what follows need not be the page. */
	if (len && page[0] & 0x7f) {
		*ret = (struct rdac_access){ .connected = false };
		return 0;
	}
	if (len < 14 || page[1] != RDAC_PAGE)
		return -EINVAL;
	mode = page[8];
	ret->connected = true;
	ret->owner = mode & 0x01;
	ret->ioship = mode & 0x20;
	ret->has_tpg = mode & 0x10;
	ret->preference = page[9] & 0x0f;
	ret->state = page[10] & 0x0f;
	ret->reason = page[11];
	ret->alt_state = page[12] & 0x0f;
	return 0;
}

bool rdac_page_valid(const uint8_t *page, size_t len)
{
	return len >= 8 && page[1] == RDAC_PAGE && !memcmp(page + 4, "vac1", 4);
}
