// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recorded machine: every part is the replay form of its kind, rooted in one folder. The clock is
 * virtual and stands at the time of the recording (file "time", seconds since the epoch), so that
 * two runs print the same. Jobs run one after another on the caller's thread for the same reason.
 */
#include "core/host/host_replay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/host/fdio.h"

static int below(const struct host *h, const char *rest, char *path, size_t len)
{
	int n = snprintf(path, len, "%s%s%s", h->root, *rest == '/' ? "" : "/", rest);

	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

static int state_of(struct host *h)
{
	char etc[PATH_MAX], run[PATH_MAX];
	int r = below(h, host_places()->state_dir, etc, sizeof(etc));

	if (r == 0)
		r = below(h, host_places()->run_dir, run, sizeof(run));
	return r < 0 ? r : state_open(etc, run, true, &h->state);
}

static int trees_of(struct host *h)
{
	char path[PATH_MAX];
	int r = below(h, "sys", path, sizeof(path));

	if (r == 0)
		r = fstree_open(path, true, &h->sys);
	if (r == 0)
		r = below(h, "proc", path, sizeof(path));
	return r < 0 ? r : fstree_open(path, true, &h->proc);
}

static int devices_of(struct host *h)
{
	char path[PATH_MAX];
	int r = below(h, "udev/export", path, sizeof(path));

	if (r == 0)
		r = udb_replay(path, &h->udb);
	if (r == 0)
		r = below(h, "scsi", path, sizeof(path));
	if (r == 0)
		r = devio_replay(path, &h->io);
	if (r == 0)
		r = below(h, "dm", path, sizeof(path));
	if (r == 0)
		r = dmb_replay(path, &h->dmb);
	return r < 0 ? r : loopdev_none(&h->loop);
}

static int clock_of(struct host *h)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	char path[PATH_MAX];
	long long seconds = 0;
	int r = below(h, "time", path, sizeof(path));

	if (r < 0)
		return r;
	r = file_slurp(AT_FDCWD, path, 64, &text, NULL);
	if (r < 0 && r != -ENOENT)
		return r;
	if (text && sscanf(text, "%lld", &seconds) != 1)
		return -EINVAL;
	if (seconds < 0 || seconds > INT64_MAX / NSEC_PER_SEC)
		return -EINVAL;
	h->clock = (struct clock){ .virtual = true, .real = seconds * NSEC_PER_SEC };
	return 0;
}

int host_replay(const char *dir, struct host **ret_host)
{
	struct host *h;
	struct stat st;
	int r;

	if (stat(dir, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->replay = true;
	h->root = strdup(dir);
	r = h->root ? trees_of(h) : -ENOMEM;
	if (r == 0)
		r = devices_of(h);
	if (r == 0)
		r = state_of(h);
	if (r == 0)
		r = clock_of(h);
	if (r < 0) {
		host_free(h);
		return r;
	}
	*ret_host = h;
	return 0;
}

/* What follows "@dir/" in @path, or NULL. */
static const char *name_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

static int map_number(struct host *h, const char *name, dev_t *ret_devno)
{
	struct dm_map m;
	int r = h->dmb->ops->get(h->dmb, name, 0, DM_INFO, &m);

	if (r < 0)
		return r == -ENXIO ? -ENOENT : r;
	*ret_devno = makedev(m.major, m.minor);
	dm_map_done(&m);
	return 0;
}

/* "dm-N" of a map that was made in memory: it is not in the recorded sysfs. */
static int map_by_node(struct host *h, const char *name, dev_t *ret_devno)
{
	__attribute__((cleanup(dm_maps_done))) struct dm_maps maps = { 0 };
	unsigned int minor;
	int used = 0, r;

	if (sscanf(name, "dm-%u%n", &minor, &used) != 1 || name[used])
		return -ENOENT;
	r = h->dmb->ops->list(h->dmb, DM_INFO, &maps);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < maps.n; i++) {
		if (maps.list[i].minor == minor) {
			*ret_devno = makedev(maps.list[i].major, minor);
			return 0;
		}
	}
	return -ENOENT;
}

static int disk_number(struct host *h, const char *name, dev_t *ret_devno)
{
	unsigned int major, minor;
	char text[32];
	ssize_t n;

	if (name_check(name) < 0)
		return -ENOENT;
	n = fstree_text(h->sys, text, sizeof(text), "class/block/%s/dev", name);
	if (n < 0)
		return n == -ENOENT ? map_by_node(h, name, ret_devno) : (int)n;
	if (sscanf(text, "%u:%u", &major, &minor) != 2)
		return -EINVAL;
	*ret_devno = makedev(major, minor);
	return 0;
}

int host_replay_node(struct host *h, const char *path, dev_t *ret_devno)
{
	const char *map = name_below(path, host_places()->dm_dir);
	const char *disk = name_below(path, host_places()->dev_dir);

	if (map && strcmp(map, "control") != 0)
		return map_number(h, map, ret_devno);
	if (!disk)
		return -ENOENT;
	if (strcmp(disk, "null") == 0 || map)
		return -ENOTBLK;
	return disk_number(h, disk, ret_devno);
}
