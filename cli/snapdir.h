/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapdir.h - snapshots in a temporary folder: unpacked archives, sosreports made into one. */
#ifndef MP_SNAPDIR_H
#define MP_SNAPDIR_H

#include <stddef.h>

/* A new folder below TMPDIR or /tmp. 0 or -errno. */
int snapdir_make(char *dir, size_t len);
/* With all that is in it. */
void snapdir_remove(const char *dir);

/* The members of the archive @file below @dir, nothing else anywhere. Judged whole before the first is
 * written; what is wrong is said on standard error. 0 or -errno. */
int snapdir_unpack(const char *file, const char *dir);

/*
 * Is @dir a sosreport (or a folder with just one in it) and no snapshot? Then fill the empty folder
 * @snapshot from it as far as it goes, say on standard error what is missing, and return 1. 0: it is
 * none. -errno.
 */
int snapdir_from_sos(const char *dir, const char *snapshot);

#endif
