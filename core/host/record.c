// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of entries by path (open addressing, never shrinks). Writing makes folders as they are
 * needed; every component is opened with O_NOFOLLOW below the folder we were given, so that a link
 * of the recording never leads a later file elsewhere.
 */
#include "core/host/record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/host/fdio.h"

enum entry_kind { ENTRY_FILE, ENTRY_LINK, ENTRY_DIR };

struct entry {
	enum entry_kind kind;
	char *path, *bytes;
	size_t len;
};

struct record {
	pthread_mutex_t lock;
	struct entry *list;
	unsigned int n, cap;
	uint32_t *slot; /* 1 + index into list, 0: free */
	unsigned int n_slots;
	int err;
};

struct record *record_new(void)
{
	struct record *r = calloc(1, sizeof(*r));

	if (r)
		pthread_mutex_init(&r->lock, NULL);
	return r;
}

void record_free(struct record *r)
{
	if (!r)
		return;
	for (unsigned int i = 0; i < r->n; i++) {
		free(r->list[i].path);
		free(r->list[i].bytes);
	}
	free(r->list);
	free(r->slot);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* The slot of @path, or the free one where it belongs. */
static uint32_t *slot_of(struct record *r, const char *path)
{
	uint32_t i = hash(path);

	for (;; i++) {
		uint32_t *s = &r->slot[i & (r->n_slots - 1)];

		if (!*s || !strcmp(r->list[*s - 1].path, path))
			return s;
	}
}

static int grow(struct record *r)
{
	unsigned int cap = r->cap ? 2 * r->cap : 256;
	struct entry *list;
	uint32_t *slot;

	if (r->n < r->cap)
		return 0;
	list = realloc(r->list, cap * sizeof(*list));
	if (!list)
		return -ENOMEM;
	r->list = list;
	r->cap = cap;
	slot = calloc(4 * (size_t)cap, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	free(r->slot);
	r->slot = slot;
	r->n_slots = 4 * cap;
	for (unsigned int i = 0; i < r->n; i++)
		*slot_of(r, r->list[i].path) = i + 1;
	return 0;
}

/* Relative, of plain components. */
static bool path_fits(const char *path)
{
	for (const char *p = path;; p++) {
		size_t n = strcspn(p, "/");

		if (!n || (n == 1 && *p == '.') || (n == 2 && !strncmp(p, "..", 2)))
			return false;
		p += n;
		if (!*p)
			return true;
	}
}

static bool longer_stays(const struct entry *e, size_t len)
{
	return e->len > len && strncmp(e->bytes, "hang", 4);
}

static int put(struct record *r, enum entry_kind kind, const char *path, const void *bytes,
	       size_t len, bool keep_longer)
{
	char *copy = malloc(len + 1);
	uint32_t *s;
	struct entry *e;

	if (!copy || !path_fits(path) || grow(r)) {
		free(copy);
		return copy && !path_fits(path) ? -EINVAL : -ENOMEM;
	}
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	s = slot_of(r, path);
	if (*s) {
		e = &r->list[*s - 1];
		if (kind == ENTRY_DIR || (keep_longer && longer_stays(e, len))) {
			free(copy);
			return 0;
		}
		free(e->bytes);
	} else {
		e = &r->list[r->n];
		e->path = strdup(path);
		if (!e->path) {
			free(copy);
			return -ENOMEM;
		}
		*s = ++r->n;
	}
	e->kind = kind;
	e->bytes = copy;
	e->len = len;
	return 0;
}

static void put_locked(struct record *r, enum entry_kind kind, const char *path, const void *bytes,
		       size_t len, bool keep_longer)
{
	int err;

	pthread_mutex_lock(&r->lock);
	err = put(r, kind, path, bytes, len, keep_longer);
	if (err && !r->err)
		r->err = err;
	pthread_mutex_unlock(&r->lock);
}

void record_file(struct record *r, const char *path, const void *bytes, size_t len)
{
	put_locked(r, ENTRY_FILE, path, bytes, len, false);
}

void record_text(struct record *r, const char *path, const char *text)
{
	put_locked(r, ENTRY_FILE, path, text, strlen(text), false);
}

void record_answer(struct record *r, const char *path, const char *text)
{
	put_locked(r, ENTRY_FILE, path, text, strlen(text), true);
}

void record_link(struct record *r, const char *path, const char *target)
{
	put_locked(r, ENTRY_LINK, path, target, strlen(target), false);
}

void record_dir(struct record *r, const char *path)
{
	put_locked(r, ENTRY_DIR, path, NULL, 0, false);
}

bool record_has(struct record *r, const char *path)
{
	bool has;

	pthread_mutex_lock(&r->lock);
	has = r->n && *slot_of(r, path);
	pthread_mutex_unlock(&r->lock);
	return has;
}

void record_each(struct record *r, void (*edit)(void *ctx, char *path, char *bytes, size_t len),
		 void *ctx)
{
	for (unsigned int i = 0; i < r->n; i++)
		edit(ctx, r->list[i].path, r->list[i].kind == ENTRY_DIR ? NULL : r->list[i].bytes,
		     r->list[i].len);
}

/* --- writing --------------------------------------------------------------------------------- */

/* The folder that @path lies in, made where it is missing; *ret_last: what is left of @path. */
static int parent_of(int top, char *path, char **ret_last)
{
	int fd = dup(top);
	char *slash;

	while (fd >= 0 && (slash = strchr(path, '/'))) {
		int next;

		*slash = '\0';
		if (mkdirat(fd, path, 0755) < 0 && errno != EEXIST) {
			next = -1;
		} else {
			next = openat(fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		*slash = '/';
		if (next < 0) {
			int err = errno;

			close(fd);
			return -err;
		}
		close(fd);
		fd = next;
		path = slash + 1;
	}
	*ret_last = path;
	return fd < 0 ? -errno : fd;
}

static int write_entry(int top, const struct entry *e)
{
	__attribute__((cleanup(free_text))) char *path = strdup(e->path);
	__attribute__((cleanup(fd_close))) int dir = -1, fd = -1;
	char *last = NULL;

	if (!path)
		return -ENOMEM;
	dir = parent_of(top, path, &last);
	if (dir < 0)
		return dir;
	if (e->kind == ENTRY_DIR)
		return mkdirat(dir, last, 0755) < 0 && errno != EEXIST ? -errno : 0;
	if (e->kind == ENTRY_LINK)
		return symlinkat(e->bytes, dir, last) < 0 ? -errno : 0;
	fd = openat(dir, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd_write(fd, e->bytes, e->len);
}

int record_write(struct record *r, const char *dir)
{
	__attribute__((cleanup(fd_close))) int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = r->err;

	if (top < 0)
		return -errno;
	for (unsigned int i = 0; i < r->n && !err; i++)
		err = write_entry(top, &r->list[i]);
	return err;
}
