/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sosreport read as a snapshot, as far as it goes. Configuration and state are there as files; maps
 * are what dmsetup printed; disks are in its copy of sysfs or, as it mostly has none of class/block,
 * are made of what udevadm printed of them. Answers of devices are in no sosreport.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/snapdir.h"
#include "core/host/fdio.h"
#include "core/host/host.h"
#include "core/host/record.h"
#include "parser/strbuf.h"

#define FILE_LIMIT    (256u << 20)
#define ATTRIBUTE_MAX (1 << 20) /* larger files of sysfs are not taken */
#define SYSFS_ENTRIES 1000000

struct sos {
	const char *dir;
	struct record *r;
	unsigned int maps, disks;
};

static bool is_dir(const char *base, const char *name)
{
	struct stat st;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

static void missing(const char *what)
{
	fprintf(stderr, "minipath replay: the sosreport has no %s\n", what);
}

/* A file of the report, NULL: it has none; the caller frees it. */
static char *file_text(const struct sos *s, const char *name)
{
	char path[4096], *text = NULL;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	return file_slurp(AT_FDCWD, path, FILE_LIMIT, &text, NULL) ? NULL : text;
}

/* The first that matches "sos_commands/PATTERN". */
static char *command_text(const struct sos *s, const char *pattern)
{
	char path[4096], *text = NULL;
	glob_t g;

	snprintf(path, sizeof(path), "%s/sos_commands/%s", s->dir, pattern);
	if (!glob(path, 0, NULL, &g))
		for (size_t i = 0; i < g.gl_pathc && !text; i++)
			if (file_slurp(AT_FDCWD, g.gl_pathv[i], FILE_LIMIT, &text, NULL))
				text = NULL;
	globfree(&g);
	return text;
}

static void take(struct sos *s, const char *name)
{
	__attribute__((cleanup(free_text))) char *text = file_text(s, name);

	if (text)
		record_text(s->r, name, text);
}

static void take_folder(struct sos *s, const char *name)
{
	char path[4096];
	const struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", name, d->d_name);
		if (d->d_name[0] != '.')
			take(s, path);
	}
	if (dir)
		closedir(dir);
}

static void take_files(struct sos *s)
{
	const struct host_places *at = host_places();

	take(s, at->config + 1);
	take_folder(s, at->config_dir + 1);
	take_folder(s, at->state_dir + 1);
	take(s, "proc/swaps");
	take(s, "proc/self/mountinfo");
	if (!record_has(s->r, at->config + 1))
		missing("multipath.conf: the built-in values hold");
}

/* --- maps ------------------------------------------------------------------------------------ */

/* The lines "NAME: REST" of @all that are about @name, as "KEY: REST". */
static unsigned int put_lines(struct strbuf *out, const char *all, const char *name,
			      const char *key)
{
	size_t n = strlen(name);
	unsigned int found = 0;

	for (const char *line = all; line && *line;) {
		size_t len = strcspn(line, "\n");

		if (len > n + 2 && !strncmp(line, name, n) && line[n] == ':' &&
		    line[n + 1] == ' ') {
			sb_printf(out, "%s: ", key);
			sb_addn(out, line + n + 2, len - n - 2);
			sb_addc(out, '\n');
			found++;
		}
		line += len + (line[len] == '\n');
	}
	return found;
}

/* "Name Maj Min Stat Open Targ Event UUID" of dmsetup info -c, one line. */
static void take_map(struct sos *s, const char *line, const char *tables, const char *status)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	char name[160], stat[16], uuid[160], path[32];
	unsigned int maj, min, targets, event;
	int open;

	if (sscanf(line, "%159s %u %u %15s %d %u %u %159s", name, &maj, &min, stat, &open, &targets,
		   &event, uuid) != 8)
		return;
	sb_printf(&text, "name: %s\nuuid: %s\ndev: %u:%u\nopen: %d\nevent: %u\n", name, uuid, maj,
		  min, open, event);
	if (strchr(stat, 's') || strchr(stat, 'r'))
		sb_printf(&text, "flags:%s%s\n", strchr(stat, 's') ? " suspended" : "",
			  strchr(stat, 'r') ? " read-only" : "");
	if (!put_lines(&text, tables, name, "table"))
		return;
	put_lines(&text, status, name, "status");
	snprintf(path, sizeof(path), "dm/map%u", s->maps++);
	record_text(s->r, path, sb_str(&text));
}

