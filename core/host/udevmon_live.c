/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A libudev monitor of its own context, so that reading the database elsewhere disturbs nothing. */
#include "core/host/udevmon.h"

#include <errno.h>
#include <libudev.h>
#include <stdlib.h>

#include "core/host/udb_live.h"

struct udevmon {
	struct udev *udev;
	struct udev_monitor *mon;
};

void udevmon_free(struct udevmon *m)
{
	if (!m)
		return;
	if (m->mon)
		udev_monitor_unref(m->mon);
	if (m->udev)
		udev_unref(m->udev);
	free(m);
}

int udevmon_live(unsigned int buffer, struct udevmon **ret_mon)
{
	struct udevmon *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->udev = udev_new();
	if (m->udev)
		m->mon = udev_monitor_new_from_netlink(m->udev, "udev");
	if (!m->mon) {
		udevmon_free(m);
		return -EOPNOTSUPP;
	}
	udev_monitor_set_receive_buffer_size(m->mon, (int)buffer);
	if (udev_monitor_filter_add_match_subsystem_devtype(m->mon, "block", "disk") < 0 ||
	    udev_monitor_enable_receiving(m->mon) < 0) {
		udevmon_free(m);
		return -EIO;
	}
	*ret_mon = m;
	return 0;
}

int udevmon_fd(const struct udevmon *m)
{
	return udev_monitor_get_fd(m->mon);
}

int udevmon_next(struct udevmon *m, struct udev_props *ret_props)
{
	struct udev_props p = { .initialized = true };
	struct udev_device *dev;
	int r;

	errno = 0;
	dev = udev_monitor_receive_device(m->mon);
	if (!dev)
		return errno == ENOBUFS ? -ENOBUFS : errno == ENOMEM ? -ENOMEM : -EAGAIN;
	r = udb_live_props(dev, &p);
	udev_device_unref(dev);
	if (r < 0) {
		udev_props_done(&p);
		return r;
	}
	*ret_props = p;
	return 0;
}
