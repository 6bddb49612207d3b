// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files that outlive us. Locks are open-file-description locks: they exclude the POSIX locks
 * of multipath-tools in other processes, but are not lost when some other part of this process
 * closes the same file, and they exclude two hosts within one process as well.
 *
 * A replaced file is a new inode, so the lock must move with it: the temporary file is locked
 * before it is renamed into place. Whoever waited for the old inode finds, once the lock is his,
 * that the name now leads elsewhere, and starts again. As only the holder of the lock makes a
 * temporary file, its name is fixed and a crash leaves at most one, which the next writer removes.
 *
 * In replay the files are read from the snapshot and everything written stays in memory.
 */
#include "core/host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/host/clock.h"
#include "core/host/fdio.h"

#define LOCK_WAIT     (30 * NSEC_PER_SEC)
#define LOCK_NAP_MAX  (50 * NSEC_PER_MSEC)
#define STATE_MAX     (64U << 20)
#define MARK_NAME_MAX 127

static const char *const file_names[STATE__FILES] = { "wwids", "bindings", "prkeys" };
static const char *const dir_names[STATE__DIRS] = { "failed_wwids", "find_multipaths" };

struct mark { /* replay: what became of a marker */
	struct mark *next;
	enum state_dir dir;
	bool present;
	int64_t ns;
	char name[];
};

struct state {
	bool replay;
	int64_t patience_ns;
	struct seen { /* of a file, when state_changed() last looked */
		dev_t dev;
		ino_t ino;
		off_t size;
		struct timespec mtime;
	} seen[STATE__FILES];
	char *path[STATE__FILES], *dir[STATE__DIRS];
	int lock_fd[STATE__FILES]; /* -1: not locked */
	char *mem[STATE__FILES];   /* replay: the text written, NULL: as on disk */
	struct mark *marks;
};

void state_free(struct state *s)
{
	if (!s)
		return;
	for (int i = 0; i < STATE__FILES; i++) {
		state_unlock(s, i);
		free(s->path[i]);
		free(s->mem[i]);
	}
	for (int i = 0; i < STATE__DIRS; i++)
		free(s->dir[i]);
	while (s->marks) {
		struct mark *m = s->marks;

		s->marks = m->next;
		free(m);
	}
	free(s);
}

int state_open(const char *etc, const char *run, bool replay, struct state **ret_state)
{
	struct state *s = calloc(1, sizeof(*s));
	int r = 0;

	if (!s)
		return -ENOMEM;
	s->patience_ns = LOCK_WAIT;
	s->replay = replay;
	for (int i = 0; i < STATE__FILES; i++) {
		s->lock_fd[i] = -1;
		if (asprintf(&s->path[i], "%s/%s", etc, file_names[i]) < 0) {
			s->path[i] = NULL;
			r = -ENOMEM;
		}
	}
	for (int i = 0; i < STATE__DIRS; i++) {
		if (asprintf(&s->dir[i], "%s/%s", run, dir_names[i]) < 0) {
			s->dir[i] = NULL;
			r = -ENOMEM;
		}
	}
	if (r < 0) {
		state_free(s);
		return r;
	}
	*ret_state = s;
	return 0;
}

const char *state_path(const struct state *s, enum state_file f)
{
	return s->path[f];
}

int state_read(struct state *s, enum state_file f, char **ret_text)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	int nofollow = s->replay ? O_NOFOLLOW : 0;

	if (s->mem[f]) {
		char *copy = strdup(s->mem[f]);

		if (!copy)
			return -ENOMEM;
		*ret_text = copy;
		return 0;
	}
	fd = open(s->path[f], O_RDONLY | O_NONBLOCK | O_CLOEXEC | nofollow);
	return fd < 0 ? -errno : fd_slurp(fd, STATE_MAX, ret_text, NULL);
}

