/* SPDX-License-Identifier: GPL-2.0-or-later */
/* multipathd.h - the two halves of `multipathd`: the daemon, and the client that talks to it. */
#ifndef MP_CLI_MULTIPATHD_H
#define MP_CLI_MULTIPATHD_H

#include <stdbool.h>

struct host;

struct mpd_args {
	int verbosity;		 /* -v, -1: not given */
	bool foreground;	 /* -d */
	bool plain_log;		 /* -s: no timestamps */
	bool bindings_read_only; /* -B */
};

/* Be the daemon until it is told to end. The exit status. */
int multipathd_serve(struct host *h, const struct mpd_args *a);

#endif
