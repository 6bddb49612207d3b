/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life_state.h - what a daemon remembers of a path from one check to the next. Plain data: it is
 * copied by assignment when a new generation of the topology takes over a path. Only path_fsm() and
 * the functions of life.h change it. Times are CLOCK_MONOTONIC nanoseconds.
 */
#ifndef MP_LIFE_STATE_H
#define MP_LIFE_STATE_H

#include "core/model/marginal.h"

#define LIFE_NEVER INT64_MAX

struct path_life {
	int64_t next_ns;	 /* when it is checked next, LIFE_NEVER: it is not */
	int64_t checked_ns;	 /* when the last check was answered; 0: never */
	int64_t reinstated_ns;	 /* when the kernel was last told to use it; 0: never */
	unsigned int interval_s; /* between checks; 0: not started */
	bool disabled;		 /* `fail path`: not checked until `reinstate path` */
	bool err_told;		 /* a bad verdict was logged (log_checker_err once) */
	bool purge_told;	 /* it was queued for removal */
	bool wwid_pending;	 /* up again, but held until its WWID is found to be the same */

	/* san_path_err_*, and delay_*_checks by its means */
	bool san_held;
	unsigned int san_failures, san_good; /* good checks since the last one was forgotten */
	int64_t san_since_ns;		     /* when it was last found bad */

	struct marginal marginal;
	bool marginal_by_policy;  /* in a marginal group because of one of the above */
	bool marginal_by_command; /* or of setmarginal */
	bool marginal_by_fpin;	  /* or of an FPIN */

	/* devices without udev data (maplife.h) */
	unsigned int retriggers;
	int64_t init_ns; /* of the next retrigger or attempt, 0: none yet */
};

#endif
