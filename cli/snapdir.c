/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpacking: core/model/tarfile judges every member first, so here nothing is left to decide. Each
 * component is still opened with O_NOFOLLOW, and files are only ever made new.
 */
#include "cli/snapdir.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/host/fdio.h"
#include "core/host/record.h"
#include "core/model/tarfile.h"
#include "parser/arena.h"

#define ARCHIVE_MAX (1024u << 20)

int snapdir_make(char *dir, size_t len)
{
	const char *tmp = getenv("TMPDIR");
	char blank[7] = "";

	memset(blank, 'X', sizeof(blank) - 1);
	if ((size_t)snprintf(dir, len, "%s/minipath.%s", tmp && *tmp == '/' ? tmp : "/tmp",
			     blank) >= len)
		return -ENAMETOOLONG;
	return mkdtemp(dir) ? 0 : -errno;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	remove(path);
	return 0;
}

void snapdir_remove(const char *dir)
{
	nftw(dir, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int members(const char *file, struct arena *a, char **ret_bytes,
		   struct tar_member **ret_list, unsigned int *ret_n)
{
	__attribute__((cleanup(fd_close))) int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct tar_error err;
	struct stat st;
	size_t len;
	int r;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	r = fd_slurp(fd, ARCHIVE_MAX, ret_bytes, &len);
	if (r)
		return r;
	r = tar_parse(a, (const uint8_t *)*ret_bytes, len, ret_list, ret_n, &err);
	if (r)
		fprintf(stderr, "minipath replay: %s: %s: %s\n", file, err.member, err.why);
	return r;
}

/* Waits of find_multipaths count from the time of their files. */
static void keep_time(const char *dir, const struct tar_member *m)
{
	__attribute__((cleanup(free_text))) char *path = NULL;
	struct timespec t[2] = { { m->mtime, 0 }, { m->mtime, 0 } };

	if (asprintf(&path, "%s/%s", dir, m->path) < 0)
		path = NULL;
	else
		utimensat(AT_FDCWD, path, t, AT_SYMLINK_NOFOLLOW);
}

int snapdir_unpack(const char *file, const char *dir)
{
	__attribute__((cleanup(free_text))) char *bytes = NULL;
	struct arena *a = arena_new();
	struct tar_member *list;
	struct record *rec = NULL;
	unsigned int n = 0;
	int r = members(file, a, &bytes, &list, &n);

	if (!r && !(rec = record_new()))
		r = -ENOMEM;
	for (unsigned int i = 0; i < n && !r; i++) {
		if (list[i].kind == TAR_DIR)
			record_dir(rec, list[i].path);
		else if (list[i].kind == TAR_LINK)
			record_link(rec, list[i].path, list[i].target);
		else
			record_file(rec, list[i].path, list[i].data, list[i].size);
	}
	if (!r)
		r = record_write(rec, dir);
	for (unsigned int i = 0; i < n && !r; i++)
		if (list[i].kind == TAR_FILE && strstr(list[i].path, "find_multipaths/"))
			keep_time(dir, &list[i]);
	record_free(rec);
	arena_free(a);
	return r;
}
