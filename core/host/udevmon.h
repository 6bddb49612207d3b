/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udevmon.h - block device events as udevd tells them, once it has handled them.
 *
 * A descriptor to poll and the events one by one, as properties (ACTION, DEVNAME, MAJOR, ...).
 * Source: libudev monitor, group "udev". Where no udevd runs there are no events.
 */
#ifndef MP_UDEVMON_H
#define MP_UDEVMON_H

#include "core/host/udb.h"

struct udevmon;

/* @buffer: bytes of kernel memory for events not yet read (the kernel may give less). */
int udevmon_live(unsigned int buffer, struct udevmon **ret_mon);
void udevmon_free(struct udevmon *m); /* NULL is fine */

int udevmon_fd(const struct udevmon *m); /* readable: events wait */

/* The next event, owned by the caller. -EAGAIN: none; -ENOBUFS: some were lost, look at everything. */
int udevmon_next(struct udevmon *m, struct udev_props *ret_props);

#endif
