/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uevent.h - a uevent as udev tells it, and the rules of batching (behaviour.md 7.7). Pure: events
 * come from core/host/udevmon.h, times are CLOCK_MONOTONIC nanoseconds.
 *
 * Of the events of one device in a batch:
 *	earlier		later		what is left
 *	any		remove		the remove
 *	remove		add, change	both, in this order
 *	add		add, change	one add, with the later's properties, at the earlier's place
 *	change		add, change	one of the later's kind, likewise
 * A dm event with a DM_ACTION of its own (PATH_FAILED, PATH_REINSTATED) is only replaced by one with
 * the same DM_ACTION and DM_PATH. The order of different devices is kept.
 */
#ifndef MP_UEVENT_H
#define MP_UEVENT_H

#include "core/host/udb.h"
#include "core/model/path.h"

enum uevent_action { UEVENT_ADD, UEVENT_CHANGE, UEVENT_REMOVE, UEVENT_OTHER };

struct uevent {
	enum uevent_action action;
	char name[32]; /* kernel name: "sda", "dm-3" */
	dev_t devno;
	uint64_t seqnum; /* of the kernel, 0: none */
	bool is_dm;
	const char *dm_name, *dm_uuid, *dm_action, *dm_path; /* in props; NULL: not there */
	int dm_valid_paths;				     /* DM_NR_VALID_PATHS, -1: not there */
	char wwid[WWID_MAX];				     /* by uid_attrs; "": not known */
	struct udev_props props;			     /* owned */
	int64_t came_ns;
	struct uevent *next; /* of the queue */
	struct uevent *also; /* of the same transaction: same WWID, same kind */
	/* the queue's own: the event of the same device before it in the queue */
	struct uevent *earlier;
	bool obsolete;
};

/* Takes @props over, also where it fails. -EINVAL: not a block device's event, or without name. */
int uevent_new(struct udev_props *props, int64_t now_ns, struct uevent **ret_ev);
void uevent_free(struct uevent *ev); /* with its also list, not its next */

/* Can it concern us? Whole disks of a kind that has paths, multipath maps (a removed dm device whose
 * UUID is not told counts), add, change and remove. */
bool uevent_interesting(const struct uevent *ev);

/* Sets the wwid of a path's event. @uid_attrs: text of that keyword, NULL: unset, nothing is done. */
void uevent_identify(struct uevent *ev, const char *uid_attrs);

#define UEVENTS_MAX	8192
#define UEVENT_QUIET_NS 30000000LL   /* a batch is closed when nothing came for so long */
#define UEVENT_LATE_NS	1000000000LL /* or its first event is so old */

struct uevent_queue {
	struct uevent *first, **last; /* last NULL: empty and new */
	unsigned int n;		      /* of them; merged ones count once */
	bool lost; /* more than UEVENTS_MAX different ones: look at everything again */
	int64_t last_ns;
};

/* Takes @ev over, interesting or not. */
void uevent_push(struct uevent_queue *q, struct uevent *ev);
/* When is the batch due? INT64_MAX: the queue is empty. */
int64_t uevent_due_ns(const struct uevent_queue *q);
/* Apply the table above. uevent_push() does it by itself where the queue grows long. */
void uevent_filter(struct uevent_queue *q);
/* Filter, then join path events of one WWID and kind (remove, or add and change) into one
 * transaction at the place of the first; an event of its map, or of the other kind, stands between
 * as a wall. */
void uevent_merge(struct uevent_queue *q);
/* The next transaction, the caller's; NULL: none. */
struct uevent *uevent_pop(struct uevent_queue *q);
void uevent_queue_done(struct uevent_queue *q);

#endif
