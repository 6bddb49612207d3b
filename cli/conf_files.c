/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A main file that cannot even be looked at is listed all the same: whoever opens it says why.
 */
#include "cli/conf_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/host/host.h"
#include "parser/arena.h"

static void add(struct conf_files *files, struct arena *a, const char *root, const char *name)
{
	files->list = arena_grow(a, files->list, files->n, &files->cap, sizeof(*files->list));
	files->list[files->n++] =
		(struct conf_file){ .path = arena_printf(a, "%s%s", root, name), .name = name };
}

static int is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && !strcmp(d->d_name + n - 5, ".conf");
}

static int in_c_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int conf_files_add(struct conf_files *files, struct arena *a, const char *root,
		   const char **ret_dir)
{
	const char *name = host_places()->config, *dir = host_places()->config_dir;
	struct dirent **list;
	int n;

	if (!access(arena_printf(a, "%s%s", root, name), F_OK) || errno != ENOENT)
		add(files, a, root, name);
	n = scandir(arena_printf(a, "%s%s", root, dir), &list, is_conf, in_c_order);
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0) {
		*ret_dir = dir;
		return -errno;
	}
	for (int i = 0; i < n; i++) {
		add(files, a, root, arena_printf(a, "%s/%s", dir, list[i]->d_name));
		free(list[i]);
	}
	free(list);
	return 0;
}
