/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tarfile.h - the members of a tar archive (POSIX.1-2001 pax, ustar, GNU long names), judged before
 * anything is unpacked. Pure.
 *
 * Plain files, folders and symbolic links inside the archive are all there may be. Anything else
 * makes the whole archive unusable, and the member is named.
 */
#ifndef MP_TARFILE_H
#define MP_TARFILE_H

#include <stddef.h>
#include <stdint.h>

struct arena;

#define TAR_MEMBER_MAX	(256u << 20)
#define TAR_TOTAL_MAX	(1024u << 20)
#define TAR_MEMBERS_MAX 1000000u

enum tar_kind { TAR_FILE, TAR_DIR, TAR_LINK };

struct tar_member {
	enum tar_kind kind;
	const char *path;    /* relative, without "./" and a final '/'; in the arena */
	const char *target;  /* TAR_LINK; in the arena */
	const uint8_t *data; /* TAR_FILE: in the archive's bytes */
	size_t size;
	int64_t mtime; /* seconds since 1970 */
};

struct tar_error {
	char member[256]; /* its name as far as it is known; control characters as '?' */
	const char *why;  /* static */
};

/* 0 with all members, those of "." left out; -EINVAL with @ret_error. */
int tar_parse(struct arena *a, const uint8_t *bytes, size_t len, struct tar_member **ret_list,
	      unsigned int *ret_n, struct tar_error *ret_error);

#endif