/* Make the folders that lead to @path, the last one with @mode; @path itself is no folder. */
static int make_parents(const char *path, mode_t mode)
{
	char dir[PATH_MAX];
	const char *last = strrchr(path, '/');
	size_t len = last ? (size_t)(last - path) : 0;
	struct stat st;

	if (len == 0 || len >= sizeof(dir))
		return len ? -ENAMETOOLONG : 0;
	memcpy(dir, path, len);
	dir[len] = '\0';
	if (stat(dir, &st) == 0)
		return 0;
	for (char *slash = dir + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(dir, mode) < 0 && errno != EEXIST ? -errno : 0;
}

static int64_t now_ns(void)
{
	static const struct clock kernel = { 0 };

	return clock_mono(&kernel);
}

static int lock_fd(int fd, int64_t deadline)
{
	int64_t nap = NSEC_PER_MSEC;

	for (;;) {
		struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		struct timespec ts;

		if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return -errno;
		if (now_ns() >= deadline)
			return -ETIMEDOUT;
		ts = (struct timespec){ .tv_nsec = nap };
		nanosleep(&ts, NULL);
		nap = nap * 2 < LOCK_NAP_MAX ? nap * 2 : LOCK_NAP_MAX;
	}
}

/* Does @path still lead to the file behind @fd? */
static bool same_file(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* A locked descriptor of the file that has the name now. */
static int open_locked(const char *path, int64_t patience_ns)
{
	int64_t deadline = now_ns() + patience_ns;

	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600), r;

		if (fd < 0)
			return -errno;
		r = lock_fd(fd, deadline);
		if (r == 0 && same_file(fd, path))
			return fd;
		close(fd);
		if (r < 0)
			return r;
	}
}

bool state_changed(struct state *s, enum state_file f)
{
	struct seen *was = &s->seen[f], now = { 0 };
	struct stat st;
	bool same;

	if (s->replay)
		return false;
	if (stat(s->path[f], &st) == 0)
		now = (struct seen){ st.st_dev, st.st_ino, st.st_size, st.st_mtim };
	same = was->dev == now.dev && was->ino == now.ino && was->size == now.size &&
	       was->mtime.tv_sec == now.mtime.tv_sec && was->mtime.tv_nsec == now.mtime.tv_nsec;
	*was = now;
	return !same;
}

void state_patience(struct state *s, int64_t ns)
{
	s->patience_ns = ns;
}

int state_lock(struct state *s, enum state_file f)
{
	int r;

	if (s->lock_fd[f] >= 0)
		return -EBUSY;
	if (s->replay)
		return 0;
	r = make_parents(s->path[f], 0755);
	if (r < 0)
		return r;
	r = open_locked(s->path[f], s->patience_ns);
	if (r < 0)
		return r;
	s->lock_fd[f] = r;
	return 0;
}

void state_unlock(struct state *s, enum state_file f)
{
	fd_close(&s->lock_fd[f]);
}

/* Owner and mode of the old file, then the text, on disk before the name is given. */
static int temp_fill(int fd, const struct stat *old, const char *text)
{
	int r;

	if (fchmod(fd, old->st_mode & 0777) < 0)
		return -errno;
	if (old->st_uid != geteuid() || old->st_gid != getegid())
		if (fchown(fd, old->st_uid, old->st_gid) < 0 && errno != EPERM)
			return -errno;
	r = lock_fd(fd, 0);
	if (r == 0)
		r = fd_write(fd, text, strlen(text));
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

/* The rename itself must reach the disk, too; a folder that cannot be synced is no failure. */
static void sync_folder(const char *path)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	char dir[PATH_MAX];
	size_t len = (size_t)(strrchr(path, '/') - path); /* realpath(3): there is one */

	if (len + 1 >= sizeof(dir))
		return;
	memcpy(dir, path, len);
	strcpy(dir + len, "/");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

/* @real: the file behind links. Returns the descriptor of the new file, locked. */
static int replace_locked(int old_fd, const char *real, const char *text)
{
	char temp[PATH_MAX];
	struct stat old;
	int fd, r, n = snprintf(temp, sizeof(temp), "%s.new", real);

	if (n < 0 || (size_t)n >= sizeof(temp))
		return -ENAMETOOLONG;
	if (fstat(old_fd, &old) < 0)
		return -errno;
	if (unlink(temp) < 0 && errno != ENOENT)
		return -errno;
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = temp_fill(fd, &old, text);
	if (r == 0 && rename(temp, real) < 0)
		r = -errno;
	if (r < 0) {
		unlink(temp);
		close(fd);
		return r;
	}
	sync_folder(real);
	return fd;
}

/* "error ERRNO" in a file .error beside it: no write there succeeds. */
static int recorded_error(const char *path)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	char file[PATH_MAX], name[32];
	const char *slash = strrchr(path, '/');

	snprintf(file, sizeof(file), "%.*s/.error", (int)(slash - path), path);
	if (file_slurp(AT_FDCWD, file, 64, &text, NULL) < 0 ||
	    sscanf(text, "error %31s", name) != 1)
		return 0;
	return -errno_by_name(name);
}

static int replace_in_memory(struct state *s, enum state_file f, const char *text)
{
	int r = recorded_error(s->path[f]);
	char *copy = r ? NULL : strdup(text);

	if (r)
		return r;
	if (!copy)
		return -ENOMEM;
	free(s->mem[f]);
	s->mem[f] = copy;
	return 0;
}

