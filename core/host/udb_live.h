/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udb_live.h - reading a libudev device's properties, for the live files of core/host only. */
#ifndef MP_UDB_LIVE_H
#define MP_UDB_LIVE_H

#include "core/host/udb.h"

struct udev_device;

/* Adds all of them to @p, sorted. */
int udb_live_props(struct udev_device *dev, struct udev_props *p);

#endif
