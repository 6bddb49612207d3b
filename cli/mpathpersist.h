/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mpathpersist.h - one command of `mpathpersist`, as read from a command line or a batch file. */
#ifndef MP_MPATHPERSIST_H
#define MP_MPATHPERSIST_H

#include "core/model/pr.h"

struct host;

struct mpp_command {
	bool in, out;
	unsigned int n_in, n_out; /* service actions given; the last of each: */
	enum pr_in in_action;
	struct pr_request request;
	bool hex;
	uint16_t alloc_len;
	const char *device; /* NULL: none given */
	int verbosity;	    /* -1: as configured */
	unsigned int n_ids;
	uint8_t ids[PR_OUT_MAX]; /* TransportIDs, request.ids_len bytes */
};

/* Carry out a command that is complete. The exit status (enum pr_status); what is to be said is
 * printed. */
int mpp_run(struct host *h, const struct mpp_command *c);

#endif