static void take_maps(struct sos *s)
{
	__attribute__((cleanup(free_text))) char *info = command_text(s, "*/dmsetup_info_-c");
	__attribute__((cleanup(free_text))) char *tables = command_text(s, "*/dmsetup_table*");
	__attribute__((cleanup(free_text))) char *status = command_text(s, "*/dmsetup_status*");
	char *pos = info, *line;

	if (!info || !tables)
		missing("output of dmsetup info -c and dmsetup table: there are no maps");
	else if (!status)
		missing("output of dmsetup status: the kernel's path states are unknown");
	while (info && tables && (line = line_next(&pos)))
		take_map(s, line, tables, status ? status : "");
}

/* --- disks ----------------------------------------------------------------------------------- */

/* What udevadm says of one block device; values point into its record. */
struct disk {
	const char *path, *name, *major, *minor, *vendor, *model, *rev, *type, *dm_name, *dm_uuid;
};

static void disk_line(struct disk *d, char *line)
{
	const struct {
		const char *key;
		const char **field;
	} keys[] = {
		{ "P: ", &d->path },
		{ "E: MAJOR=", &d->major },
		{ "E: MINOR=", &d->minor },
		{ "E: ID_VENDOR=", &d->vendor },
		{ "E: ID_MODEL=", &d->model },
		{ "E: ID_REVISION=", &d->rev },
		{ "E: DEVTYPE=", &d->type },
		{ "E: DM_NAME=", &d->dm_name },
		{ "E: DM_UUID=", &d->dm_uuid },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strncmp(line, keys[i].key, strlen(keys[i].key)))
			*keys[i].field = line + strlen(keys[i].key);
	if (!strncmp(line, "E: SUBSYSTEM=", 13) && strcmp(line + 13, "block"))
		d->major = NULL;
}

