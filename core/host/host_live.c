// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This machine. The one file that knows where things are in its file system. Nothing is opened
 * that needs a privilege: a command that prints a configuration makes a host, too, and runs as
 * anybody, in a container, without device-mapper.
 */
#include "core/host/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UDEV_CONTROL "/run/udev/control"

static const struct host_places places = {
	.config = "/etc/multipath.conf",
	.config_dir = "/etc/multipath/conf.d",
	.state_dir = "/etc/multipath",
	.run_dir = "/run/multipath",
	.dev_dir = "/dev",
	.dm_dir = "/dev/mapper",
	.socket_abstract = "@/org/kernel/linux/storage/multipathd",
	.socket_path = "/run/multipathd.socket",
	.pidfile = "/run/multipathd.pid",
};

const struct host_places *host_places(void)
{
	return &places;
}

static int parts_open(struct host *h)
{
	int r = fstree_open("/sys", false, &h->sys);

	if (r == 0)
		r = fstree_open("/proc", false, &h->proc);
	if (r == 0)
		r = udb_live(&h->udb);
	if (r == 0)
		r = devio_live(places.dev_dir, &h->io);
	if (r == 0)
		r = dmb_live(UDEV_CONTROL, &h->dmb);
	if (r == 0)
		r = loopdev_live(places.dev_dir, h->sys, &h->loop);
	if (r == 0)
		r = state_open(places.state_dir, places.run_dir, false, &h->state);
	return r;
}

int host_live(struct host **ret_host)
{
	struct host *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		return -ENOMEM;
	h->root = strdup("");
	r = h->root ? parts_open(h) : -ENOMEM;
	if (r < 0) {
		host_free(h);
		return r;
	}
	*ret_host = h;
	return 0;
}
