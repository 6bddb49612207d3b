/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udb.h - the udev database: properties of a block device.
 *
 * Where no udevd runs there is no record: udb_get() gives -ENODATA and callers fall back to sysfs.
 * The replay form reads the text of `udevadm info -e`.
 */
#ifndef MP_UDB_H
#define MP_UDB_H

#include <stdbool.h>
#include <sys/types.h>

struct udb;

/* Properties of one device, sorted as the database has them; owned by the caller. */
struct udev_props {
	struct udev_prop {
		char *key, *value;
	} * list;
	unsigned int n;
	bool initialized; /* udevd has handled the device */
};

struct udb_ops {
	int (*get)(struct udb *u, dev_t devno, struct udev_props *ret_props);
	void (*free)(struct udb *u);
};
struct udb {
	const struct udb_ops *ops;
};

int udb_live(struct udb **ret_udb);
int udb_replay(const char *udevadm_export_file, struct udb **ret_udb); /* absent file: empty */
static inline int udb_get(struct udb *u, dev_t devno, struct udev_props *ret_props)
{
	return u->ops->get(u, devno, ret_props);
}
void udb_free(struct udb *u);

void udev_props_done(struct udev_props *p);
const char *udev_prop(const struct udev_props *p, const char *key); /* NULL: not there */

#endif
