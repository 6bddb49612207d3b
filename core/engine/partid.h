/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * partid.h - what udev's database says of multipath maps and partition maps, for the links below
 * /dev/disk/by-id: the words of multipath-tools' kpartx_id, from the UUID and from sysfs alone. No
 * device is opened, so it answers for suspended maps and maps without paths.
 */
#ifndef MP_PARTID_H
#define MP_PARTID_H

#include <sys/types.h>

#include "core/host/host.h"

struct strbuf;

/*
 * Lines "KEY=value" for the map @devno with the device-mapper UUID @uuid: DM_MPATH (the map that a
 * partition belongs to), DM_PART, DM_TYPE (scsi, ccw, cciss, raid), DM_WWN, DM_SERIAL as they
 * apply. Texts with control characters are left out: they could make lines of their own.
 */
void part_id(struct host *h, dev_t devno, const char *uuid, struct strbuf *out);

#endif
