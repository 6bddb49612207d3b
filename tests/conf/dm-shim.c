/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In place of device-mapper for Debian's `multipath -t` where the kernel has none: a version that
 * is new enough, and no maps. See compare-stock.
 */
#include <stdio.h>
#include <string.h>

struct target {
	unsigned int next, version[3];
	char name[16];
};

int dm_driver_version(char *version, size_t size);
int dm_task_run(void *task);
int dm_task_get_driver_version(void *task, char *version, size_t size);
void *dm_task_get_versions(void *task);
void *dm_task_get_names(void *task);
int dm_task_get_info(void *task, void *info);

int dm_driver_version(char *version, size_t size)
{
	return snprintf(version, size, "4.48.0") > 0;
}

int dm_task_run(void *task)
{
	return task != NULL;
}

int dm_task_get_driver_version(void *task, char *version, size_t size)
{
	return task && dm_driver_version(version, size);
}

void *dm_task_get_versions(void *task)
{
	static struct target multipath = { 0, { 1, 14, 0 }, "multipath" };

	return task ? &multipath : NULL;
}

void *dm_task_get_names(void *task)
{
	static char none[64];

	return task ? none : NULL;
}

int dm_task_get_info(void *task, void *info)
{
	memset(info, 0, 40);
	return task != NULL;
}
