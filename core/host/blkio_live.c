// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads that go to the medium. O_DIRECT wants an aligned buffer, which a caller's struct seldom
 * is, so every read goes through an aligned one of ours: these are single blocks. The flag is set
 * on the descriptor at the first read, as a device that refuses it must still open for commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/host/devio_live.h"

#define ALIGNMENT 4096
#define READ_MAX  ((size_t)1 << 20)

int blkio_block_size(int fd, unsigned int *ret_bytes)
{
	int size = 0;

	if (ioctl(fd, BLKSSZGET, &size) < 0)
		return -errno;
	if (size <= 0)
		return -EINVAL;
	*ret_bytes = (unsigned int)size;
	return 0;
}

static int set_direct(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	if (flags & O_DIRECT)
		return 0;
	return fcntl(fd, F_SETFL, flags | O_DIRECT) < 0 ? -errno : 0;
}

ssize_t blkio_read_direct(int fd, void *buf, size_t len, uint64_t offset)
{
	void *aligned;
	ssize_t n;
	int r = set_direct(fd);

	if (r < 0)
		return r;
	if (len == 0 || len > READ_MAX || offset > INT64_MAX)
		return -EINVAL;
	r = posix_memalign(&aligned, ALIGNMENT, len);
	if (r)
		return -r;
	do
		n = pread(fd, aligned, len, (off_t)offset);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		n = -errno;
	else
		memcpy(buf, aligned, (size_t)n);
	free(aligned);
	return n;
}
