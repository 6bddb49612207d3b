/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clariion.h - VPD page C0h, "unit path report", of EMC CLARiiON and VNX arrays.
 * The page is the vendor's; its layout is known from the kernel's scsi_dh_emc.
 */
#ifndef MP_CLARIION_H
#define MP_CLARIION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLARIION_PAGE	  0xc0
#define CLARIION_PAGE_LEN 128

struct clariion_path {
	bool configured;  /* initiator type, failover mode and ArrayCommPath are as they must be */
	bool normal;	  /* no operation such as a code load under way */
	unsigned int lun; /* 0 unbound, 1 bound to the other processor, 2 owned by this one */
	bool default_sp;  /* this processor is the default owner */
	uint8_t wwn[16];
};

/* -EINVAL: another page or revision, or cut short. */
int clariion_path(const uint8_t *page, size_t len, struct clariion_path *ret);

#endif
