// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loop devices through /dev/loop-control. Which device serves which file is read from sysfs, where
 * the kernel has the file's path; a device that shows only a part of the file (an offset, a limit)
 * does not count. Between the question for a free device and its use another process may take it:
 * then the question is asked again.
 *
 * LOOP_CONFIGURE (Linux 5.8) attaches in one step; older kernels take two.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/host/fdio.h"
#include "core/host/fstree.h"
#include "core/host/loopdev.h"

#define TRIES 32

struct loop_lv {
	struct loopdev base;
	struct fstree *sys;
	char dir[];
};

static bool serves(struct fstree *sys, const char *name, const char *real)
{
	char text[PATH_MAX];
	uint64_t offset, limit;

	return fstree_text(sys, text, sizeof(text), "block/%s/loop/backing_file", name) > 0 &&
	       !strcmp(text, real) && !fstree_u64(sys, &offset, "block/%s/loop/offset", name) &&
	       !fstree_u64(sys, &limit, "block/%s/loop/sizelimit", name) && !offset && !limit;
}

static int real_file(const char *path, char real[PATH_MAX])
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return realpath(path, real) ? 0 : -errno;
}

static int live_find(struct loopdev *l, const char *path, char name[LOOPDEV_NAME_MAX])
{
	__attribute__((cleanup(names_done))) struct names all = { 0 };
	struct fstree *sys = ((struct loop_lv *)l)->sys;
	char real[PATH_MAX];
	int r = real_file(path, real);

	if (r < 0)
		return r;
	r = fstree_list(sys, "block", &all);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < all.n; i++) {
		if (strncmp(all.list[i], "loop", 4) || strlen(all.list[i]) >= LOOPDEV_NAME_MAX ||
		    !serves(sys, all.list[i], real))
			continue;
		strcpy(name, all.list[i]);
		return 0;
	}
	return -ENODEV;
}

static int node_open(const struct loop_lv *lv, const char *name, int flags)
{
	char path[PATH_MAX];
	int fd, n = snprintf(path, sizeof(path), "%s/%s", lv->dir, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int file_open(const char *path, bool *read_only)
{
	struct stat st;
	int fd = open(path, (*read_only ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && !*read_only && (errno == EACCES || errno == EPERM || errno == EROFS)) {
		*read_only = true;
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

/* Tie the open loop device to the open file. */
static int tie(int loop, int file, const char *path, bool read_only)
{
	struct loop_config c = { .fd = (uint32_t)file };
	int r;

	c.info.lo_flags = read_only ? LO_FLAGS_READ_ONLY : 0;
	snprintf((char *)c.info.lo_file_name, sizeof(c.info.lo_file_name), "%s", path);
	if (ioctl(loop, LOOP_CONFIGURE, &c) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOTTY)
		return -errno;
	if (ioctl(loop, LOOP_SET_FD, file) < 0)
		return -errno;
	if (ioctl(loop, LOOP_SET_STATUS64, &c.info) == 0)
		return 0;
	r = -errno;
	ioctl(loop, LOOP_CLR_FD, 0);
	return r;
}

static int tie_to_free(const struct loop_lv *lv, int control, int file, const char *path,
		       bool read_only, char name[LOOPDEV_NAME_MAX])
{
	__attribute__((cleanup(fd_close))) int loop = -1;
	int n = ioctl(control, LOOP_CTL_GET_FREE, 0);

	if (n < 0)
		return -errno;
	snprintf(name, LOOPDEV_NAME_MAX, "loop%d", n);
	loop = node_open(lv, name, read_only ? O_RDONLY : O_RDWR);
	return loop < 0 ? loop : tie(loop, file, path, read_only);
}

static int live_attach(struct loopdev *l, const char *path, bool read_only,
		       char name[LOOPDEV_NAME_MAX])
{
	__attribute__((cleanup(fd_close))) int control = -1, file = -1;
	const struct loop_lv *lv = (const struct loop_lv *)l;
	int r = -EBUSY;

	file = file_open(path, &read_only);
	if (file < 0)
		return file;
	control = node_open(lv, "loop-control", O_RDWR);
	if (control < 0)
		return control;
	for (int i = 0; i < TRIES && r == -EBUSY; i++)
		r = tie_to_free(lv, control, file, path, read_only, name);
	return r;
}

static int live_detach(struct loopdev *l, const char *name)
{
	__attribute__((cleanup(fd_close))) int fd = -1;

	fd = node_open((const struct loop_lv *)l, name, O_RDONLY);
	if (fd < 0)
		return fd;
	return ioctl(fd, LOOP_CLR_FD, 0) < 0 && errno != ENXIO ? -errno : 0;
}

static void live_free(struct loopdev *l)
{
	free(l);
}

static const struct loopdev_ops live_ops = {
	.find = live_find,
	.attach = live_attach,
	.detach = live_detach,
	.free = live_free,
};

int loopdev_live(const char *dev_dir, struct fstree *sys, struct loopdev **ret_loop)
{
	struct loop_lv *lv = malloc(sizeof(*lv) + strlen(dev_dir) + 1);

	if (!lv)
		return -ENOMEM;
	lv->base.ops = &live_ops;
	lv->sys = sys;
	strcpy(lv->dir, dev_dir);
	*ret_loop = &lv->base;
	return 0;
}
