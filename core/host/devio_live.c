// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device nodes below one folder. A node is opened by name and believed by number: between a look
 * into sysfs and this open another disk may have taken the name. Everything is opened read-only
 * and O_NONBLOCK, which lets a device open that has no medium or is not ready; commands and reads
 * block all the same.
 */
#include "core/host/devio_live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/host/fdio.h"

struct devio_lv {
	struct devio base;
	char dir[];
};

struct devio_dev {
	int fd;
	struct scsi_result answer; /* of the command that was sent */
};

/* The kernel writes '!' for the '/' of names such as cciss/c0d0. "!.." would be a way out. */
static int node_path(const struct devio_lv *lv, const char *name, char *path, size_t len)
{
	int n;

	if (name_check(name) < 0 || *name == '!' || strstr(name, "!.") || strstr(name, "..!"))
		return -EINVAL;
	n = snprintf(path, len, "%s/%s", lv->dir, name);
	if (n < 0 || (size_t)n >= len)
		return -ENAMETOOLONG;
	for (char *p = path + strlen(lv->dir); (p = strchr(p, '!'));)
		*p = '/';
	return 0;
}

/* Of @type (S_IFBLK, S_IFCHR) only: -ENODEV. */
static int name_open(struct devio *io, const char *name, int flags, mode_t type, dev_t *ret_devno)
{
	char path[PATH_MAX];
	struct stat st;
	int r = node_path((struct devio_lv *)io, name, path, sizeof(path)), fd;

	if (r < 0)
		return r;
	fd = open(path, O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if ((st.st_mode & S_IFMT) != type)
		r = -ENODEV;
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_devno = st.st_rdev;
	return fd;
}

static int node_open(struct devio *io, const char *name, dev_t devno, int flags)
{
	dev_t found;
	int fd = name_open(io, name, O_RDONLY | flags, S_IFBLK, &found);

	if (fd < 0 || found == devno)
		return fd;
	close(fd);
	return -ENODEV;
}

/* @fd is taken over. */
static int dev_new(int fd, struct devio_dev **ret_dev)
{
	struct devio_dev *d = calloc(1, sizeof(*d));

	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	d->fd = fd;
	*ret_dev = d;
	return 0;
}

static int live_open(struct devio *io, const char *name, dev_t devno, struct devio_dev **ret_dev)
{
	int fd = node_open(io, name, devno, 0);

	return fd < 0 ? fd : dev_new(fd, ret_dev);
}

static void live_close(struct devio_dev *d)
{
	if (!d)
		return;
	close(d->fd);
	free(d);
}

static void live_scsi(struct devio_dev *d, const struct scsi_cmd *c, void *buf,
		      struct scsi_result *r)
{
	scsi_ioctl(d->fd, c, buf, r);
}

static int generic_open(struct devio *io, const char *name, const struct scsi_addr *at)
{
	dev_t found;
	int fd = name_open(io, name, O_RDWR, S_IFCHR, &found);
	int r = fd < 0 ? 0 : sg_is_at(fd, at);

	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static int live_generic(struct devio *io, const char *name, const struct scsi_addr *at,
			struct devio_dev **ret_dev)
{
	int fd = generic_open(io, name, at);

	return fd < 0 ? fd : dev_new(fd, ret_dev);
}

static int live_send(struct devio_dev *d, const struct scsi_cmd *c, void *buf)
{
	return sg_send(d->fd, c, buf, &d->answer);
}

static int live_fetch(struct devio_dev *d, int wait_ms, struct scsi_result *r)
{
	int e = sg_fetch(d->fd, wait_ms, &d->answer);

	if (e == 0)
		*r = d->answer;
	return e;
}

static int live_queue_fd(const struct devio_dev *d)
{
	return d->fd;
}

static int live_nvme(struct devio_dev *d, const struct nvme_cmd *c, void *buf)
{
	return nvme_ioctl(d->fd, c, buf);
}

static ssize_t live_read(struct devio_dev *d, void *buf, size_t len, uint64_t offset)
{
	return blkio_read_direct(d->fd, buf, len, offset);
}

static int live_block_size(struct devio_dev *d, unsigned int *ret_bytes)
{
	return blkio_block_size(d->fd, ret_bytes);
}

static int live_exclusive(struct devio *io, const char *name, dev_t devno)
{
	int fd = node_open(io, name, devno, O_EXCL);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int live_lock(struct devio *io, const char *name, dev_t devno)
{
	int fd = node_open(io, name, devno, 0);

	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0) {
		int r = errno == EWOULDBLOCK ? -EBUSY : -errno;

		close(fd);
		return r;
	}
	return fd;
}

static void live_unlock(struct devio *io, int lock)
{
	(void)io;
	close(lock);
}

static void live_free(struct devio *io)
{
	free(io);
}

static const struct devio_ops live_ops = {
	.open = live_open,
	.close = live_close,
	.scsi = live_scsi,
	.generic = live_generic,
	.send = live_send,
	.fetch = live_fetch,
	.queue_fd = live_queue_fd,
	.nvme_admin = live_nvme,
	.read = live_read,
	.block_size = live_block_size,
	.exclusive = live_exclusive,
	.lock = live_lock,
	.unlock = live_unlock,
	.free = live_free,
};

int devio_live(const char *dev_dir, struct devio **ret_io)
{
	struct devio_lv *lv = malloc(sizeof(*lv) + strlen(dev_dir) + 1);

	if (!lv)
		return -ENOMEM;
	lv->base.ops = &live_ops;
	strcpy(lv->dir, dev_dir);
	*ret_io = &lv->base;
	return 0;
}
