/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uevents.h - the way in for events that do not come from udevd's socket: tests tell them. */
#ifndef MP_DAEMON_UEVENTS_H
#define MP_DAEMON_UEVENTS_H

#include "core/host/udb.h"
#include "daemon/multipathd.h"

/* Takes @props over (ACTION, DEVNAME, MAJOR, ...). 0, or -EINVAL: not a block device's event. */
int uevents_push(struct multipathd *d, struct udev_props *props);

#endif
