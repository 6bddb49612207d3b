/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evlog.h - the last 1000 state changes, for `show events [json]` and `show why PATH|MAP`. A ring of
 * fixed size: recording never allocates. Pure: times come in.
 */
#ifndef MP_EVLOG_H
#define MP_EVLOG_H

#include <stdbool.h>
#include <stdint.h>

struct strbuf;

#define EVLOG_MAX 1000

enum ev_object { EV_PATH, EV_MAP, EV_DAEMON };

struct ev_entry {
	int64_t mono_ns, real_ns;
	enum ev_object object;
	char name[128];	  /* kernel name, alias, or "multipathd" */
	char map[128];	  /* of a path, "": none */
	const char *kind; /* static: "path state", "queueing", "path group", "size", ... */
	char from[40], to[40];
	char cause[112];  /* "tur checker reports path is down", "operator", "dm status" */
	char action[112]; /* what was done: "fail_path 8:0", "" nothing */
};

struct evlog {
	uint64_t count; /* ever recorded */
	struct ev_entry ring[EVLOG_MAX];
};

/* The place of a new entry, zeroed, counted already; fill it. Never NULL. */
struct ev_entry *evlog_add(struct evlog *l, int64_t mono_ns, int64_t real_ns, enum ev_object object,
			   const char *name);
/* The i-th of those kept, oldest first; NULL: no more. */
const struct ev_entry *evlog_get(const struct evlog *l, unsigned int i);

/*
 * All, oldest first. One line each:
 * "2026-11-25T03:34:32.123456Z sda (mpatha): path state up -> down: tur checker reports path is
 * down; fail_path 8:0". JSON: {"version":1,"events":[{...}]}, times as RFC 3339 UTC and monotonic
 * seconds; recorded and shown counts.
 */
void evlog_text(const struct evlog *l, struct strbuf *out);
void evlog_json(const struct evlog *l, struct strbuf *out);

/* Why is @name (kernel name or alias) as it is: its last change of each kind, newest first, with how
 * long ago; of a map also those of its paths. false: nothing is recorded of it. */
bool evlog_why(const struct evlog *l, const char *name, int64_t now_mono_ns, struct strbuf *out);

#endif
