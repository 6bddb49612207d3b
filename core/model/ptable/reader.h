/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.h - what the readers of core/model/ptable share; nobody else includes it. */
#ifndef MP_PTABLE_READER_H
#define MP_PTABLE_READER_H

#include "core/model/ptable/ptable.h"

/*
 * 0: this is a table of its kind; slices and findings are added to @t.
 * -ENODATA: it is not. -EBADMSG: it is, but cannot be believed (with a finding). Else -errno.
 */
typedef int (*ptable_reader)(const struct ptable_dev *d, const struct ptable_opts *o,
			     struct ptable *t);

int gpt_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int dos_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int bsd_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int solaris_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int unixware_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int dasd_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int mac_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int sun_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);
int ps3_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);

/* Bytes of the device. -ENODATA: they do not all lie on it. */
int pt_bytes(const struct ptable_dev *d, uint64_t offset, void *buf, size_t len);
/* One 512-byte sector. */
int pt_sector(const struct ptable_dev *d, uint64_t sector, uint8_t buf[PTABLE_SECTOR]);

/* Sectors in a logical block. */
static inline uint64_t pt_block_sectors(const struct ptable_dev *d)
{
	return d->block / PTABLE_SECTOR;
}

/* Add a slice; an empty one (size 0) is none. NULL: nothing was added. A reader withdraws a slice by
 * setting its size to 0. */
struct ptable_slice *pt_add(struct ptable *t, unsigned int number, uint64_t start, uint64_t size);

/* Note a finding and return it, to be filled in further; never NULL. */
struct ptable_finding *pt_find(struct ptable *t, enum ptable_fault fault, bool refused,
			       unsigned int number);

#endif
