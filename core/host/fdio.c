// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The few loops around read(2) and write(2) that every implementation file needs: short counts
 * and EINTR are dealt with here and nowhere else. Files are opened with O_NONBLOCK so that a FIFO
 * in a recorded folder cannot stop us, and checked to be regular before they are read whole. Links
 * are not followed: a recorded folder comes from somebody else and must not name a file of ours.
 */
#include "core/host/fdio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

void free_text(char **s)
{
	free(*s);
	*s = NULL;
}

ssize_t fd_read(int fd, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (char *)buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

ssize_t fd_read_once(int fd, void *buf, size_t len)
{
	ssize_t n;

	do
		n = read(fd, buf, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int fd_write(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int fd_slurp(int fd, size_t max, char **ret_text, size_t *ret_len)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len = 0, cap = 0;

	for (;;) {
		size_t want = cap ? cap * 2 : 4096;
		char *bigger;
		ssize_t n;

		bigger = realloc(text, want + 1);
		if (!bigger)
			return -ENOMEM;
		text = bigger;
		cap = want;
		n = fd_read(fd, text + len, cap - len);
		if (n < 0)
			return (int)n;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
		if (len < cap)
			break;
	}
	text[len] = '\0';
	*ret_text = text;
	text = NULL;
	if (ret_len)
		*ret_len = len;
	return 0;
}

int file_slurp(int dir_fd, const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	struct stat st;

	fd = openat(dir_fd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return fd_slurp(fd, max, ret_text, ret_len);
}

char *line_next(char **pos)
{
	char *line = *pos, *end;

	if (!*line)
		return NULL;
	end = strchr(line, '\n');
	if (end) {
		*end = '\0';
		*pos = end + 1;
	} else {
		*pos = line + strlen(line);
	}
	return line;
}

int name_check(const char *name)
{
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	for (const unsigned char *p = (const unsigned char *)name; *p; p++)
		if (*p < 0x20 || *p == 0x7f || *p == '/')
			return -EINVAL;
	return 0;
}

/* The errors of devices and files that recordings know; musl has no strerrorname_np(). */
static const struct {
	int err;
	const char *name;
} errors[] = {
#define E(name)                                                                                    \
	{                                                                                          \
		name, #name                                                                        \
	}
	E(ENXIO),      E(ENODEV),  E(EIO),	 E(EBUSY),	E(EROFS),   E(EACCES),
	E(EPERM),      E(ENOENT),  E(ENOTTY),	 E(EINVAL),	E(ENOMEM),  E(ETIMEDOUT),
	E(EAGAIN),     E(ENOLINK), E(EREMOTEIO), E(EOPNOTSUPP), E(ENODATA), E(ECONNREFUSED),
	E(ECONNRESET), E(EBADMSG), E(ENOSPC),
#undef E
};

const char *errno_name(int err)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].err == err)
			return errors[i].name;
	return "EIO";
}

int errno_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(name, errors[i].name) == 0)
			return errors[i].err;
	return 0;
}
