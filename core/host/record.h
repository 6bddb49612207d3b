/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - a snapshot in the making: files and links by their path in it (tests/snapshots/README.md),
 * kept in memory until they are written. All calls but record_each(), record_write() and
 * record_free() may come from several threads.
 */
#ifndef MP_RECORD_H
#define MP_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct record;
struct devio;
struct fstree;

struct record *record_new(void); /* NULL: out of memory */
void record_free(struct record *r);

/* Paths are relative, with plain components. The bytes are copied. A path that is there already is
 * replaced. Errors (memory, a path that cannot be) are kept for record_write(). */
void record_file(struct record *r, const char *path, const void *bytes, size_t len);
void record_text(struct record *r, const char *path, const char *text);
/* The same, but an answer that is there and longer stays ("hang" never does). */
void record_answer(struct record *r, const char *path, const char *text);
void record_link(struct record *r, const char *path, const char *target);
void record_dir(struct record *r, const char *path);
bool record_has(struct record *r, const char *path);

/* Change every entry: @edit gets path and bytes (a link's target; NULL for a folder) and may write
 * into both, keeping their lengths. */
void record_each(struct record *r, void (*edit)(void *ctx, char *path, char *bytes, size_t len),
		 void *ctx);

/* Write all of it below the folder @dir, which exists and is empty. 0 or -errno. */
int record_write(struct record *r, const char *dir);

/* From now on, what is read from @t is recorded below @prefix ("sys"): the file, and the links that
 * led to it; of a folder that is listed, its links and folders. */
void fstree_record(struct fstree *t, struct record *r, const char *prefix);

/* A device interface that passes everything on to @inner and records the answers, as scsi/NAME/...
 * What was read from a medium is not recorded, only whether it could be read. A command that has not
 * come back is recorded as "hang". @inner stays the caller's. */
int devio_record(struct devio *inner, struct record *r, struct devio **ret_io);

#endif
