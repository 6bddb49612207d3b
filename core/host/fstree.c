// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A tree is a directory descriptor; every path is resolved below it. The kernel does that for us
 * (openat2, RESOLVE_IN_ROOT: an absolute link starts at our root, ".." stops there). Where the call
 * is missing or forbidden by a container's filter, walk() does the same one component at a time
 * with O_NOFOLLOW and a stack of descriptors, so that a link planted in a recorded tree cannot lead
 * out of it either way. walk() also answers fstree_real(), as it knows where it has been.
 *
 * A replay tree never writes: written text is kept in a list keyed by the real path, so that a
 * value written through one link is read through another. A file must exist to be written, as in
 * sysfs. Files of a replay tree must be regular.
 */
#include "core/host/fstree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/host/fdio.h"
#include "core/host/fsdirs.h"
#include "core/host/record.h"

#define WALK_DEPTH 64 /* directories below the root */
#define WALK_LINKS 40 /* as many as the kernel follows */
#define TEXT_MAX   8192

struct kept { /* a write that a replay tree remembers */
	struct kept *next;
	char *text;
	char path[];
};

struct fstree {
	int root; /* -1: there is no such directory */
	bool replay;
	struct kept *kept;
	struct fsdirs *dirs;   /* NULL: none are held */
	struct record *record; /* NULL: nothing is recorded */
	const char *prefix;
};

struct walk {
	const struct fstree *tree;
	int fd[WALK_DEPTH + 1];	    /* fd[0] is the tree's own */
	size_t end[WALK_DEPTH + 1]; /* length of real[] at each depth */
	int depth;
	int links;
	char real[PATH_MAX];
	char todo[PATH_MAX];
};

int fstree_open(const char *root, bool replay, struct fstree **ret_tree)
{
	struct fstree *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->replay = replay;
	t->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC | (replay ? O_NOFOLLOW : 0));
	if (t->root < 0 && errno != ENOENT && errno != ENOTDIR) {
		int r = -errno;

		free(t);
		return r;
	}
	*ret_tree = t;
	return 0;
}

void fstree_free(struct fstree *t)
{
	if (!t)
		return;
	while (t->kept) {
		struct kept *k = t->kept;

		t->kept = k->next;
		free(k->text);
		free(k);
	}
	fsdirs_free(t->dirs);
	if (t->root >= 0)
		close(t->root);
	free(t);
}

int fstree_hold_dirs(struct fstree *t)
{
	if (t->replay || t->dirs)
		return 0;
	t->dirs = fsdirs_new();
	return t->dirs ? 0 : -ENOMEM;
}

void names_done(struct names *n)
{
	for (unsigned int i = 0; i < n->n; i++)
		free(n->list[i]);
	free(n->list);
	*n = (struct names){ 0 };
}

static void walk_up(struct walk *w)
{
	if (w->depth == 0)
		return;
	close(w->fd[w->depth--]);
	w->real[w->end[w->depth]] = '\0';
}

static void walk_done(struct walk *w)
{
	while (w->depth > 0)
		walk_up(w);
}

/* The link's text takes the place of the component that named it. */
static int walk_link(struct walk *w, int link_fd, const char *rest)
{
	char joined[PATH_MAX];
	ssize_t n = readlinkat(link_fd, "", joined, sizeof(joined) - 1);

	if (n < 0)
		return -errno;
	if (++w->links > WALK_LINKS)
		return -ELOOP;
	if ((size_t)n + 1 + strlen(rest) >= sizeof(joined))
		return -ENAMETOOLONG;
	joined[n] = '\0';
	if (joined[0] == '/')
		walk_done(w);
	joined[n] = '/';
	strcpy(joined + n + 1, rest);
	strcpy(w->todo, joined);
	return 0;
}

static int walk_down(struct walk *w, int fd, const char *name)
{
	size_t at = w->end[w->depth], len = strlen(name);

	if (w->depth == WALK_DEPTH || at + 1 + len >= sizeof(w->real))
		return -ENAMETOOLONG;
	if (at)
		w->real[at++] = '/';
	memcpy(w->real + at, name, len + 1);
	w->depth++;
	w->fd[w->depth] = fd;
	w->end[w->depth] = at + len;
	return 0;
}

static void record_walked_link(const struct walk *w, int fd, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

	if (n < 0 || snprintf(path, sizeof(path), "%s/%s%s%s", w->tree->prefix, w->real,
			      *w->real ? "/" : "", name) >= (int)sizeof(path))
		return;
	target[n] = '\0';
	record_link(w->tree->record, path, target);
}

