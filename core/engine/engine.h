/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.h - drives the host to fill the model, and the model to change the host.
 *
 * observe (discover.h, observe.h) -> paths and observed maps -> desired maps (desire.h) ->
 * plan (core/model/plan.h) -> apply (apply.h). struct engine carries what all steps share; it is
 * made once per run or per configuration generation and owns all that hangs from it, but the host.
 */
#ifndef MP_ENGINE_H
#define MP_ENGINE_H

#include <stdbool.h>

#include "core/host/host.h"
#include "core/model/alias.h"
#include "core/model/map.h"

struct engine_options {
	enum vocab_word pgpolicy; /* -p, VW_NONE: not given */
	bool force_reload;	  /* -r */
	bool ask_udev;		  /* maps that udev has not finished with are loaded again */
	bool dry_run;		  /* -d */
	bool allow_queueing;	  /* -q */
	bool ignore_wwids;	  /* -i */
	bool bindings_read_only;  /* -B */
	bool foreign_all;	  /* -e */
	int remove_retries;	  /* -R, -1: as configured */
	bool use_environment;	  /* -u: udev properties may come from the environment */
	bool daemon_runs;	  /* multipathd is there to end the queueing of a dead map */
	bool query; /* what is wrong in the configuration is not our caller's matter now */
	bool is_daemon;
	int64_t deadline_ns; /* no device is waited for beyond this (clock_mono), 0: as configured */
};

struct engine {
	struct host *host;
	struct config *cfg;
	struct rowmatch *rows;
	struct topology *topo; /* paths found; its maps are those the kernel has (observe.h) */
	struct topology *work; /* memory of wanted maps: @topo, or what a daemon frees sooner */
	struct path **by_wwid; /* desire.h: paths sorted by WWID, then by discovery */
	unsigned int n_by_wwid;
	struct map **wanted; /* desire.h; memory of @work */
	unsigned int n_wanted, cap_wanted;
	struct dm_maps dm; /* every dm map, as observe_read() read it */
	struct engine_options opt;
	struct bindings *bindings;	 /* NULL until names_load() */
	char *wwids;			 /* text of the wwids file, NULL until names_load() */
	enum vocab_word find_multipaths; /* with -i applied */
	bool state_failed;		 /* a file of /etc/multipath could not be read or written */
	uint32_t timeouts_said; /* protocols without time-outs that were reported, one bit each */
	unsigned int hung;	/* jobs that may still read our memory: nothing is freed then */
	unsigned int dm_version[3], mpath_version[3];
};

/* Takes @cfg over. */
struct engine *engine_new(struct host *h, struct config *cfg, const struct engine_options *opt);
void engine_free(struct engine *e);

/* Versions of kernel device-mapper and its multipath target, logged at v3; -errno without them. */
int engine_dm_check(struct engine *e);

/* What a configuration is loaded for: decides which of its diagnostics are logged. */
enum config_use {
	CONFIG_FOR_QUERY, /* callers take any word on standard error for a failure: from level 3 on */
	CONFIG_FOR_DUMP, /* -t: not what only matters when maps are made */
	CONFIG_FOR_MAPS,
};

/*
 * Load the configuration of @h; @verbosity overrules its keyword (-1: not given) and becomes the
 * log level. Diagnostics are logged in multipath-tools' words. -EINVAL: fatal errors (logged).
 */
int engine_load_config(struct host *h, int verbosity, enum config_use use, struct config **ret_cfg);

/* Does some path that was found match this row of the devices section? @engine: for
 * dump_options.keep_device (-T, `show config local`). */
bool engine_row_used(void *engine, const struct layer *row);

#endif
