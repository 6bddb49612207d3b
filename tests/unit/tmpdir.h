/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tmpdir.h - a temporary folder for a test, filled with files by path and removed whole. */
#ifndef TEST_TMPDIR_H
#define TEST_TMPDIR_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tmpdir {
	char path[64];
};

static inline void tmpdir_make(struct tmpdir *t)
{
	strcpy(t->path, "/tmp/mp-unit-XXXXXX");
	if (!mkdtemp(t->path))
		abort();
}

static inline int tmpdir_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void tmpdir_remove(struct tmpdir *t)
{
	nftw(t->path, tmpdir_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* DIR/rel in a buffer of PATH_MAX; folders on the way are made. */
static inline char *tmpdir_path(const struct tmpdir *t, const char *rel, char *buf)
{
	if (snprintf(buf, PATH_MAX, "%s/%s", t->path, rel) >= PATH_MAX)
		abort();
	for (char *p = buf + strlen(t->path) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(buf, 0755);
		*p = '/';
	}
	return buf;
}

static inline void tmpdir_file(const struct tmpdir *t, const char *rel, const char *text)
{
	char path[PATH_MAX];
	FILE *f = fopen(tmpdir_path(t, rel, path), "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static inline void tmpdir_link(const struct tmpdir *t, const char *rel, const char *target)
{
	char path[PATH_MAX];

	if (symlink(target, tmpdir_path(t, rel, path)) < 0)
		abort();
}

#endif
