/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.h - what clients may ask the daemon to do (behaviour.md 7.4). Each operation answers exactly
 * once, at once or when the change that it caused is done:
 *
 *   err 0            "ok", or @text where it is not NULL
 *   -ENODEV          "device not found"
 *   -EBUSY           "map or partition in use"
 *   any other        "fail"
 *
 * @text is whole (with newline) and stands alone where it is not NULL, whatever @err says:
 * "blacklisted\n", "delayed\n". It is valid during the call only.
 */
#ifndef MP_OPS_H
#define MP_OPS_H

#include "daemon/multipathd.h"

struct op_done {
	void (*fn)(void *ctx, int err, const char *text);
	void *ctx;
};

/* Objects by reference as daemon_path() and daemon_map() take them; unknown ones: -ENODEV. */
void op_path_add(struct multipathd *d, const char *path, struct op_done done);
void op_path_del(struct multipathd *d, const char *path, struct op_done done);
void op_path_fail(struct multipathd *d, const char *path, struct op_done done);
void op_path_reinstate(struct multipathd *d, const char *path, struct op_done done);
void op_path_marginal(struct multipathd *d, const char *path, bool marginal, struct op_done done);

void op_map_add(struct multipathd *d, const char *map, struct op_done done);
void op_map_del(struct multipathd *d, const char *map, struct op_done done);
void op_maps_del(struct multipathd *d, struct op_done done);
void op_map_switch(struct multipathd *d, const char *map, const char *group, struct op_done done);
void op_map_suspend(struct multipathd *d, const char *map, struct op_done done);
void op_map_resume(struct multipathd *d, const char *map, struct op_done done);
void op_map_resize(struct multipathd *d, const char *map, struct op_done done);
void op_map_reload(struct multipathd *d, const char *map, struct op_done done);
void op_map_reset(struct multipathd *d, const char *map, struct op_done done);
void op_map_unset_marginal(struct multipathd *d, const char *map, struct op_done done);

/* @map NULL: all maps. */
void op_queueing_disable(struct multipathd *d, const char *map, struct op_done done);
void op_queueing_restore(struct multipathd *d, const char *map, struct op_done done);
void op_stats_reset(struct multipathd *d, const char *map, struct op_done done);
/* queue_without_daemon by force, or as configured again */
void op_daemon_queueing(struct multipathd *d, bool force, struct op_done done);

/* @all: reload every map. Answers at once; the work follows. A configuration that cannot be read
 * answers -EINVAL with a text that says so, and the last good one stays. */
void op_reconfigure(struct multipathd *d, bool all, struct op_done done);
void op_shutdown(struct multipathd *d, struct op_done done);

#endif