/* Sectors of a device by /proc/partitions, which counts KiB. */
static unsigned long long sectors(const char *partitions, const char *name)
{
	unsigned long long kib;
	char is[64];

	for (const char *line = partitions; line && *line;) {
		if (sscanf(line, "%*u %*u %llu %63s", &kib, is) == 2 && !strcmp(is, name))
			return 2 * kib;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return 0;
}

static void attribute(struct sos *s, const char *dir, const char *name, const char *value)
{
	char path[4096], text[256];

	snprintf(path, sizeof(path), "sys%s/%s", dir, name);
	snprintf(text, sizeof(text), "%s\n", value ? value : "");
	if (value && !record_has(s->r, path))
		record_text(s->r, path, text);
}

/* "/devices/.../1:0:0:0/block/sda": the SCSI device is two levels up. */
static void scsi_device(struct sos *s, const struct disk *d)
{
	const char *block = strstr(d->path, "/block/");
	char dir[2048], link[4096], target[128];
	const char *base;

	if (!block || strstr(d->path, "/virtual/"))
		return;
	snprintf(dir, sizeof(dir), "%.*s", (int)(block - d->path), d->path);
	base = strrchr(dir, '/');
	snprintf(link, sizeof(link), "sys%s/device", d->path);
	snprintf(target, sizeof(target), "../../../%s", base + 1);
	record_link(s->r, link, target);
	attribute(s, dir, "vendor", d->vendor);
	attribute(s, dir, "model", d->model);
	attribute(s, dir, "rev", d->rev);
}

static void make_disk(struct sos *s, const struct disk *d, const char *partitions)
{
	char link[128], target[2048], text[48];

	if (!d->path || !d->major || !d->minor || strstr(d->path, ".."))
		return;
	snprintf(text, sizeof(text), "%s:%s", d->major, d->minor);
	attribute(s, d->path, "dev", text);
	snprintf(text, sizeof(text), "%llu", sectors(partitions, d->name));
	attribute(s, d->path, "size", text);
	if (d->type && !strcmp(d->type, "partition"))
		attribute(s, d->path, "partition", "1");
	attribute(s, d->path, "dm/name", d->dm_name);
	attribute(s, d->path, "dm/uuid", d->dm_uuid);
	scsi_device(s, d);
	snprintf(target, sizeof(target), "../..%s", d->path);
	snprintf(link, sizeof(link), "sys/class/block/%s", d->name);
	record_link(s->r, link, target);
	snprintf(link, sizeof(link), "sys/dev/block/%s:%s", d->major, d->minor);
	record_link(s->r, link, target);
	s->disks++;
}

static void make_disks(struct sos *s, char *udev)
{
	__attribute__((cleanup(free_text))) char *partitions = file_text(s, "proc/partitions");
	struct disk d = { 0 };
	char *pos = udev, *line;

	if (!partitions)
		missing("proc/partitions: sizes are unknown");
	do {
		line = line_next(&pos);
		if (line && *line) {
			disk_line(&d, line);
			continue;
		}
		d.name = d.path ? strrchr(d.path, '/') : NULL;
		d.name = d.name ? d.name + 1 : NULL;
		if (d.name && *d.name)
			make_disk(s, &d, partitions);
		d = (struct disk){ 0 };
	} while (line);
}

static void take_entry(struct sos *s, const FTSENT *f)
{
	const char *name = f->fts_path + strlen(s->dir) + 1;
	char target[4096];
	ssize_t n;

	if (f->fts_info == FTS_D) {
		record_dir(s->r, name);
	} else if (f->fts_info == FTS_F && f->fts_statp->st_size <= ATTRIBUTE_MAX) {
		take(s, name);
	} else if (f->fts_info == FTS_SL || f->fts_info == FTS_SLNONE) {
		n = readlink(f->fts_path, target, sizeof(target) - 1);
		if (n > 0) {
			target[n] = '\0';
			record_link(s->r, name, target);
		}
	}
}

/* The report's own sysfs, where it has the block devices in it: all of it, links as links. */
static bool take_sysfs(struct sos *s)
{
	char root[4096], *roots[] = { root, NULL };
	const FTSENT *f;
	unsigned int entries = 0;
	FTS *walk;

	if (!is_dir(s->dir, "sys/class/block"))
		return false;
	snprintf(root, sizeof(root), "%s/sys", s->dir);
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (walk && (f = fts_read(walk)) && entries++ < SYSFS_ENTRIES) {
		take_entry(s, f);
		s->disks += f->fts_level == 3 &&
			    !strncmp(f->fts_path + strlen(root), "/class/block/", 13);
	}
	if (entries > SYSFS_ENTRIES)
		missing("more of its sys: it has too many files");
	if (walk)
		fts_close(walk);
	return s->disks > 0;
}

static void take_disks(struct sos *s)
{
	__attribute__((cleanup(free_text))) char *udev = command_text(s, "*/udevadm_info_*-e*");

	if (udev)
		record_text(s->r, "udev/export", udev);
	else
		missing("output of udevadm info -e: WWIDs come from sysfs, if at all");
	if (take_sysfs(s))
		return;
	missing("sys/class/block: disks are as udevadm has them, blanks in their names are '_'");
	if (udev)
		make_disks(s, udev);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* The report itself, or the one folder in @dir that is one. */
static bool find_report(const char *dir, char *ret, size_t len)
{
	const struct dirent *e;
	bool found = false;
	DIR *d;

	if (is_dir(dir, "sos_commands")) {
		snprintf(ret, len, "%s", dir);
		return true;
	}
	d = opendir(dir);
	while (d && !found && (e = readdir(d))) {
		if (e->d_name[0] == '.' || e->d_type == DT_LNK)
			continue;
		snprintf(ret, len, "%s/%s", dir, e->d_name);
		found = is_dir(ret, "sos_commands");
	}
	if (d)
		closedir(d);
	return found;
}

int snapdir_from_sos(const char *dir, const char *snapshot)
{
	char report[4096];
	struct sos s = { .dir = report };
	int r;

	if (is_dir(dir, "udev") || is_dir(dir, "dm") || !find_report(dir, report, sizeof(report)))
		return 0;
	s.r = record_new();
	if (!s.r)
		return -ENOMEM;
	take_files(&s);
	take_maps(&s);
	take_disks(&s);
	missing("answers of devices: what path checkers say is unknown");
	r = record_write(s.r, snapshot);
	record_free(s.r);
	return r ? r : 1;
}
