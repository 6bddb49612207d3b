/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopdev.h - image files as block devices: find, attach and detach loop devices. A recorded host
 * has none: there every call is -EOPNOTSUPP.
 */
#ifndef MP_LOOPDEV_H
#define MP_LOOPDEV_H

#include <stdbool.h>

#define LOOPDEV_NAME_MAX 16

struct fstree;
struct loopdev;

struct loopdev_ops {
	/* The loop device (kernel name) that serves all of the file @path: 0; -ENODEV: none does.
	 * -EINVAL: no regular file. Nothing is opened for the question, so a FIFO does not block. */
	int (*find)(struct loopdev *l, const char *path, char name[LOOPDEV_NAME_MAX]);
	/* Attach the file to a free loop device; read-only where asked for or where the file cannot
	 * be written. -EINVAL: no regular file. */
	int (*attach)(struct loopdev *l, const char *path, bool read_only,
		      char name[LOOPDEV_NAME_MAX]);
	/* One that is still open somewhere goes when its last user closes it. */
	int (*detach)(struct loopdev *l, const char *name);
	void (*free)(struct loopdev *l);
};
struct loopdev {
	const struct loopdev_ops *ops;
};

/* @sys stays the caller's and must outlive the object. */
int loopdev_live(const char *dev_dir, struct fstree *sys, struct loopdev **ret_loop);
int loopdev_none(struct loopdev **ret_loop);
void loopdev_free(struct loopdev *l); /* NULL is fine */

#endif
