/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dmb.h - device-mapper: what maps there are, and the few things that are done to them.
 *
 * All effects of one batch share one udev cookie: dmb_batch_begin(), any number of create, reload,
 * rename and remove calls, dmb_batch_wait() once. Outside a batch each call waits for itself.
 * Sizes and offsets are 512-byte sectors. Names and UUIDs are at most 127 and 128 bytes.
 * The replay form has the recorded maps in memory and changes only these.
 * Errors are -errno; ops->error() has libdevmapper's words for the last one. -ETIMEDOUT: the change
 * is made, but udevd has not moved for minutes; its cookie is given up.
 */
#ifndef MP_DMB_H
#define MP_DMB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define DM_NAME_MAX 128
#define DM_UUID_MAX 129

struct dmb;

/* One map as observed. Owned by the caller: dm_map_done(), dm_maps_done(). Names and UUIDs are
 * plain text: libdevmapper's \xNN mangling is undone on the way in and done on the way out. */
struct dm_map {
	char name[DM_NAME_MAX];
	char uuid[DM_UUID_MAX];
	unsigned int major, minor;
	int open_count;
	uint32_t event_nr;
	bool suspended, read_only, live_table, deferred_remove;
	unsigned int n_targets;
	uint64_t size; /* sectors, over all targets */
	char *target;  /* type of the first target, NULL without a table */
	char *table;   /* its parameters, NULL where not asked for */
	char *status;  /* its status line, NULL where not asked for */
};

struct dm_maps {
	struct dm_map *list;
	unsigned int n;
};

enum dm_want { DM_INFO = 0, DM_TABLE = 1, DM_STATUS = 2 };

/* Udev flags of a change: DM_SUBSYSTEM_UDEV_FLAG0..2 as the multipath rules understand them. */
enum dm_udev_flag { DM_UF_RELOAD = 1, DM_UF_SKIP_KPARTX = 2, DM_UF_NO_PATHS = 4 };

struct dm_spec {
	const char *name, *uuid, *target, *params;
	uint64_t size;
	bool read_only;
	unsigned int udev_flags;
	bool set_mode, set_uid, set_gid;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct dmb_ops {
	/* @target: of the multipath target, 0.0.0 where its module is not loaded. */
	int (*version)(struct dmb *d, unsigned int kernel[3], unsigned int target[3]);
	/* Every map, sorted by name, with what @want asks for. */
	int (*list)(struct dmb *d, unsigned int want, struct dm_maps *ret_maps);
	/* One map by name (or, where @name is NULL, by number); -ENXIO: none. */
	int (*get)(struct dmb *d, const char *name, dev_t devno, unsigned int want,
		   struct dm_map *ret_map);
	/* Nothing is left behind where it fails. -EBUSY: name or UUID taken, or a path in use;
	 * -EROFS: a path is read-only, the caller may try again with read_only. */
	int (*create)(struct dmb *d, const struct dm_spec *s);
	/* Load the table into the inactive slot, suspend where needed and resume. @flush: flush I/O
	 * at suspend (resize). */
	int (*reload)(struct dmb *d, const struct dm_spec *s, bool flush);
	int (*rename)(struct dmb *d, const char *from, const char *to, unsigned int udev_flags);
	/* -EBUSY: in use. @deferred: removed by the kernel when the last user closes it. */
	int (*remove)(struct dmb *d, const char *name, bool deferred, unsigned int udev_flags);
	int (*message)(struct dmb *d, const char *name, const char *text);
	int (*suspend)(struct dmb *d, const char *name, bool flush);
	int (*resume)(struct dmb *d, const char *name, unsigned int udev_flags);
	int (*batch_begin)(struct dmb *d);
	int (*batch_wait)(struct dmb *d);
	/* false, until it is set back: udev is told of changes and makes the nodes, but nobody waits
	 * for it. Outside batches. */
	void (*set_wait)(struct dmb *d, bool wait);
	const char *(*error)(struct dmb *d);
	void (*free)(struct dmb *d);
};
struct dmb {
	const struct dmb_ops *ops;
};

/*
 * Opens nothing: the first call does. @udev_control: udevd's socket; where nobody listens there, no
 * cookie is waited for and libdevmapper makes the nodes. All calls of one process on one thread at
 * a time (libdevmapper keeps state of its own).
 */
int dmb_live(const char *udev_control, struct dmb **ret_dmb);
/* Maps recorded as DIR/NAME (see tests/snapshots/README.md). */
int dmb_replay(const char *dir, struct dmb **ret_dmb);
void dmb_free(struct dmb *d);

void dm_map_done(struct dm_map *m);
void dm_maps_done(struct dm_maps *m);

#endif
