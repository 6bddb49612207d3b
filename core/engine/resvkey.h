/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resvkey.h - the file of reservation keys (/etc/multipath/prkeys): read, and edited below its lock.
 * Nothing here touches more of the host than its state; find may run on any worker.
 */
#ifndef MP_RESVKEY_H
#define MP_RESVKEY_H

#include "core/host/host.h"
#include "core/model/reserve.h"

/* 0 and the key of @wwid, key 0: it has none; -errno: the file cannot be read. */
int resvkey_find(struct host *h, const char *wwid, struct pr_key *ret_key);

/* Give @wwid this key, key 0: none. May wait for the lock: on one thread of @h at a time, and never
 * the loop's. 0 or -errno. */
int resvkey_store(struct host *h, const char *wwid, const struct pr_key *key);

#endif
