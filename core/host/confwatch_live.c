/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders are watched, not files: an editor replaces the file, and a watch would go with the old one.
 * Watches of folders that come and go are set again after each change; that is idempotent.
 */
#include "core/host/confwatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR)

struct confwatch {
	int fd;
	char *file_dir, *dir_parent, *dir; /* the three folders */
	const char *file_name, *dir_name;  /* what counts in the first two */
	int file_wd, parent_wd, dir_wd;	   /* -1: not there */
};

/* "/a/b" -> "/a", and where "b" begins in @path. */
static char *parent_of(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return NULL;
	*ret_name = slash + 1;
	return strndup(path, (size_t)(slash - path));
}

static void watch(struct confwatch *w)
{
	w->file_wd = inotify_add_watch(w->fd, w->file_dir, CHANGES);
	w->parent_wd = inotify_add_watch(w->fd, w->dir_parent, CHANGES);
	w->dir_wd = inotify_add_watch(w->fd, w->dir, CHANGES);
}

int confwatch_live(const char *file, const char *dir, struct confwatch **ret_watch)
{
	struct confwatch *w = calloc(1, sizeof(*w));
	const char *name;
	int r = 0;

	if (!w)
		return -ENOMEM;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0)
		r = -errno;
	w->file_dir = parent_of(file, &name);
	w->file_name = w->file_dir ? strdup(name) : NULL;
	w->dir_parent = parent_of(dir, &name);
	w->dir = strdup(dir);
	w->dir_name = w->dir_parent && w->dir ? w->dir + (name - dir) : NULL;
	if (!r && (!w->file_name || !w->dir_name))
		r = -ENOMEM;
	if (r) {
		confwatch_free(w);
		return r;
	}
	watch(w);
	*ret_watch = w;
	return 0;
}

void confwatch_free(struct confwatch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	free(w->file_dir);
	free((char *)w->file_name);
	free(w->dir_parent);
	free(w->dir);
	free(w);
}

int confwatch_fd(const struct confwatch *w)
{
	return w->fd;
}

static bool is_dropin(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && !strcmp(name + n - 5, ".conf");
}

/* A file that was only created is empty yet; it is told again when it is closed. */
static bool concerns(const struct confwatch *w, const struct inotify_event *ev)
{
	bool written = (ev->mask & ~(uint32_t)IN_CREATE) != 0;

	if (!ev->len)
		return false;
	if (ev->wd == w->file_wd && written && !strcmp(ev->name, w->file_name))
		return true;
	if (ev->wd == w->parent_wd && !strcmp(ev->name, w->dir_name))
		return true;
	return ev->wd == w->dir_wd && written && is_dropin(ev->name);
}

bool confwatch_changed(struct confwatch *w)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	while ((n = read(w->fd, buf, sizeof(buf))) > 0)
		for (char *at = buf; at < buf + n;) {
			const struct inotify_event *ev = (const struct inotify_event *)at;

			changed |= concerns(w, ev);
			at += sizeof(*ev) + ev->len;
		}
	watch(w);
	return changed;
}
