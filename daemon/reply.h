/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply.h - a command's way from the socket to its answer: parsed, allowed, handed to the function
 * of its row in verbs.def. Functions that show answer at once, from the daemon's state and without
 * asking a device; those that do hand over to ops.h and answer when that is done.
 */
#ifndef MP_REPLY_H
#define MP_REPLY_H

#include "daemon/multipathd.h"
#include "daemon/verbs.h"

/* For ctl_new(): @d is the struct multipathd. */
void reply_command(void *d, struct ctl_call *call);

/* The functions of verbs.def; each answers @call exactly once. */
#define VERB(who, fn, ...)                                                                         \
	void fn(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call);
#include "daemon/verbs.def"

#endif
