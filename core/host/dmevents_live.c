/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libdevmapper keeps its control descriptor to itself, and an event is armed per descriptor; so this
 * file opens the control node itself and uses the two ioctls it needs.
 */
#include "core/host/dmevents.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LIST_MIN (64u << 10)
#define LIST_MAX (16u << 20)

struct dmevents {
	int fd;
};

static void header(struct dm_ioctl *io, uint32_t size)
{
	memset(io, 0, sizeof(*io));
	io->version[0] = DM_VERSION_MAJOR;
	io->version[1] = 37; /* the first with both */
	io->data_size = size;
	io->data_start = sizeof(*io);
}

int dmevents_arm(struct dmevents *d)
{
	struct dm_ioctl io;

	header(&io, sizeof(io));
	return ioctl(d->fd, DM_DEV_ARM_POLL, &io) < 0 ? -errno : 0;
}

int dmevents_live(const char *control, struct dmevents **ret_events)
{
	struct dmevents *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return -ENOMEM;
	d->fd = open(control, O_RDWR | O_CLOEXEC);
	r = d->fd < 0 ? -errno : dmevents_arm(d);
	if (r < 0) {
		dmevents_free(d);
		return r == -EINVAL || r == -ENOTTY ? -EOPNOTSUPP : r;
	}
	*ret_events = d;
	return 0;
}

void dmevents_free(struct dmevents *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

int dmevents_fd(const struct dmevents *d)
{
	return d->fd;
}

/* The kernel's answer, with a buffer as large as it takes; NULL and -errno in *ret_err. */
static struct dm_ioctl *list_read(int fd, int *ret_err)
{
	for (uint32_t size = LIST_MIN; size <= LIST_MAX; size *= 4) {
		struct dm_ioctl *io = malloc(size);

		if (!io)
			break;
		header(io, size);
		if (ioctl(fd, DM_LIST_DEVICES, io) < 0) {
			*ret_err = -errno;
			free(io);
			return NULL;
		}
		if (!(io->flags & DM_BUFFER_FULL_FLAG))
			return io;
		free(io);
	}
	*ret_err = -ENOMEM;
	return NULL;
}

/* A record's event number stands behind its name, aligned to 8 bytes. */
static int record_take(const char *at, const char *end, struct dm_event *ev, uint32_t *ret_next)
{
	const struct dm_name_list *rec = (const void *)at;
	size_t fixed = offsetof(struct dm_name_list, name), len;
	const char *nr;

	if ((size_t)(end - at) < fixed + 1)
		return -EINVAL;
	len = strnlen(rec->name, (size_t)(end - at) - fixed);
	nr = at + ((fixed + len + 1 + 7) & ~(size_t)7);
	if (nr > end || (size_t)(end - nr) < sizeof(ev->nr))
		return -EINVAL;
	ev->devno = (dev_t)rec->dev;
	memcpy(&ev->nr, nr, sizeof(ev->nr));
	*ret_next = rec->next;
	return 0;
}

static int list_take(const struct dm_ioctl *io, struct dm_event *list, unsigned int max,
		     unsigned int *ret_n)
{
	const char *at = (const char *)io + io->data_start, *end = (const char *)io + io->data_size;
	uint32_t next = 1;
	unsigned int n = 0;

	while (next && n < max) {
		if (record_take(at, end, &list[n], &next))
			return -EINVAL;
		if (!list[n].devno) /* an empty list is one empty record */
			break;
		n++;
		if (next > (size_t)(end - at))
			return -EINVAL;
		at += next;
	}
	*ret_n = n;
	return 0;
}

int dmevents_list(struct dmevents *d, struct dm_event **ret_list, unsigned int *ret_n)
{
	struct dm_event *list;
	struct dm_ioctl *io;
	unsigned int max;
	int r = 0;

	io = list_read(d->fd, &r);
	if (!io)
		return r;
	max = io->data_size / (uint32_t)sizeof(struct dm_name_list) + 1;
	list = calloc(max, sizeof(*list));
	r = list ? list_take(io, list, max, ret_n) : -ENOMEM;
	free(io);
	if (r < 0) {
		free(list);
		return r;
	}
	*ret_list = list;
	return 0;
}
