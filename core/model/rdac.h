/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rdac.h - VPD page C9h, "volume access control", of LSI, Engenio and NetApp E-Series arrays.
 * The page is the vendor's; its layout is known from the kernel's scsi_dh_rdac.
 */
#ifndef MP_RDAC_H
#define MP_RDAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/alua.h"

#define RDAC_PAGE     0xc9
#define RDAC_PAGE_LEN 48

struct rdac_access {
	bool connected;		       /* the volume is there behind this path */
	bool owner;		       /* this controller owns the volume now */
	bool ioship;		       /* either controller takes I/O */
	bool has_tpg;		       /* the three fields below are valid */
	unsigned int state, alt_state; /* enum alua_state of this controller and of the other */
	uint8_t reason;		       /* why this one is unavailable */
	unsigned int preference;       /* 1: preferred path, 2: secondary path */
};

/* -EINVAL: not this page, or cut short. */
int rdac_access(const uint8_t *page, size_t len, struct rdac_access *ret);

/* Is this page C9h of a real RDAC array ("vac1")? detect_checker asks. */
bool rdac_page_valid(const uint8_t *page, size_t len);

#endif
