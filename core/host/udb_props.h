/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udb_props.h - filling a struct udev_props, for the two implementations of udb.h only. */
#ifndef MP_UDB_PROPS_H
#define MP_UDB_PROPS_H

#include "core/host/udb.h"

/* Copies both texts. @cap: allocated rows, 0 at first, kept by the caller. */
int udev_props_add(struct udev_props *p, unsigned int *cap, const char *key, const char *value);
void udev_props_sort(struct udev_props *p); /* by strcmp of the key, as libudev has them */

#endif
