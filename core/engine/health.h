/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * health.h - a judgement of what gather.h saw: which maps are well, and what ails the others. Pure.
 *
 * A path is usable when its checker says ready, ghost or pending and device-mapper has it active; a
 * part that could not be seen does not count against it. Percentages are of the paths that a map is
 * expected to have: as told, as learnt, or else as many as its table lists.
 */
#ifndef MP_HEALTH_H
#define MP_HEALTH_H

#include "core/engine/gather.h"

struct strbuf;

/* In the order of their weight: a certain fault outweighs not knowing. */
enum health_level { HEALTH_OK, HEALTH_UNKNOWN, HEALTH_WARNING, HEALTH_CRITICAL };
const char *health_word(enum health_level l);
int health_exit(enum health_level l); /* 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN */

/* Ids are stable; texts are not. */
#define HEALTH_PROBLEMS(X)                                                                         \
	X(NO_PATH, "no-path")                                                                      \
	X(QUEUEING, "queueing")                                                                    \
	X(SUSPENDED, "suspended")                                                                  \
	X(MISSING, "missing")                                                                      \
	X(FEWER_PATHS, "fewer-paths")                                                              \
	X(READ_ONLY, "read-only")                                                                  \
	X(TABLE, "table")                                                                          \
	X(NOT_LEARNT, "not-in-baseline")                                                           \
	X(DAEMON_ABSENT, "daemon-absent")                                                          \
	X(DAEMON_SILENT, "daemon-silent")                                                          \
	X(DAEMON_GARBLED, "daemon-garbled")                                                        \
	X(BLIND, "blind")

enum health_id {
#define X(id, text) HEALTH_##id,
	HEALTH_PROBLEMS(X)
#undef X
};
const char *health_id_word(enum health_id id);

struct health_problem {
	enum health_level level; /* HEALTH_OK: a remark */
	enum health_id id;
	const char *text; /* without the map's name */
};

/* What one map was, when it was learnt. Texts belong to the list. */
struct health_memory {
	const char *wwid, *name;
	unsigned int paths;
	bool read_only;
};

struct health_baseline {
	struct health_memory *list; /* in the arena it was read into */
	unsigned int n, cap;
};

/* How many paths a map must have: by its alias or WWID, NULL: every map. */
struct health_expect {
	const char *name;
	unsigned int paths;
};

struct health_ask {
	const char *const *maps; /* only these (alias or WWID), NULL-terminated; NULL: all */
	const struct health_expect *expect; /* a later one of the same name wins */
	unsigned int n_expect;
	const struct health_baseline *baseline; /* NULL: none */
	double warning, critical;		/* percent: less than that is the level */
};

struct health_map {
	const char *name, *wwid;
	const struct map *map; /* NULL: it is missing */
	enum health_level level;
	unsigned int paths, usable, pending, expected;
	struct health_problem problem[4]; /* the heaviest first */
	unsigned int n_problems;
};

struct health {
	enum health_level level;
	struct health_map *map;
	unsigned int n;
	unsigned int paths, usable, pending, expected; /* sums */
	unsigned int degraded, dead;		       /* maps not OK, maps without a usable path */
	struct health_problem problem[4]; /* of the host: the daemon, what could not be seen */
	unsigned int n_problems;
	const struct gathered *seen; /* not owned */
};

bool health_usable(const struct path *p);

/* Everything lives in e->topo's arena. @g and @ask must outlive it. */
const struct health *health_judge(struct engine *e, const struct gathered *g,
				  const struct health_ask *ask);

/*
 * A baseline is a text: a line a map, "WWID PATHS rw|ro NAME" with tabs between, '#' comments.
 * -EINVAL: *ret_line (from 1) is not such a line.
 */
int health_baseline_parse(struct arena *a, const char *text, struct health_baseline *ret,
			  unsigned int *ret_line);
/* The baseline that the maps of @h make; missing ones are left out. */
void health_baseline_print(const struct health *h, struct strbuf *out);

#endif