/* One component; @rest is what follows it. */
static int walk_step(struct walk *w, const char *name, const char *rest)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	struct stat st;
	int r;

	fd = openat(w->fd[w->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode)) {
		if (w->tree->record)
			record_walked_link(w, fd, name);
		return walk_link(w, fd, rest);
	}
	r = walk_down(w, fd, name);
	if (r < 0)
		return r;
	fd = -1; /* the stack's now */
	memmove(w->todo, rest, strlen(rest) + 1);
	return 0;
}

/* Leaves w->fd[w->depth] at the end of @path and w->real telling where that is. */
static int walk(struct fstree *t, const char *path, struct walk *w)
{
	w->tree = t;
	w->fd[0] = t->root;
	w->end[0] = 0;
	w->depth = w->links = 0;
	w->real[0] = '\0';
	if (strlen(path) >= sizeof(w->todo))
		return -ENAMETOOLONG;
	strcpy(w->todo, path);
	while (w->todo[strspn(w->todo, "/")]) {
		char *start = w->todo + strspn(w->todo, "/"), *rest = strchrnul(start, '/');
		char name[NAME_MAX + 1];
		size_t len = (size_t)(rest - start);
		int r = 0;

		if (len > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, start, len);
		name[len] = '\0';
		if (strcmp(name, "..") == 0)
			walk_up(w);
		if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
			memmove(w->todo, rest, strlen(rest) + 1);
		else
			r = walk_step(w, name, rest);
		if (r < 0)
			return r;
	}
	return 0;
}

static int open_by_walk(struct fstree *t, const char *path, int flags)
{
	struct walk w;
	int r = walk(t, path, &w), fd;

	if (r == 0) {
		int dir = w.depth ? w.fd[w.depth - 1] : t->root;
		const char *last = strrchr(w.real, '/');

		fd = openat(dir, w.depth ? (last ? last + 1 : w.real) : ".", flags | O_NOFOLLOW);
		r = fd < 0 ? -errno : fd;
	}
	walk_done(&w);
	return r;
}

/* The links and folders in a folder that is looked at. */
static void record_listing(struct fstree *t, int dir_fd, const char *path)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char at[PATH_MAX], target[PATH_MAX];
		ssize_t n;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    snprintf(at, sizeof(at), "%s/%s", path, e->d_name) >= (int)sizeof(at))
			continue;
		n = e->d_type == DT_LNK ? readlinkat(fd, e->d_name, target, sizeof(target) - 1)
					: -1;
		if (n >= 0) {
			target[n] = '\0';
			record_link(t->record, at, target);
		} else if (e->d_type == DT_DIR) {
			record_dir(t->record, at);
		}
	}
	if (dir)
		closedir(dir);
}

/* What stands at the end of a walk, whole. Files of sysfs and procfs do not tell their size. */
static void record_end(struct fstree *t, int fd, const struct stat *st, const char *path)
{
	__attribute__((cleanup(fd_close))) int file = -1;
	__attribute__((cleanup(free_text))) char *text = NULL;
	char proc[64];
	size_t len = 0;

	if (S_ISDIR(st->st_mode)) {
		record_dir(t->record, path);
		record_listing(t, fd, path);
		return;
	}
	if (!S_ISREG(st->st_mode))
		return;
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	file = open(proc, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0 || fd_slurp(file, 16u << 20, &text, &len))
		len = 0; /* one that can only be written: it is there, and empty */
	record_file(t->record, path, text ? text : "", len);
}

static void record_look(struct fstree *t, const char *path)
{
	char at[PATH_MAX];
	struct stat st;
	struct walk w;

	if (walk(t, path, &w) == 0 && fstat(w.fd[w.depth], &st) == 0 &&
	    snprintf(at, sizeof(at), "%s/%s", t->prefix, w.real) < (int)sizeof(at) && *w.real &&
	    !(S_ISREG(st.st_mode) && record_has(t->record, at)))
		record_end(t, w.fd[w.depth], &st, at);
	walk_done(&w);
}

/* Where a link leads has to be there, too. */
static void record_real(struct fstree *t, const struct walk *w)
{
	char at[PATH_MAX];
	struct stat st;

	if (*w->real && !fstat(w->fd[w->depth], &st) && S_ISDIR(st.st_mode) &&
	    snprintf(at, sizeof(at), "%s/%s", t->prefix, w->real) < (int)sizeof(at))
		record_dir(t->record, at);
}

