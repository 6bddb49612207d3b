/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.h - why a device is (not) multipathed, and why a map is as it is: data, for a printer.
 *
 * An explanation is a verdict and sections of items; an item has a key, a value and, where something
 * decided the value, its origin ("/etc/multipath.conf:14 (overrides)", "built-in row NETAPP LUN",
 * "default"). Nothing is changed or noted; every decision is asked of the function that takes it.
 * All of it lives in the arena of the engine's topology.
 */
#ifndef MP_EXPLAIN_H
#define MP_EXPLAIN_H

#include "core/engine/gather.h"

struct explain_item {
	const char *key, *value;
	const char *origin; /* NULL: nothing to say */
	/* settings only, where asked for: what lost to it */
	const struct explain_item *losers;
	unsigned int n_losers;
};

struct explain_section {
	const char *id, *title; /* ids are stable */
	struct explain_item *item;
	unsigned int n, cap;
};

#define EXPLAIN_SECTIONS 10

struct explain {
	const char *kind; /* "path", "map" */
	const char *name;
	const char *verdict;
	struct explain_section section[EXPLAIN_SECTIONS];
	unsigned int n;
	const char *unseen[GATHER_UNSEEN_MAX];
	unsigned int n_unseen;
};

struct explain_ask {
	bool losers;
	/* Files of an unpacked initramfs, "" where it has none; NULL: no initramfs to look at. */
	const char *initramfs_wwids, *initramfs_bindings;
};

/* Look at names, devices and maps, without asking a device. @ret: what could not be seen, and the
 * daemon. -errno: sysfs cannot be read. */
int explain_look(struct engine *e, struct gathered *ret);

/* Then, with what explain_find() found: ask the paths of that WWID (those of the device's), and read
 * the maps. Both NULL: no path is asked. */
void explain_survey(struct engine *e, const char *device, const char *wwid);

/* What @name means: a kernel name ("sda", "8:0", "/dev/sda") or a WWID or alias of a map or of paths
 * that could make one. Exactly one of @ret_device, @ret_wwid is set. -ENOENT: nothing. */
int explain_find(struct engine *e, const char *name, const char **ret_device,
		 const char **ret_wwid);

/* @device: kernel name of a block device that exists. */
const struct explain *explain_path(struct engine *e, const char *device,
				   const struct explain_ask *ask, const struct gathered *g);
const struct explain *explain_map(struct engine *e, const char *wwid, const struct explain_ask *ask,
				  const struct gathered *g);

/* `--would`: every disk, whether a path would be made of it, and by which rule. */
struct explain_would {
	const char *device, *wwid; /* wwid "": none */
	bool taken;
	const char *rule;
};
unsigned int explain_would(struct engine *e, struct explain_would **ret_list);

/* "/etc/multipath.conf:14 (overrides)" and so on. */
const char *explain_origin(struct arena *a, const struct prop *p);

#endif
