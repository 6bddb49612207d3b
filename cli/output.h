/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h - what several verbs need to put their answer out. */
#ifndef MP_OUTPUT_H
#define MP_OUTPUT_H

struct strbuf;

/* Put @text in place of file @path, whole or not at all: a temporary file beside it, synced, takes
 * its name. Mode 0644 for a new file, an old one keeps its own. 0 or -errno. */
int output_replace(const char *path, const char *text);

/* Add @text broken between words at @columns; lines after the first begin with @indent blanks. The
 * first line has @used columns already. */
void output_wrap(struct strbuf *out, const char *text, unsigned int used, unsigned int indent,
		 unsigned int columns);

#endif
