/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * discover.h - block devices of the host -> paths of the topology.
 *
 * Discovery reads sysfs and udev only; nothing is sent to a device (that is survey.h). A path that
 * a filter blocks is not added. Paths come in the order of their sysfs paths, as udev lists them.
 */
#ifndef MP_DISCOVER_H
#define MP_DISCOVER_H

#include "core/engine/engine.h"
#include "core/model/filter.h"

enum discover_result {
	DISCOVER_OK,
	DISCOVER_BLOCKED, /* by a filter; see struct discover_why */
	DISCOVER_NOT_A_DISK,
	DISCOVER_GONE,
};

struct discover_why {
	struct filter_result filter;
};

/* All of them, as facts only: names come with discover_identify_all(). 0 or -errno (sysfs
 * unreadable). */
int discover_all(struct engine *e);
void discover_identify_all(struct engine *e);

/*
 * One device by kernel name. DISCOVER_OK sets *ret_path (which may have been there before).
 * @filtered false: a member of an existing map, taken whatever the blacklist says.
 * @why may be NULL.
 */
enum discover_result discover_one(struct engine *e, const char *name, bool filtered,
				  struct path **ret_path, struct discover_why *why);

/* Facts and WWID of a path that is there, read anew. DISCOVER_BLOCKED, DISCOVER_GONE (or another
 * device by now): @p is as it was. */
enum discover_result discover_again(struct engine *e, struct path *p);

/* Resolve properties and WWID of a path from its facts (again, after an identity survey).
 * Returns true where the device itself must be asked for VPD page 83h. */
bool discover_identify(struct engine *e, struct path *p);

/* The layers that speak for @p, and the udev property that names it ("": udev is not asked; @buf
 * may hold it). */
struct prop_layers discover_layers(struct engine *e, const struct path *p);
const char *discover_uid_property(struct engine *e, const struct path *p, char *buf, size_t len);

/*
 * Every filter but the WWID's, in discovery's order, up to the first that blocks; nothing is logged.
 * The number of filters asked: the last of @r decides. A USB device that is not wanted is blocked as
 * RULE_PROTOCOL without a rule.
 */
#define DISCOVER_FILTERS 5
unsigned int discover_filters(struct engine *e, const struct blkdev *d, const char *uid_attribute,
			      struct filter_result r[DISCOVER_FILTERS]);

/* Every filter but the WWID's, in discovery's order, logging as multipath-tools does. */
struct filter_result discover_filter(struct engine *e, const struct blkdev *d,
				     const char *uid_attribute);

/* Is the path's WWID blacklisted? Logs. */
bool discover_wwid_blocked(struct engine *e, const struct path *p);

#endif