void fstree_record(struct fstree *t, struct record *r, const char *prefix)
{
	t->record = r;
	t->prefix = prefix;
}

static int open_below(struct fstree *t, const char *path, int flags)
{
	/* openat2 refuses flags that mean nothing to O_PATH. */
	int more = flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct open_how how = { .flags = (uint64_t)(flags | more), .resolve = RESOLVE_IN_ROOT };
	int fd;

	if (t->root < 0)
		return -ENOENT;
	path += strspn(path, "/");
	if (t->record)
		record_look(t, path);
	fd = (int)syscall(SYS_openat2, t->root, *path ? path : ".", &how, sizeof(how));
	if (fd >= 0)
		return fd;
	if (errno != ENOSYS && errno != EPERM && errno != EAGAIN)
		return -errno;
	return open_by_walk(t, path, (int)how.flags);
}

static struct kept *kept_find(struct fstree *t, const char *real)
{
	for (struct kept *k = t->kept; k; k = k->next)
		if (strcmp(k->path, real) == 0)
			return k;
	return NULL;
}

/* What an earlier write left, or NULL. */
static const char *kept_text(struct fstree *t, const char *path)
{
	char real[PATH_MAX];
	const struct kept *k;

	if (!t->kept || fstree_real(t, path, real, sizeof(real)) < 0)
		return NULL;
	k = kept_find(t, real);
	return k ? k->text : NULL;
}

static int open_to_read(struct fstree *t, const char *path)
{
	struct stat st;
	int fd = open_below(t, path, O_RDONLY), r = 0;

	if (fd < 0 || !t->replay)
		return fd; /* of a directory, reading says EISDIR */
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

ssize_t fstree_read(struct fstree *t, const char *path, void *buf, size_t len)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	const char *mem = kept_text(t, path);

	if (mem) {
		size_t n = strlen(mem);

		n = n < len ? n : len;
		memcpy(buf, mem, n);
		return (ssize_t)n;
	}
	fd = open_to_read(t, path);
	return fd < 0 ? fd : fd_read(fd, buf, len);
}

