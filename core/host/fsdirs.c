// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of slots by the hash of the path; of two that share a slot the later one has it. The way to an
 * attribute has nine components, and sysfs takes a lock for each; from its directory it is one. The
 * lock is held while a file is opened, so that nobody closes the directory meanwhile: an open in sysfs
 * does not wait for any device.
 */
#include "core/host/fsdirs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "parser/hash.h"

#define SLOTS 4096

struct dir {
	int fd;
	char path[];
};

struct fsdirs {
	pthread_mutex_t lock;
	struct dir *slot[SLOTS];
};

struct fsdirs *fsdirs_new(void)
{
	struct fsdirs *d = calloc(1, sizeof(*d));

	if (d)
		pthread_mutex_init(&d->lock, NULL);
	return d;
}

static void slot_clear(struct dir **slot)
{
	if (!*slot)
		return;
	close((*slot)->fd);
	free(*slot);
	*slot = NULL;
}

void fsdirs_free(struct fsdirs *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		slot_clear(&d->slot[i]);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static struct dir **slot_of(struct fsdirs *d, const char *path)
{
	return &d->slot[hash_text(HASH_START, path) % SLOTS];
}

int fsdirs_open(struct fsdirs *d, const char *path, const char *name)
{
	struct dir **slot = slot_of(d, path);
	int fd = -ENOENT;

	pthread_mutex_lock(&d->lock);
	if (*slot && strcmp((*slot)->path, path) == 0) {
		fd = openat((*slot)->fd, name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0) {
			fd = -errno;
			slot_clear(slot);
		}
	}
	pthread_mutex_unlock(&d->lock);
	return fd;
}

/* At least half of what the process may have is for others. */
static bool is_scarce(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) < 0 || (rlim_t)fd >= limit.rlim_cur / 2;
}

void fsdirs_keep(struct fsdirs *d, const char *path, int dir_fd)
{
	struct dir *dir = is_scarce(dir_fd) ? NULL : malloc(sizeof(*dir) + strlen(path) + 1);
	struct dir **slot = slot_of(d, path);

	if (!dir) {
		close(dir_fd);
		return;
	}
	dir->fd = dir_fd;
	strcpy(dir->path, path);
	pthread_mutex_lock(&d->lock);
	slot_clear(slot);
	*slot = dir;
	pthread_mutex_unlock(&d->lock);
}
