/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacing a file so that nobody ever sees half of it: a temporary file beside it gets its owner,
 * mode and extended attributes (security label and ACL among them), is synced, and takes its name.
 * The temporary name never ends in ".conf": multipathd reads every file of conf.d that does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/fmt.h"
#include "parser/srcfile.h"

#define NAMES_MAX 65536
#define VALUE_MAX 65536

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void free_text(char **s)
{
	free(*s);
}

static int copy_attribute(int from, int to, const char *name)
{
	__attribute__((cleanup(free_text))) char *value = malloc(VALUE_MAX);
	ssize_t n;

	if (!value)
		return -ENOMEM;
	n = fgetxattr(from, name, value, VALUE_MAX);
	if (n < 0 || fsetxattr(to, name, value, (size_t)n, 0) < 0)
		return -errno;
	return 0;
}

/* A label of the system's own that we may not set is the one the new file got by itself. */
static int copy_attributes(int from, int to)
{
	__attribute__((cleanup(free_text))) char *names = malloc(NAMES_MAX);
	ssize_t n;
	int err;

	if (!names)
		return -ENOMEM;
	n = flistxattr(from, names, NAMES_MAX);
	if (n < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (const char *p = names; p < names + n; p += strlen(p) + 1) {
		err = copy_attribute(from, to, p);
		if (err < 0 && strncmp(p, "security.", 9) && strncmp(p, "trusted.", 8))
			return err;
	}
	return 0;
}

static int take_after(int from, int to)
{
	struct stat old, new;

	if (fstat(from, &old) < 0 || fstat(to, &new) < 0)
		return -errno;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(to, old.st_uid, old.st_gid) < 0)
		return -errno;
	if (fchmod(to, old.st_mode & 07777) < 0)
		return -errno;
	return copy_attributes(from, to);
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int check_unchanged(const char *path, const struct srcfile *old)
{
	struct srcfile *now;
	size_t old_len, len;
	const char *a = srcfile_bytes(old, &old_len), *b;
	int err = srcfile_read(path, NULL, &now);

	if (err < 0)
		return err;
	b = srcfile_bytes(now, &len);
	err = len == old_len && !memcmp(a, b, len) ? 0 : -ESTALE;
	srcfile_free(now);
	return err;
}

static void sync_folder(const char *path)
{
	__attribute__((cleanup(free_text))) char *dir = strdup(path);
	__attribute__((cleanup(close_fd))) int fd = -1;

	if (!dir)
		return;
	*strrchr(dir, '/') = '\0';
	fd = open(*dir ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

static int fill_temporary(int old_fd, int fd, const char *real, const struct srcfile *old,
			  const struct strbuf *text)
{
	int err = take_after(old_fd, fd);

	if (!err)
		err = write_all(fd, sb_str(text), text->len);
	return err ? err : check_unchanged(real, old);
}

int fmt_write(const char *path, const struct srcfile *old, const struct strbuf *text)
{
	__attribute__((cleanup(free_text))) char *real = realpath(path, NULL);
	__attribute__((cleanup(free_text))) char *temp = NULL;
	__attribute__((cleanup(close_fd))) int old_fd = -1, fd = -1;
	int err;

	if (!real)
		return -errno;
	if (asprintf(&temp, "%s.fmt.%d", real, (int)getpid()) < 0) {
		temp = NULL;
		return -ENOMEM;
	}
	old_fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (old_fd < 0)
		return -errno;
	unlink(temp); /* left by one of our number that was killed */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = fill_temporary(old_fd, fd, real, old, text);
	if (!err && rename(temp, real) < 0)
		err = -errno;
	if (err)
		unlink(temp);
	else
		sync_folder(real);
	return err;
}
