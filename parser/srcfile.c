/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a file and the offsets at which its lines start. Both are made when the file is
 * read, so that nothing here changes later. Only regular files and standard input are read: a
 * FIFO in conf.d must not make a daemon wait. One NUL follows the bytes.
 */
#include "parser/srcfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct srcfile {
	char *name;
	char *bytes;
	size_t len;
	uint32_t *line; /* offset of each line's first byte; line[0] is 0 */
	unsigned int n_lines;
};

static int index_lines(struct srcfile *f)
{
	const char *p = f->bytes, *end = f->bytes + f->len;
	size_t n = 1;

	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		n++;
	}
	f->line = malloc(n * sizeof(*f->line));
	if (!f->line)
		return -ENOMEM;
	f->line[f->n_lines++] = 0;
	for (p = f->bytes; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		f->line[f->n_lines++] = (uint32_t)(p + 1 - f->bytes);
	return 0;
}

/* Takes over @bytes, also on failure. */
static int srcfile_make(const char *shown, char *bytes, size_t len, struct srcfile **ret_file)
{
	struct srcfile *f = calloc(1, sizeof(*f));

	if (!f) {
		free(bytes);
		return -ENOMEM;
	}
	f->bytes = bytes;
	f->len = len;
	f->name = strdup(shown);
	if (!f->name || index_lines(f) < 0) {
		srcfile_free(f);
		return -ENOMEM;
	}
	*ret_file = f;
	return 0;
}

static int open_source(const char *path)
{
	struct stat st;
	int fd, err = 0;

	if (!strcmp(path, "-"))
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if (st.st_size > SRCFILE_MAX)
		err = -EFBIG;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int read_all(int fd, char **ret_bytes, size_t *ret_len)
{
	size_t len = 0, cap = 16u << 10;
	char *buf = malloc(cap + 1), *grown;
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	for (;;) {
		n = read(fd, buf + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
		if (len > SRCFILE_MAX) {
			free(buf);
			return -EFBIG;
		}
		if (len < cap)
			continue;
		grown = realloc(buf, 2 * cap + 1);
		if (!grown) {
			free(buf);
			return -ENOMEM;
		}
		buf = grown;
		cap *= 2;
	}
	if (n < 0) {
		int err = -errno;

		free(buf);
		return err;
	}
	buf[len] = '\0';
	*ret_bytes = buf;
	*ret_len = len;
	return 0;
}

int srcfile_read(const char *path, const char *shown, struct srcfile **ret_file)
{
	char *bytes = NULL;
	size_t len = 0;
	int fd, err;

	fd = open_source(path);
	if (fd < 0)
		return fd;
	err = read_all(fd, &bytes, &len);
	if (fd != STDIN_FILENO)
		close(fd);
	return err < 0 ? err : srcfile_make(shown ? shown : path, bytes, len, ret_file);
}

int srcfile_from_mem(const char *shown, const void *bytes, size_t len, struct srcfile **ret_file)
{
	char *copy;

	if (len > SRCFILE_MAX)
		return -EFBIG;
	copy = malloc(len + 1);
	if (!copy)
		return -ENOMEM;
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return srcfile_make(shown, copy, len, ret_file);
}

void srcfile_free(struct srcfile *f)
{
	if (!f)
		return;
	free(f->name);
	free(f->bytes);
	free(f->line);
	free(f);
}

const char *srcfile_name(const struct srcfile *f)
{
	return f->name;
}

const char *srcfile_bytes(const struct srcfile *f, size_t *ret_len)
{
	*ret_len = f->len;
	return f->bytes;
}

struct srcpos srcfile_pos(const struct srcfile *f, uint32_t offset)
{
	unsigned int low = 0, high = f->n_lines;

	while (high - low > 1) {
		unsigned int mid = low + (high - low) / 2;

		if (f->line[mid] <= offset)
			low = mid;
		else
			high = mid;
	}
	return (struct srcpos){ .line = low + 1, .column = offset - f->line[low] + 1 };
}

const char *srcfile_line(const struct srcfile *f, unsigned int line, size_t *ret_len)
{
	size_t start, end;

	if (line < 1 || line > f->n_lines) {
		*ret_len = 0;
		return f->bytes + f->len;
	}
	start = f->line[line - 1];
	end = line < f->n_lines ? f->line[line] - 1 : f->len;
	while (end > start && f->bytes[end - 1] == '\r')
		end--;
	*ret_len = end - start;
	return f->bytes + start;
}
