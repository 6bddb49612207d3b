/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_replay.h - the recorded side of host_node(), for host.c only. */
#ifndef MP_HOST_REPLAY_H
#define MP_HOST_REPLAY_H

#include "core/host/host.h"

int host_replay_node(struct host *h, const char *path, dev_t *ret_devno);

#endif
