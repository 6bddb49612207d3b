/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs of persistent reservations, which mpathpersist and cluster agents send: what they know of a
 * map is kept (struct map_pr); what needs the file of keys is done on the lane, registering is
 * daemon/reserve.c's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/engine/resvkey.h"
#include "daemon/parts.h"
#include "daemon/reply.h"
#include "daemon/reserve.h"
#include "parser/strbuf.h"

#define TEXT __attribute__((cleanup(sb_done))) struct strbuf

/* A job about the key of one map in the file, on the lane: changes come one after the other. */
struct key_job {
	struct work work;
	struct ctl_call *call;
	char wwid[WWID_MAX];
	struct pr_key key;
	int err;
};

static struct map *find(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = daemon_map(d, cmd->param[W_MAP]);

	if (!m)
		ctl_answer(call, -ENODEV, NULL);
	return m;
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_find_key(struct host *h, struct work *w)
{
	struct key_job *j = (struct key_job *)w;

	j->err = resvkey_find(h, j->wwid, &j->key);
}

static void run_edit_key(struct host *h, struct work *w)
{
	struct key_job *j = (struct key_job *)w;

	j->err = resvkey_store(h, j->wwid, &j->key);
}

static void answer_key(struct ctl_call *call, const struct pr_key *key)
{
	TEXT out = STRBUF_INIT;

	if (key->key)
		pr_key_text(key, &out);
	else
		sb_add(&out, "none");
	sb_addc(&out, '\n');
	ctl_answer(call, 0, sb_str(&out));
}

static void found_key(void *ctx, struct work *w)
{
	struct key_job *j = (struct key_job *)w;

	(void)ctx;
	if (j->err)
		ctl_answer(j->call, j->err, NULL);
	else
		answer_key(j->call, &j->key);
	free(j);
}

static void edited_key(void *ctx, struct work *w)
{
	struct key_job *j = (struct key_job *)w;

	(void)ctx;
	if (j->err)
		mlog(0, "%s: cannot keep the reservation key: %s", j->wwid, strerror(-j->err));
	ctl_answer(j->call, j->err, NULL);
	free(j);
}

static void start(struct multipathd *d, const struct map *m, struct ctl_call *call,
		  const struct pr_key *key, bool edit)
{
	struct key_job *j = calloc(1, sizeof(*j));

	if (j) {
		j->work.run = edit ? run_edit_key : run_find_key;
		j->work.done = edit ? edited_key : found_key;
		j->call = call;
		j->key = *key;
		snprintf(j->wwid, sizeof(j->wwid), "%s", m->wwid);
		if (!work_submit(maps_lane(d), &j->work))
			return;
	}
	free(j);
	ctl_answer(call, -ENOMEM, NULL);
}

void do_pr_key_get(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	struct pr_key key = { 0 };

	if (!m)
		return;
	pr_key_of(props_get(&m->props, KW_reservation_key)->val, &key);
	if (props_word(&m->props, KW_reservation_key) == VW_file)
		start(d, m, call, &key, false);
	else
		answer_key(call, &key);
}

void do_pr_key_set(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	struct pr_key key;

	if (!m)
		return;
	if (pr_key_parse(cmd->param[W_KEY], &key))
		ctl_answer(call, -EINVAL, NULL);
	else
		start(d, m, call, &key, true);
}

void do_pr_key_unset(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);

	if (m)
		start(d, m, call, &(const struct pr_key){ 0 }, true);
}

/* --- flags ----------------------------------------------------------------------------------- */

static void answer(void *ctx, int err, const char *text)
{
	ctl_answer(ctx, err, text);
}

/* Those in the list have been registered by who sends it. */
struct listed {
	struct multipathd *d;
	const char *names; /* NULL: none */
};

static bool is_listed(void *ctx, const struct path *p)
{
	const struct listed *l = ctx;
	char copy[CTL_COMMAND_MAX], *save, *name;

	snprintf(copy, sizeof(copy), "%s", l->names ? l->names : "");
	for (name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		if (daemon_path(l->d, name) == p)
			return true;
	return false;
}

void do_pr_status_set(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	struct listed listed = { d, cmd->param[W_PATHLIST] };
	struct op_done done = { answer, call };

	if (!m)
		return;
	m->pr.status = PR_SET;
	reserve_map(d, m, is_listed, &listed, &done);
}

/* Without a key there is nothing that could be registered. */
void do_pr_status_get(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	TEXT out = STRBUF_INIT;

	if (!m)
		return;
	sb_printf(&out, "%s\n",
		  m->pr.status == PR_UNKNOWN && !props_get(&m->props, KW_reservation_key)->val
			  ? pr_flag_text(PR_UNSET)
			  : pr_flag_text(m->pr.status));
	ctl_answer(call, 0, sb_str(&out));
}

void do_pr_status_unset(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);

	if (!m)
		return;
	m->pr.status = PR_UNSET;
	m->pr.hold = PR_UNSET; /* who is not registered holds nothing */
	ctl_answer(call, 0, NULL);
}

void do_pr_hold_get(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	TEXT out = STRBUF_INIT;

	if (!m)
		return;
	sb_printf(&out, "%s\n", pr_flag_text(m->pr.hold));
	ctl_answer(call, 0, sb_str(&out));
}

static void set_hold(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call,
		     enum pr_flag hold)
{
	struct map *m = find(d, cmd, call);

	if (!m)
		return;
	m->pr.hold = hold;
	ctl_answer(call, 0, NULL);
}

void do_pr_hold_set(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	set_hold(d, cmd, call, PR_SET);
}

void do_pr_hold_unset(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	set_hold(d, cmd, call, PR_UNSET);
}
