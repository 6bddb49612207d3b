/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kpartx.h - the partitions of one device or image file as device-mapper maps.
 *
 * In steps, so that who decides does not act: open the disk, read its table (ptable.h), plan
 * (partmap.h), carry out, close. Every problem is logged once, with the partition's or the disk's
 * name first. Needs no configuration.
 */
#ifndef MP_KPARTX_H
#define MP_KPARTX_H

#include "core/host/host.h"
#include "core/model/partmap.h"

struct strbuf;

struct kpartx_opts {
	bool read_only;	   /* -r */
	bool force;	   /* -f: despite no_partitions; overlapping entries; maps without UUID */
	bool gpt_anyway;   /* -g */
	bool no_wait;	   /* -n: udev is not waited for */
	const char *delim; /* -p, NULL: as the name ends */
	const char *type;  /* -t, NULL: any */
};

struct kpartx_disk {
	char *shown;		     /* the node as given; of a file that of its loop device */
	char kernel[64];	     /* kernel name */
	char name[DM_NAME_MAX];	     /* partitions are called after it */
	char uuid[DM_UUID_MAX];	     /* their UUIDs end in it */
	char loop[LOOPDEV_NAME_MAX]; /* of an image file: its loop device */
	bool attached;		     /* the loop device was attached by kpartx_open() */
	bool skip;		     /* a multipath map whose feature says no partitions */
	bool read_only, dasd;
	unsigned int major, minor;
	uint64_t sectors;
};

enum kpartx_opened {
	KPARTX_OPEN,
	KPARTX_MISSING, /* there is no such device or file; not logged */
	KPARTX_NO_LOOP, /* a file that no loop device serves, and none was to be attached */
	KPARTX_FAILED,	/* logged */
};

/* @attach: a file may get a loop device. kpartx_close() is due in any case. */
enum kpartx_opened kpartx_open(struct host *h, const char *path, const struct kpartx_opts *o,
			       bool attach, struct kpartx_disk *ret_disk);

/* @detach: the loop device goes. 0 or -errno (logged). */
int kpartx_close(struct host *h, struct kpartx_disk *d, bool detach);

/* As ptable_read(), findings and errors logged; -ENODATA is no error. */
int kpartx_table(struct host *h, const struct kpartx_disk *d, const struct kpartx_opts *o,
		 struct ptable *t);

/* What `kpartx -l` prints. */
void kpartx_list(const struct kpartx_disk *d, const struct kpartx_opts *o, const struct ptable *t,
		 struct strbuf *out);

/* Plans: for a table (@vanished: -u), or to remove all. 0 or -errno (logged). */
int kpartx_plan(struct host *h, const struct kpartx_disk *d, const struct kpartx_opts *o,
		const struct ptable *t, bool vanished, struct partmap_plan *ret);
int kpartx_plan_removal(struct host *h, const struct kpartx_disk *d, const struct kpartx_opts *o,
			struct partmap_plan *ret);

/* Carry the plan out, all under one udev cookie; steps have what came of them. The number of steps
 * that failed (logged). */
unsigned int kpartx_carry_out(struct host *h, const struct kpartx_disk *d,
			      const struct kpartx_opts *o, struct partmap_plan *p);

#endif
