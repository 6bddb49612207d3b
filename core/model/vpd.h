/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpd.h - identity out of SCSI vital product data. Pure functions over bytes of any length:
 * a page that is cut short or lies about its length gives less, never an out-of-bounds read.
 * Sources: SPC-6 7.7.6 (Device Identification, 83h), 7.7.18 (Unit Serial Number, 80h), SPC-2 for
 * the old form of page 83h.
 */
#ifndef MP_VPD_H
#define MP_VPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/path.h"

/* One designator of page 83h; @id points into the page. */
struct designator {
	unsigned int code_set;	  /* 1 binary, 2 ASCII, 3 UTF-8 */
	unsigned int association; /* 0 logical unit, 1 target port, 2 target device */
	unsigned int type;
	const uint8_t *id;
	size_t len;
};

/* The designator at *@at (start with 0), moving *@at behind it. false: no further one lies wholly
 * inside both the bytes that are there and the length the page declares. */
bool vpd83_next(const uint8_t *page, size_t page_len, size_t *at, struct designator *ret);

/* Is this the form of SCSI-2 days, a bare identifier behind the header? A designator has a
 * reserved, zero byte where such an identifier has a byte of its company id. */
bool vpd83_is_scsi2(const uint8_t *page, size_t page_len);

/* WWID text of page 83h by multipath-tools' order of designators (behaviour.md 4.4).
 * 0; -ENODATA: no usable designator; -EOVERFLOW: cut to @len. */
int vpd83_wwid(const uint8_t *page, size_t page_len, char *out, size_t len);

/* Serial of page 80h: blanks at both ends cut, control bytes dropped. -ENODATA: none. */
int vpd80_serial(const uint8_t *page, size_t page_len, char *out, size_t len);

/* Relative target port and target port group designators of page 83h (association 01b). */
int vpd83_tpg(const uint8_t *page, size_t page_len, unsigned int *ret_tpg);
int vpd83_rel_port(const uint8_t *page, size_t page_len, unsigned int *ret_port);

/* TPGS field (bits 5-4 of byte 5) of standard INQUIRY data: 0 none, 1 implicit, 2 explicit, 3 both;
 * -ENODATA where the data is too short. */
int inquiry_tpgs(const uint8_t *inq, size_t len);

/* Text of the vendor page for %g. -ENOTSUP: the keyword's vendor is not known; -ENODATA: the page
 * has no such text; -EINVAL: it lies about its length. */
int vpd_vendor_text(enum vocab_word vendor, const uint8_t *page, size_t page_len, char *out,
		    size_t len);

#endif