static int path_format(char *path, size_t len, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
static int path_format(char *path, size_t len, const char *fmt, va_list ap)
{
	int n = vsnprintf(path, len, fmt, ap);

	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

/* The file behind @path by way of a directory that is held; -ENOENT: by the whole way. */
static int open_held(struct fstree *t, const char *path)
{
	char dir[PATH_MAX], *name;
	int fd;

	if (!t->dirs || t->record || strncmp(path, "devices/", 8) != 0)
		return -ENOENT; /* elsewhere there are links, which may lead to another place each day */
	strcpy(dir, path);	/* path_format() made it fit */
	name = strrchr(dir, '/');
	*name++ = '\0';
	fd = fsdirs_open(t->dirs, dir, name);
	if (fd != -ENOENT)
		return fd;
	fd = open_below(t, dir, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	fsdirs_keep(t->dirs, dir, fd);
	return fsdirs_open(t->dirs, dir, name);
}

static ssize_t read_text(struct fstree *t, const char *path, char *buf, size_t len)
{
	__attribute__((cleanup(fd_close))) int fd = open_held(t, path);

	/* an attribute comes whole with one read */
	return fd < 0 ? fstree_read(t, path, buf, len) : fd_read_once(fd, buf, len);
}

static ssize_t text_at(struct fstree *t, char *buf, size_t len, const char *path)
{
	char all[TEXT_MAX];
	ssize_t n = read_text(t, path, all, sizeof(all));
	size_t used;

	if (n < 0)
		return n;
	used = strnlen(all, (size_t)n);
	while (used && strchr(" \t\r\n", all[used - 1]))
		used--;
	if (used >= len || (size_t)n == sizeof(all))
		return -EOVERFLOW;
	memcpy(buf, all, used);
	buf[used] = '\0';
	return (ssize_t)used;
}

ssize_t fstree_text(struct fstree *t, char *buf, size_t len, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = path_format(path, sizeof(path), fmt, ap);
	va_end(ap);
	return r < 0 ? r : text_at(t, buf, len, path);
}

int fstree_u64(struct fstree *t, uint64_t *ret_value, const char *fmt, ...)
{
	char path[PATH_MAX], text[32], *end;
	unsigned long long v;
	bool hex;
	ssize_t n;
	va_list ap;

	va_start(ap, fmt);
	n = path_format(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n == 0)
		n = text_at(t, text, sizeof(text), path);
	if (n < 0)
		return n == -EOVERFLOW ? -EINVAL : (int)n;
	hex = text[0] == '0' && text[1] == 'x';
	if (text[0] < '0' || text[0] > '9') /* strtoull would take "-1" */
		return -EINVAL;
	errno = 0;
	v = strtoull(text, &end, hex ? 16 : 10);
	if (errno)
		return -errno;
	if (*end)
		return -EINVAL;
	*ret_value = v;
	return 0;
}

int fstree_slurp(struct fstree *t, const char *path, size_t max, char **ret_text)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	const char *mem = kept_text(t, path);

	if (mem) {
		char *copy = strlen(mem) > max ? NULL : strdup(mem);

		if (!copy)
			return strlen(mem) > max ? -EFBIG : -ENOMEM;
		*ret_text = copy;
		return 0;
	}
	fd = open_to_read(t, path);
	return fd < 0 ? fd : fd_slurp(fd, max, ret_text, NULL);
}

/* @text is taken over; @real is where it goes. */
static int kept_put(struct fstree *t, const char *real, char *text)
{
	struct kept *k = kept_find(t, real);

	if (k) {
		free(k->text);
	} else {
		k = malloc(sizeof(*k) + strlen(real) + 1);
		if (!k)
			return -ENOMEM;
		strcpy(k->path, real);
		k->next = t->kept;
		t->kept = k;
	}
	k->text = text;
	return 0;
}

static int write_in_memory(struct fstree *t, const char *path, const char *text)
{
	__attribute__((cleanup(free_text))) char *copy = NULL;
	char real[PATH_MAX];
	int fd = open_to_read(t, path), r;

	if (fd < 0)
		return fd;
	close(fd);
	r = fstree_real(t, path, real, sizeof(real));
	if (r < 0)
		return r;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	r = kept_put(t, real, copy);
	if (r == 0)
		copy = NULL;
	return r;
}

int fstree_write(struct fstree *t, const char *path, const char *text)
{
	__attribute__((cleanup(fd_close))) int fd = -1;

	if (t->replay)
		return write_in_memory(t, path, text);
	fd = open_below(t, path, O_WRONLY);
	return fd < 0 ? fd : fd_write(fd, text, strlen(text));
}

bool fstree_exists(struct fstree *t, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int fd;

	va_start(ap, fmt);
	fd = path_format(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (fd == 0)
		fd = open_below(t, path, O_PATH);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static int names_add(struct names *n, unsigned int *cap, const char *name)
{
	if (n->n == *cap) {
		unsigned int want = *cap ? *cap * 2 : 16;
		char **list = realloc(n->list, want * sizeof(*list));

		if (!list)
			return -ENOMEM;
		n->list = list;
		*cap = want;
	}
	n->list[n->n] = strdup(name);
	if (!n->list[n->n])
		return -ENOMEM;
	n->n++;
	return 0;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int names_read(DIR *dir, struct names *n)
{
	unsigned int cap = 0;
	int r = 0;

	while (r == 0) {
		const struct dirent *e;

		errno = 0;
		e = readdir(dir);
		if (!e)
			return -errno;
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = names_add(n, &cap, e->d_name);
	}
	return r;
}

int fstree_list(struct fstree *t, const char *path, struct names *ret_names)
{
	struct names found = { 0 };
	int fd = open_below(t, path, O_RDONLY | O_DIRECTORY), r;
	DIR *dir;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	r = names_read(dir, &found);
	closedir(dir);
	if (r < 0) {
		names_done(&found);
		return r;
	}
	if (found.n)
		qsort(found.list, found.n, sizeof(*found.list), name_order);
	*ret_names = found;
	return 0;
}

int fstree_real(struct fstree *t, const char *path, char *buf, size_t len)
{
	struct walk w;
	int r;

	if (t->root < 0)
		return -ENOENT;
	r = walk(t, path, &w);
	if (r == 0 && strlen(w.real) >= len)
		r = -EOVERFLOW;
	if (r == 0)
		strcpy(buf, w.real);
	if (r == 0 && t->record)
		record_real(t, &w);
	walk_done(&w);
	return r;
}
