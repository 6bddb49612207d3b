/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fstree.h - a directory of small text files seen from its root: sysfs, procfs.
 *
 * Live and replay differ only in the root ("/sys" or DIR/sys) and in whether writes go through.
 * Paths are relative to the root, without a leading slash ("class/block/sda/size"); links are
 * followed but never leave the root. A replay tree keeps writes in memory: a later read sees them.
 */
#ifndef MP_FSTREE_H
#define MP_FSTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fstree;

struct names { /* owned by the caller: names_done() */
	char **list;
	unsigned int n;
};
void names_done(struct names *n);

/* @replay: never write to the disk. The root need not exist: then everything is -ENOENT. */
int fstree_open(const char *root, bool replay, struct fstree **ret_tree);
void fstree_free(struct fstree *t);

/* From now on the directories that fstree_text() and fstree_u64() find attributes of devices in stay
 * open: whoever reads the same ones again and again is spared the way there. For any number of threads,
 * once it has been called. Does nothing for a replay. 0 or -ENOMEM. */
int fstree_hold_dirs(struct fstree *t);

/* Up to @len bytes of a file, as they are (binary attributes too). Returns the count or -errno. */
ssize_t fstree_read(struct fstree *t, const char *path, void *buf, size_t len);

/* Text of an attribute: trailing newline and blanks cut, always NUL-terminated. -EOVERFLOW where
 * it does not fit. Returns the length or -errno. */
ssize_t fstree_text(struct fstree *t, char *buf, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int fstree_u64(struct fstree *t, uint64_t *ret_value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A whole text file of any size up to @max; *ret_text is the caller's to free(). */
int fstree_slurp(struct fstree *t, const char *path, size_t max, char **ret_text);

int fstree_write(struct fstree *t, const char *path, const char *text);
bool fstree_exists(struct fstree *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Names in a directory, sorted by strcmp, without "." and "..". */
int fstree_list(struct fstree *t, const char *path, struct names *ret_names);

/* The real path behind links, relative to the root ("devices/pci0000:00/..."). */
int fstree_real(struct fstree *t, const char *path, char *buf, size_t len);

#endif
