/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scsi_id.h - the identity of a SCSI device in the words of udev's scsi_id, so that names made with
 * either program agree. Pure functions over what the device answers; who asks is `minipath
 * scsi-id`, or discovery with the pages that sysfs keeps.
 */
#ifndef MP_SCSI_ID_H
#define MP_SCSI_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/path.h"

struct strbuf;

#define SCSI_ID_ASK 254 /* bytes that udev asks for, of every page: what lies behind is not seen */
#define SCSI_ID_MAX 256

/* What the device answered. data NULL: it refused. */
struct scsi_id_pages {
	struct bytes inquiry; /* standard INQUIRY data */
	struct bytes vpd0;    /* supported pages */
	bool no_vpd0;	      /* page 0 was never asked for: 80h and 83h count if they are there */
	struct bytes vpd80, vpd83;
};

enum scsi_id_page { SCSI_ID_ANY, SCSI_ID_80, SCSI_ID_83, SCSI_ID_PRE_SPC3 }; /* option -p */

struct scsi_id {
	char vendor[9], model[17], revision[5]; /* as they came, blanks included */
	const char *type;			/* "disk", "cd", ... static */
	char serial[SCSI_ID_MAX];		/* "": none was found */
	char serial_short[SCSI_ID_MAX];
	char wwn[17], wwn_extension[17]; /* hex digits */
	char target_port[5];
	char unit_serial[SCSI_ID_MAX]; /* page 80h alone */
};

/* -EINVAL: no standard INQUIRY data, or too short. A device without serial is no error. */
int scsi_id_read(const struct scsi_id_pages *pages, enum scsi_id_page page, struct scsi_id *ret);

/* The line scsi_id prints, without newline; @replace: its option -u. -ENODATA: no serial. */
int scsi_id_text(const struct scsi_id *id, bool replace, char *out, size_t len);

/* The lines of its option -x, "KEY=value\n" each. */
void scsi_id_export(const struct scsi_id *id, struct strbuf *out);

/* udev's ID_SERIAL for a device whose pages sysfs knows: scsi_id_text() with @replace. */
int scsi_id_serial(const struct blkdev *d, char *out, size_t len);

#endif
