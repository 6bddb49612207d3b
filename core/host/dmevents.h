/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dmevents.h - device-mapper's events by poll: a descriptor that is readable once any map has had an
 * event since dmevents_arm(), and the event counter of each map. No thread waits for anything.
 *
 * Source: Linux Documentation/admin-guide/device-mapper, DM_DEV_ARM_POLL_CMD and the event number in
 * DM_LIST_DEVICES_CMD (device-mapper interface 4.37).
 */
#ifndef MP_DMEVENTS_H
#define MP_DMEVENTS_H

#include <stdint.h>
#include <sys/types.h>

struct dmevents;

struct dm_event { /* one map */
	dev_t devno;
	uint32_t nr; /* of its last event */
};

/* -EOPNOTSUPP: this kernel cannot; -errno. */
int dmevents_live(const char *control, struct dmevents **ret_events);
void dmevents_free(struct dmevents *d); /* NULL is fine */

int dmevents_fd(const struct dmevents *d);
/* From now on; to be called before the counters are read, so that nothing falls in between. */
int dmevents_arm(struct dmevents *d);
/* Counters of all maps; *ret_list is the caller's to free(). */
int dmevents_list(struct dmevents *d, struct dm_event **ret_list, unsigned int *ret_n);

#endif
