/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_files.h - the configuration files of a machine, as multipathd reads them: the main file and
 * the drop-ins that end in ".conf", in C order. For verbs that take the files as texts.
 */
#ifndef MP_CONF_FILES_H
#define MP_CONF_FILES_H

struct arena;

struct conf_file {
	const char *path; /* to open: the root and the name */
	const char *name; /* as people know it */
};

struct conf_files {
	struct conf_file *list;
	unsigned int n, cap;
};

/*
 * Add to @files those that are there below @root ("" on a live host); all texts in @a. Returns 0,
 * or -errno where the folder of the drop-ins, *ret_dir, is there and cannot be read.
 */
int conf_files_add(struct conf_files *files, struct arena *a, const char *root,
		   const char **ret_dir);

#endif