int state_replace(struct state *s, enum state_file f, const char *text)
{
	__attribute__((cleanup(free_text))) char *real = NULL;
	bool locked_here = false;
	int r;

	if (s->replay)
		return replace_in_memory(s, f, text);
	if (s->lock_fd[f] < 0) {
		r = state_lock(s, f);
		if (r < 0)
			return r;
		locked_here = true;
	}
	real = realpath(s->path[f], NULL);
	r = real ? replace_locked(s->lock_fd[f], real, text) : -errno;
	if (r >= 0) {
		close(s->lock_fd[f]);
		s->lock_fd[f] = r;
		r = 0;
	}
	if (locked_here)
		state_unlock(s, f);
	return r;
}

static int mark_check(const char *name)
{
	return strlen(name) > MARK_NAME_MAX ? -EINVAL : name_check(name);
}

static struct mark *mark_find(struct state *s, enum state_dir d, const char *name)
{
	for (struct mark *m = s->marks; m; m = m->next)
		if (m->dir == d && strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static int mark_in_memory(struct state *s, enum state_dir d, const char *name, bool present,
			  int64_t ns)
{
	struct mark *m = mark_find(s, d, name);

	if (!m) {
		m = calloc(1, sizeof(*m) + strlen(name) + 1);
		if (!m)
			return -ENOMEM;
		strcpy(m->name, name);
		m->dir = d;
		m->next = s->marks;
		s->marks = m;
	}
	m->present = present;
	m->ns = ns;
	return 0;
}

/* The folder of a kind of marker, opened; -ENOENT where it does not exist. */
static int mark_folder(const struct state *s, enum state_dir d)
{
	int fd = open(s->dir[d], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int mark_folder_made(const struct state *s, enum state_dir d)
{
	int r = make_parents(s->dir[d], 0700);

	if (r < 0)
		return r;
	if (mkdir(s->dir[d], 0700) < 0 && errno != EEXIST)
		return -errno;
	return mark_folder(s, d);
}

static int mark_stat(struct state *s, enum state_dir d, const char *name, int64_t *ret_ns)
{
	__attribute__((cleanup(fd_close))) int dir = -1;
	const struct mark *m = mark_find(s, d, name);
	struct stat st;

	if (m && !m->present)
		return -ENOENT;
	if (m) {
		*ret_ns = m->ns;
		return 0;
	}
	dir = mark_folder(s, d);
	if (dir < 0)
		return dir;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	*ret_ns = (int64_t)st.st_mtim.tv_sec * NSEC_PER_SEC + st.st_mtim.tv_nsec;
	return 0;
}

int state_mark(struct state *s, enum state_dir d, const char *name)
{
	__attribute__((cleanup(fd_close))) int dir = -1, fd = -1;
	int64_t ns;

	if (mark_check(name) < 0)
		return -EINVAL;
	if (s->replay)
		return mark_stat(s, d, name, &ns) == 0 ? 0 : mark_in_memory(s, d, name, true, 0);
	dir = mark_folder_made(s, d);
	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 && errno != EEXIST ? -errno : 0;
}

int state_unmark(struct state *s, enum state_dir d, const char *name)
{
	__attribute__((cleanup(fd_close))) int dir = -1;

	if (mark_check(name) < 0)
		return -EINVAL;
	if (s->replay)
		return mark_in_memory(s, d, name, false, 0);
	dir = mark_folder(s, d);
	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	return unlinkat(dir, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

bool state_marked(struct state *s, enum state_dir d, const char *name)
{
	int64_t ns;

	return mark_check(name) == 0 && mark_stat(s, d, name, &ns) == 0;
}

int state_mark_time(struct state *s, enum state_dir d, const char *name, int64_t *ret_ns)
{
	return mark_check(name) < 0 ? -EINVAL : mark_stat(s, d, name, ret_ns);
}

int state_set_mark_time(struct state *s, enum state_dir d, const char *name, int64_t ns)
{
	__attribute__((cleanup(fd_close))) int dir = -1;
	struct timespec both[2];
	int64_t before;
	int r;

	if (mark_check(name) < 0 || ns < 0)
		return -EINVAL;
	if (s->replay) {
		r = mark_stat(s, d, name, &before);
		return r < 0 ? r : mark_in_memory(s, d, name, true, ns);
	}
	dir = mark_folder(s, d);
	if (dir < 0)
		return dir;
	both[0] = (struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };
	both[1] = both[0];
	return utimensat(dir, name, both, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}
