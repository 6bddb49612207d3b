/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.h - what sysfs and udev say of one block device, without any I/O to it. */
#ifndef MP_FACTS_H
#define MP_FACTS_H

#include "core/host/host.h"
#include "core/model/path.h"

struct arena;

/*
 * Fill @d from /sys/class/block/@name. Strings and byte arrays live in @a; udev properties are
 * the caller's to release (udev_props_done). 0; -ENODEV: no such device.
 */
int facts_load(struct host *h, struct arena *a, const char *name, struct blkdev *d);

/* The name of a block device by number; -ENODEV: none. */
int facts_name(struct host *h, dev_t devno, char *name, size_t len);

/* Is it a whole disk (not a partition)? */
bool facts_is_disk(struct host *h, const char *name);

#endif
