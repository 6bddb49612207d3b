/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transport.h - settings of the transport below a map's paths: fast_io_fail_tmo, dev_loss_tmo,
 * eh_deadline, max_retries, max_sectors_kb, written to sysfs before a map is made or reloaded
 * (behaviour.md 6.6). A value that is there already is not written again.
 */
#ifndef MP_TRANSPORT_H
#define MP_TRANSPORT_H

#include "core/engine/engine.h"

void transport_settle(struct engine *e, struct map *m);

#endif
