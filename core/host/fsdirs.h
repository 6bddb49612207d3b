/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsdirs.h - directories of sysfs that are kept open, for fstree.c only. Safe on any thread.
 *
 * A directory whose device is gone has no files any more, even when another one has come to its
 * place: fsdirs_open() then forgets it and says -ENOENT, and the caller looks for the new one.
 */
#ifndef MP_FSDIRS_H
#define MP_FSDIRS_H

struct fsdirs;

struct fsdirs *fsdirs_new(void); /* NULL: out of memory */
void fsdirs_free(struct fsdirs *d);

/* Open @name for reading in the directory kept as @path: a descriptor, -ENOENT where there is none or it
 * has no such file, or -errno. */
int fsdirs_open(struct fsdirs *d, const char *path, const char *name);

/* Keep @dir_fd, which is taken over. Where there is no room, or descriptors are scarce, it is closed. */
void fsdirs_keep(struct fsdirs *d, const char *path, int dir_fd);

#endif
