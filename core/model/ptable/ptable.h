/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ptable.h - the partition table of a disk: bytes in, slices out. Pure: whoever asks hands over a
 * way to read the device. A device is untrusted input: every number on it is checked before it is
 * used, and an entry that cannot be right is refused by name while the others stay.
 *
 * Starts and sizes are 512-byte sectors counted from the start of the device, whatever its logical
 * block is. Sources: UEFI 2.10 chapter 5 (GPT, protective MBR), and the layouts that Linux'
 * block/partitions/ reads of the others.
 */
#ifndef MP_PTABLE_H
#define MP_PTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTABLE_SECTOR	512
#define PTABLE_SLICES	256 /* of one device */
#define PTABLE_FINDINGS 24  /* more are counted, not kept */

/* The device as a reader of tables sees it. */
struct ptable_dev {
	/* Fill @buf with all @len bytes from byte @offset, which lie on the device. 0 or -errno. */
	int (*read)(void *ctx, uint64_t offset, void *buf, size_t len);
	void *ctx;
	uint64_t sectors;   /* its size */
	unsigned int block; /* logical block in bytes: a power of two, 512 to 64k */
	bool dasd;	    /* a mainframe's ECKD or FBA disk: other devices have no such label */
};

struct ptable_opts {
	const char *type;  /* read this kind only (a name of ptable_type_name()), NULL: any */
	bool gpt_anyway;   /* GPT counts without a protective MBR */
	bool keep_suspect; /* keep entries that overlap, and chains with a loop, so far */
};

struct ptable_slice {
	unsigned int number;	/* as in the partition's name, from 1 */
	unsigned int container; /* number of the slice it lies in, 0: none */
	uint64_t start, size;	/* size is never 0 */
	bool extended;		/* the shell of logical partitions: no data of its own */
};

/* What is wrong, one row each in ptable.c. */
enum ptable_fault {
	PTF_UNREADABLE,
	PTF_NEGATIVE,
	PTF_BEYOND_END,
	PTF_OVERLAP,
	PTF_TOO_MANY,
	PTF_CHAIN_LOOP,
	PTF_CHAIN_BEYOND_END,
	PTF_CHECKSUM,
	PTF_SIGNATURE,
	PTF_HEADER_SIZE,
	PTF_PLACE,
	PTF_ENTRY_SIZE,
	PTF_ENTRIES_BEYOND_END,
	PTF_ENTRIES_CHECKSUM,
	PTF_MISPLACED_BACKUP,
	PTF_NO_PROTECTIVE_MBR,
	PTF_GEOMETRY,
	PTF_VERSION,
	PTF__N,
};

struct ptable_finding {
	enum ptable_fault fault;
	bool refused;	      /* something is not mapped for it; else it is only worth saying */
	unsigned int number;  /* of the partition, 0: the table itself */
	unsigned int other;   /* the partition it overlaps */
	const char *part;     /* "primary header", ...; NULL */
	uint64_t start, size; /* as the entry has them; size as a difference may have wrapped */
};

struct ptable {
	const char *type; /* "gpt", "dos", ... */
	struct ptable_slice slices[PTABLE_SLICES];
	unsigned int n;
	struct ptable_finding findings[PTABLE_FINDINGS];
	unsigned int n_findings, n_refused; /* n_refused counts those not kept, too */
};

/*
 * The first kind of table that the device has. 0: @t has its type and slices in the order of the
 * table (none for an empty table) and what was found wrong. -ENODATA: there is no table.
 * -EBADMSG: there is one, but none of it can be believed (t->findings say why, t->type is set).
 * Else the -errno of a read. @t is written in any case.
 */
int ptable_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t);

/* Kinds, in the order they are tried; NULL behind the last. */
const char *ptable_type_name(unsigned int i);

/* "overlaps partition 3 (start 100, 200 sectors)". */
void ptable_finding_text(const struct ptable_finding *f, char *out, size_t len);

#endif
