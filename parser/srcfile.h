/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * srcfile.h - the text of a configuration file, kept in memory, and places in it.
 *
 * The bytes are read once, so carets can be drawn for a pipe or for a file that has since changed.
 * Offsets are bytes from 0; lines and columns count from 1; a column counts bytes, a tab is one.
 */
#ifndef MP_SRCFILE_H
#define MP_SRCFILE_H

#include <stddef.h>
#include <stdint.h>

struct srcfile;

/* A range [start, end) of @file. file == NULL: no place (a built-in value). */
struct srcloc {
	const struct srcfile *file;
	uint32_t start, end;
};

#define SRCLOC_NONE ((struct srcloc){ 0 })

struct srcpos {
	unsigned int line, column;
};

/* Limits: a larger file is refused with -EFBIG (memory stays bounded whatever is thrown at it). */
#define SRCFILE_MAX (256u << 20)

/*
 * Read @path (or standard input where @path is "-") whole. @shown is the name diagnostics use
 * (copied); NULL means @path. A directory gives -EISDIR, a FIFO, socket or device -EINVAL.
 */
int srcfile_read(const char *path, const char *shown, struct srcfile **ret_file);

/* The same from memory; the bytes are copied. */
int srcfile_from_mem(const char *shown, const void *bytes, size_t len, struct srcfile **ret_file);

void srcfile_free(struct srcfile *f);

const char *srcfile_name(const struct srcfile *f);
const char *srcfile_bytes(const struct srcfile *f, size_t *ret_len);

/* Line and column of a byte offset (binary search over the line table). */
struct srcpos srcfile_pos(const struct srcfile *f, uint32_t offset);

/* Text of line @line (from 1) without its line end. */
const char *srcfile_line(const struct srcfile *f, unsigned int line, size_t *ret_len);

static inline struct srcpos srcloc_start(struct srcloc l)
{
	return l.file ? srcfile_pos(l.file, l.start) : (struct srcpos){ 0, 0 };
}

#endif
