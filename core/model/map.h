/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * map.h - path groups, maps, and the topology that owns them all.
 *
 * A struct map is both what is wanted (groups, features, ... from paths and configuration) and, in
 * @dm, what the kernel has. dmtext.h turns groups into a table and a table or status into groups.
 */
#ifndef MP_MAP_H
#define MP_MAP_H

#include "core/host/dmb.h"
#include "core/model/failback.h"
#include "core/model/maplife.h"
#include "core/model/path.h"
#include "core/model/queueing.h"
#include "core/model/reserve.h"

struct arena;
struct config;

enum pg_state { PG_UNDEF, PG_ENABLED, PG_DISABLED, PG_ACTIVE };

struct pathgroup {
	struct path **paths;
	unsigned int n, cap;
	const char *selector; /* "service-time 0" */
	int prio;	      /* integer mean over its usable paths, see pgpolicy.h */
	unsigned int enabled; /* usable paths */
	enum pg_state state;
	bool marginal;
};

#define MAP_ACTIONS(X)                                                                             \
	X(NONE, "")                                                                                \
	X(NOTHING, "")                                                                             \
	X(REJECT, "reject")                                                                        \
	X(RELOAD, "reload")                                                                        \
	X(SWITCHPG, "switchpg")                                                                    \
	X(RENAME, "rename")                                                                        \
	X(CREATE, "create")                                                                        \
	X(RESIZE, "")                                                                              \
	X(RELOAD_RENAME, "")                                                                       \
	X(RESIZE_RENAME, "")                                                                       \
	X(SWITCHPG_RENAME, "")                                                                     \
	X(DRY_RUN, "")                                                                             \
	X(IMPOSSIBLE, "")

enum map_action {
#define X(id, word) ACT_##id,
	MAP_ACTIONS(X)
#undef X
};
const char *map_action_word(enum map_action a);

/* The daemon's own book-keeping of a map (daemon/maps.c). Plain data. */
struct map_duty {
	int64_t queueing_ns, failback_ns, life_ns; /* when a step is due; 0 or INT64_MAX: never */
	bool reread;   /* a message has changed its table: it is to be read again */
	bool udev_saw; /* udev has handled an event of it */
};

struct map {
	char alias[WWID_MAX];	  /* dm name wanted, or the one it has; may equal wwid */
	char old_alias[WWID_MAX]; /* name to rename from, "": none */
	char wwid[WWID_MAX];
	uint64_t size;
	struct path **paths; /* all members, in discovery order */
	unsigned int n_paths, cap_paths;
	struct pathgroup *groups;
	unsigned int n_groups;
	unsigned int best_group; /* from 1; 0: none */
	const char *features;	 /* "1 queue_if_no_path" as wanted, or as the table has it */
	const char *hwhandler;	 /* "1 alua" */
	const char *selector;
	const char *params; /* wanted table, once assembled */
	unsigned int minio; /* first path argument of the table; 0: unknown */
	struct props props; /* keywords of map scope, resolved */
	bool read_only;	    /* retry of a create on a write-protected device */
	bool has_dm;
	struct dm_map dm;	 /* observed, where has_dm; owned */
	unsigned int next_group; /* group the kernel uses or will use next, from 1; 0: none */
	enum map_action action;
	bool queueing; /* wanted: queue_if_no_path is to be on once the map is made */
	bool force_readonly, queue_bio;
	const char *vpd_data;	     /* text for %g, NULL: none */
	unsigned int max_sectors_kb; /* queue limit of the dm device, 0: unknown */
	/* statistics and queueing life, kept by the daemon; 0 in the command line tool */
	unsigned int stat_path_failures, stat_switchgroup, stat_map_loads, stat_total_queueing_s,
		stat_queueing_timeouts, stat_map_failures;
	int retry_tick;	   /* for %Q: queueing_refresh() */
	int failback_tick; /* for %F: failback_refresh() */
	struct queueing q;
	struct failback fb;
	struct map_life life;
	struct map_pr pr;
	struct map_duty duty;
};

/* Everything observed and decided in one run or one generation. */
struct topology {
	struct arena *arena;
	struct config *cfg;  /* not owned */
	struct path **paths; /* discovery order */
	unsigned int n_paths, cap_paths;
	struct map **maps;
	unsigned int n_maps, cap_maps;
	struct topo_index *index; /* of the look-ups below, see map.c */
};

struct topology *topology_new(struct config *cfg);
void topology_free(struct topology *t); /* paths, maps, their dm copies and udev properties */
struct path *topology_add_path(struct topology *t); /* zeroed, in the arena */
struct map *topology_add_map(struct topology *t);

/* Take an object out; its memory stays until the topology is freed. A path must be in no map; a map
 * gives its paths back. */
void topology_remove_path(struct topology *t, struct path *p);
void topology_remove_map(struct topology *t, struct map *m);

/*
 * Look-ups take constant time: device numbers, kernel names and WWIDs are indexed as they are first
 * seen. They are set soon after topology_add_path() or topology_add_map(), and an object whose key
 * changes, or that leaves the arrays, needs topology_reindex(). Aliases may change at any time.
 */
struct path *topology_path(const struct topology *t, dev_t devno);
struct path *topology_path_named(const struct topology *t, const char *kernel_name);
struct map *topology_map(const struct topology *t, const char *wwid);
struct map *topology_map_named(const struct topology *t, const char *alias);
void topology_reindex(const struct topology *t);

/* Make @p a member of @m (once), @m its map. */
void map_add_path(struct topology *t, struct map *m, struct path *p);
/* Append @p; sets p->group, so the array of groups must stay where it is from then on. */
void group_add_path(struct topology *t, struct pathgroup *g, struct path *p);
void map_clear(struct map *m); /* no paths, no groups: these are orphans again */
unsigned int map_usable_paths(const struct map *m); /* up or ghost */

/* Groups and paths by the kernel's numbering (from 1); NULL: none. */
struct pathgroup *map_group(const struct map *m, unsigned int nr);

#endif
