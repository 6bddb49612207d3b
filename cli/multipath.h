/* SPDX-License-Identifier: GPL-2.0-or-later */
/* multipath.h - what the modes of `multipath` share. */
#ifndef MP_MULTIPATH_H
#define MP_MULTIPATH_H

#include <sys/types.h>

#include "core/engine/engine.h"

enum mp_mode {
	MODE_CREATE,
	MODE_LIST,
	MODE_LIST_LONG,
	MODE_FLUSH_ONE,
	MODE_FLUSH_ALL,
	MODE_CHECK_PATH,
	MODE_CHECK_USABLE,
	MODE_ADD_WWID,
	MODE_REMOVE_WWID,
	MODE_RESET_WWIDS,
	MODE_DUMP_LOCAL,
};

enum arg_kind { ARG_NONE, ARG_MAP, ARG_PATH, ARG_DEVT, ARG_KERNEL_NAME };

struct mp_args {
	enum mp_mode mode;
	bool udev;	  /* -u, -U */
	bool json;	  /* --json: the maps as multipathd's `show maps json` */
	bool no_delegate; /* -D, or -r given twice */
	int verbosity;	  /* -1: not given */
	const char *dev;  /* as given, NULL: none */
	enum arg_kind kind;
	dev_t devno; /* of a node path or MAJ:MIN */
	struct engine_options opt;
};

struct mp {
	struct host *host;
	struct engine *e;
	const struct mp_args *args;
};

/* One function a mode; the result is the exit status. */
int mp_create(struct mp *mp);
int mp_list(struct mp *mp);
int mp_flush(struct mp *mp);
int mp_check_path(struct mp *mp);
int mp_check_usable(struct mp *mp);
int mp_wwids(struct mp *mp);
int mp_dump_local(struct mp *mp);

/*
 * The WWID that the device argument means (a path's, a map's, or the text itself).
 * 0; -ENOENT: none, with the reason logged. *ret_known false: only the text itself.
 */
int mp_ref_wwid(struct mp *mp, char *wwid, size_t len, bool *ret_known);

/* Print every path as `multipath -v3` does. */
void mp_print_paths(struct mp *mp, unsigned int n);
void mp_print_map(const struct map *m);

/* Is multipathd there and not shutting down? */
bool mp_daemon_runs(struct host *h);
/* At the end of create and list: maps without a daemon are worth a warning. */
void mp_warn_no_daemon(struct mp *mp, bool maps_exist);

/* Hand a command to the daemon. true: it has answered, and *ret_status is the exit status. */
bool mp_delegate(struct mp *mp, int *ret_status);

void mp_usage(void);

#endif
