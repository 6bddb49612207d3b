/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life.h - the life of a path under a daemon: one function that changes its state, told what
 * happened, saying what is to be done (behaviour.md 6.1, 6.6, 6.7, 7.8). Pure: time comes in.
 *
 * The caller carries out the bits of a step in the order of the enum, then logs its notes (or logs
 * first; they are independent), then sets a timer for next_ns. Where a dm message fails, it says so
 * by LIFE_DM_REFUSED, and the next check tries again.
 */
#ifndef MP_LIFE_H
#define MP_LIFE_H

#include "core/model/map.h"
#include "core/model/note.h"

struct config;

/* Keywords resolved to numbers. Recomputed with each generation of the configuration. */
struct life_rules {
	int64_t polling_s, max_polling_s; /* 1 <= polling_s <= max_polling_s */
	int64_t phase_ns; /* checks fall on phase_ns + k * interval, see life_phase() */
	bool log_once;	  /* log_checker_err once */
	bool recheck_wwid;
	bool purge;	      /* purge_disconnected */
	bool marginal_groups; /* marginal_pathgroups is not off */
	bool has_marginal;    /* all four marginal_path_* are set, and not fpin */
	struct marginal_rules marginal;
	bool has_san; /* all three san_path_err_* are set (or delay_*_checks), not has_marginal */
	unsigned int san_threshold, san_forget;
	int64_t san_recovery_s;
};

/*
 * @path and @map: resolved properties, NULL: of a path without map. marginal_path_* win over
 * san_path_err_*, these over delay_*_checks (threshold 1, forget rate = watch, recovery time =
 * wait * max_polling_interval); marginal_pathgroups fpin turns all of them off. sample_time is at
 * least 120 s. phase_ns is 0.
 */
void life_rules(const struct props *path, const struct props *map, const struct config *cfg,
		struct life_rules *ret);

/* The phase of a map's checks, from its WWID: maps spread evenly over the seconds of polling_interval, and
 * the paths of one map are checked together. All checks thus fall on whole seconds, which strict_timing
 * asks for, and a host with many maps wakes once for many. */
int64_t life_phase(const char *wwid, int64_t polling_s);

enum life_kind {
	LIFE_VERDICT, /* a checker answered, or sysfs did before it: @state, @msg */
	LIFE_OFFLINE, /* sysfs: @state DOWN (offline), PENDING (blocked) or REMOVED; no checker ran */
	LIFE_EXPIRED,	 /* the deadline of a command that was under way: check_expired() */
	LIFE_UNCHECKED,	 /* no worker was free, or we were late: says nothing of the path */
	LIFE_DM_FAILED,	 /* dm status: F (not a uevent, which may be old) */
	LIFE_DM_ACTIVE,	 /* dm status: A */
	LIFE_DM_REFUSED, /* a dm message of the last step failed */
	LIFE_LOADED, /* a table that has the path was loaded, or the map adopted; p->dm is what its
		      * status said then (UNDEF: nothing) */
	LIFE_LEFT,   /* it is in no map any more */
	LIFE_WWID_SAME,	     /* answer to LIFE_DO_RECHECK_WWID, or it could not be asked */
	LIFE_OP_FAIL,	     /* `fail path` */
	LIFE_OP_REINSTATE,   /* `reinstate path` */
	LIFE_SET_MARGINAL,   /* `setmarginal path` */
	LIFE_UNSET_MARGINAL, /* `unsetmarginal path|map`: whatever made it marginal */
	LIFE_FPIN_MARGINAL,  /* fpin_concerns(): link integrity */
	LIFE_FPIN_CLEARED,   /* the link is back, the fabric changed */
	LIFE_TEST_GOOD,	     /* marginal_judge() */
	LIFE_TEST_BAD,
	LIFE_RECHECK, /* a uevent, a dm event: check now, whatever the interval */
	LIFE_KIND__MAX
};
const char *life_kind_name(enum life_kind k); /* for events and why: "checker", "dm status", ... */

struct life_event {
	enum life_kind kind;
	int64_t now_ns;
	enum path_state state; /* LIFE_VERDICT, LIFE_OFFLINE, LIFE_EXPIRED */
	const char *msg;       /* of a checker: " reports path is down"; NULL: check_text(state) */
};

/* What is to be done, in this order. */
enum life_do {
	LIFE_DO_FAIL_PATH = 1 << 0,	 /* dm message fail_path M:m */
	LIFE_DO_REINSTATE = 1 << 1,	 /* dm message reinstate_path M:m */
	LIFE_DO_ENABLE_GROUP = 1 << 2,	 /* dm message enable_group N of p->group */
	LIFE_DO_MARGINAL_START = 1 << 3, /* marginal_next() from now on */
	LIFE_DO_MARGINAL_STOP = 1 << 4,
	/* The map has no usable path any more: QUEUEING_LOST_LAST, and LIFE_RECHECK to its DELAYED paths:
	 * they are taken back early. */
	LIFE_DO_LAST_LOST = 1 << 5,
	LIFE_DO_FIRST_GAINED = 1 << 6, /* it has one again: QUEUEING_GAINED_FIRST */
	LIFE_DO_REFRESH_PRIO =
		1 << 7,		   /* ask for priorities, of all paths of the map; then failback */
	LIFE_DO_FAILBACK = 1 << 8, /* failback_step(): paths changed */
	LIFE_DO_RELOAD_MAP = 1 << 9,	/* groups change: marginal */
	LIFE_DO_RECHECK_WWID = 1 << 10, /* VPD 83h by command; then LIFE_WWID_SAME, or remove it */
	LIFE_DO_PURGE = 1 << 11,	/* queue it for removal from the SCSI layer */
	LIFE_DO_ADD_TO_MAP = 1 << 12,	/* add_when_online: it is online */
};

struct life_step {
	unsigned int todo;
	enum path_state from, to; /* p->state before and after */
	enum dm_path_state dm_from, dm_to;
	bool became_usable, lost_usable;
	int64_t next_ns; /* = p->life.next_ns */
	struct notes notes;
};

/*
 * The one place where a path's state changes: p->state, verdict, dm, marginal, check_msg, life, and
 * in_table, p->map->stat_path_failures. @p's map gives the other paths (how many are usable). dm is
 * set to what a message of this step will make of it.
 *
 * Rules that hold for every row: PENDING, UNCHECKED and WILD never change a usable path; TIMEOUT and
 * DISCONNECTED are stored as DOWN; a disabled path is only moved by the operator.
 */
void path_fsm(struct path *p, const struct life_event *ev, const struct life_rules *r,
	      struct life_step *ret);

/* Has @m a path that is usable, or one not checked yet that the kernel has not failed? Without one,
 * I/O queues or fails. */
bool life_map_has_path(const struct map *m);

/* For %C: seconds since the last check, and between checks, at @now_ns. */
void life_progress(const struct path *p, int64_t now_ns, unsigned int *ret_tick,
		   unsigned int *ret_interval);

#endif
