// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The udev database through libudev. A device that udevd has not handled has nothing but the
 * kernel's own uevent variables, which sysfs tells as well: that is -ENODATA, so that callers have
 * one place where they fall back. The udev context is per object and used by one thread.
 */
#include "core/host/udb.h"

#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/udb_live.h"
#include "core/host/udb_props.h"

struct udb_lv {
	struct udb base;
	struct udev *udev;
};

int udb_live_props(struct udev_device *dev, struct udev_props *p)
{
	struct udev_list_entry *e;
	unsigned int cap = 0;
	int r = 0;

	udev_list_entry_foreach(e, udev_device_get_properties_list_entry(dev))
	{
		const char *value = udev_list_entry_get_value(e);

		r = udev_props_add(p, &cap, udev_list_entry_get_name(e), value ? value : "");
		if (r < 0)
			return r;
	}
	udev_props_sort(p);
	return 0;
}

static int live_get(struct udb *u, dev_t devno, struct udev_props *ret_props)
{
	struct udb_lv *lv = (struct udb_lv *)u;
	struct udev_props p = { 0 };
	struct udev_device *dev;
	int r = -ENODATA;

	errno = 0;
	dev = udev_device_new_from_devnum(lv->udev, 'b', devno);
	if (!dev)
		return errno == ENOMEM ? -ENOMEM : -ENODEV;
	if (udev_device_get_is_initialized(dev) > 0) {
		p.initialized = true;
		r = udb_live_props(dev, &p);
	}
	udev_device_unref(dev);
	if (r < 0) {
		udev_props_done(&p);
		return r;
	}
	*ret_props = p;
	return 0;
}

static void live_free(struct udb *u)
{
	struct udb_lv *lv = (struct udb_lv *)u;

	udev_unref(lv->udev);
	free(lv);
}

static const struct udb_ops live_ops = { .get = live_get, .free = live_free };

int udb_live(struct udb **ret_udb)
{
	struct udb_lv *lv = calloc(1, sizeof(*lv));

	if (!lv)
		return -ENOMEM;
	lv->base.ops = &live_ops;
	lv->udev = udev_new();
	if (!lv->udev) {
		free(lv);
		return -ENOMEM;
	}
	*ret_udb = &lv->base;
	return 0;
}
