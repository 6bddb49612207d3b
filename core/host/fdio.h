/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fdio.h - whole reads and whole writes on file descriptors, for the files of core/host only. */
#ifndef MP_FDIO_H
#define MP_FDIO_H

#include <stddef.h>
#include <sys/types.h>

/* For __attribute__((cleanup(...))). */
void fd_close(int *fd); /* -1 is fine; errno is kept */
void free_text(char **s);

/* Read until @len bytes or the end of the file. The count or -errno. */
ssize_t fd_read(int fd, void *buf, size_t len);
ssize_t fd_read_once(int fd, void *buf, size_t len); /* what one read() gives */
int fd_write(int fd, const void *buf, size_t len);

/* All of a file: *ret_text is the caller's, ends in NUL. -EFBIG above @max bytes. */
int fd_slurp(int fd, size_t max, char **ret_text, size_t *ret_len);
/* The same by name, regular files only (-EINVAL), links not followed (-ELOOP). @ret_len may be NULL. */
int file_slurp(int dir_fd, const char *path, size_t max, char **ret_text, size_t *ret_len);

/* Cut the next line off *@pos: its text without the newline, NULL at the end. */
char *line_next(char **pos);

/* Is @name one plain component: not empty, not "." or "..", without '/' or control characters? */
int name_check(const char *name); /* 0 or -EINVAL */

/* An errno by its name ("ENXIO") as recorded answers have it; 0 where unknown. The other way round an
 * unknown one is "EIO". */
int errno_by_name(const char *name);
const char *errno_name(int err);

#endif
