/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wwid.h - the name of a logical unit: udev property, VPD page, NVMe or DASD attribute, in
 * multipath-tools' order (behaviour.md 4). A hostile target chooses these bytes: wwid_safe() says
 * whether a text may be used as a file name, in a bindings line or on a terminal.
 */
#ifndef MP_WWID_H
#define MP_WWID_H

#include <stdbool.h>

#include "core/model/path.h"

struct wwid_result {
	char text[WWID_MAX];
	const char *source; /* static: "udev", "sysfs", "sgio" */
	bool fallback;	    /* not by the configured property */
	bool overflow;	    /* was cut to 127 bytes */
	bool shortened;	    /* over-long nvme. name, zeros stripped */
	bool need_vpd83;    /* -EAGAIN: ask the device for page 83h and call again with dev.vpd83 */
};

/*
 * @property: the property name that holds (uid_attrs or uid_attribute), "" skips udev.
 * @environment: value of that name in our environment, NULL: none (only `multipath -u`).
 * 0; -ENODATA: the device has no WWID; -EAGAIN: see need_vpd83
 * (and set dev.vpd83_asked with the page, for the source "sgio").
 */
int wwid_resolve(const struct blkdev *d, const char *property, const char *environment,
		 struct wwid_result *ret);

/* The property for @dev_name by defaults/uid_attrs ("sd:ID_SERIAL dasd:ID_UID"), or NULL. */
const char *wwid_uid_attr(const char *uid_attrs, const char *dev_name, char *buf, size_t len);

/* Is @property the one this bus has by default (so that the fallback may be used)? */
bool wwid_default_property(enum bus b, const char *property);

/* No '/', no control characters, not empty, not "." or "..", shorter than WWID_MAX. */
bool wwid_safe(const char *wwid);

#endif
