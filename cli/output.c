/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that others read at any time is never seen half written; a long text is broken in words. */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "core/host/fdio.h"
#include "parser/strbuf.h"

int output_replace(const char *path, const char *text)
{
	__attribute__((cleanup(free_text))) char *temp = NULL;
	__attribute__((cleanup(fd_close))) int fd = -1;
	struct stat old;
	mode_t mode = stat(path, &old) ? 0644 : old.st_mode & 07777;
	int r;

	if (asprintf(&temp, "%s.new.%d", path, (int)getpid()) < 0) {
		temp = NULL;
		return -ENOMEM;
	}
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fd_write(fd, text, strlen(text));
	if (!r && (fchmod(fd, mode) || fsync(fd) || rename(temp, path)))
		r = -errno;
	if (r)
		unlink(temp);
	return r;
}

void output_wrap(struct strbuf *out, const char *text, unsigned int used, unsigned int indent,
		 unsigned int columns)
{
	unsigned int at = used;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > indent && at + 1 + len > columns) {
			sb_addc(out, '\n');
			sb_fill(out, ' ', indent);
			at = indent;
		} else if (at > used || (at == used && used > indent)) {
			sb_addc(out, ' ');
			at++;
		}
		sb_addn(out, text, len);
		at += (unsigned int)len;
		text += len;
		text += strspn(text, " ");
	}
	sb_addc(out, '\n');
}
