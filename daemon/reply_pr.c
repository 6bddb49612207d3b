/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs of persistent reservations, which mpathpersist and cluster agents send: what they know of a
 * map is kept (struct map_pr); what needs a file or a device is done on a worker. A path that has
 * come to a map whose key is registered gets the key, too (reserve_path()).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/model/reserve.h"
#include "daemon/parts.h"
#include "daemon/reply.h"
#include "daemon/reserve.h"
#include "parser/strbuf.h"

#define TEXT __attribute__((cleanup(sb_done))) struct strbuf

/* A job about the key of one map. */
struct pr_job {
	struct work work;
	struct ctl_call *call; /* NULL: nobody waits for it */
	char wwid[WWID_MAX];
	struct pr_key key;
	bool has_key;
	int err;
	unsigned int n; /* paths to register it on */
	struct {
		char name[32];
		dev_t devno;
	} path[];
};

static struct map *find(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = daemon_map(d, cmd->param[W_MAP]);

	if (!m)
		ctl_answer(call, -ENODEV, NULL);
	return m;
}

static struct pr_job *job_new(const struct map *m, struct ctl_call *call)
{
	struct pr_job *j = calloc(1, sizeof(*j) + m->n_paths * sizeof(j->path[0]));

	if (!j)
		return NULL;
	j->call = call;
	snprintf(j->wwid, sizeof(j->wwid), "%s", m->wwid);
	j->has_key = pr_key_of(m->props.v[KW_reservation_key].val, &j->key);
	return j;
}

static void job_start(struct work_pool *pool, struct pr_job *j,
		      void (*run)(struct host *h, struct work *w),
		      void (*done)(void *ctx, struct work *w))
{
	struct ctl_call *call = j->call;
	int r;

	j->work.run = run;
	j->work.done = done;
	r = work_submit(pool, &j->work);
	if (r < 0) {
		free(j);
		if (call)
			ctl_answer(call, r, NULL);
	}
}

/* The file of keys, on the lane: changes of it come one after the other. */

static void run_find_key(struct host *h, struct work *w)
{
	struct pr_job *j = (struct pr_job *)w; /* its first member */
	char *text;

	if (state_read(h->state, STATE_PRKEYS, &text))
		return;
	j->has_key = prkeys_find(text, j->wwid, &j->key);
	free(text);
}

static void run_edit_key(struct host *h, struct work *w)
{
	struct pr_job *j = (struct pr_job *)w;
	TEXT out = STRBUF_INIT;
	char *text = NULL;

	j->err = state_lock(h->state, STATE_PRKEYS);
	if (j->err)
		return;
	j->err = state_read(h->state, STATE_PRKEYS, &text);
	if (j->err == 0 || j->err == -ENOENT) {
		prkeys_edit(text ? text : "", j->wwid, j->has_key ? &j->key : NULL, &out);
		j->err = state_replace(h->state, STATE_PRKEYS, sb_str(&out));
	}
	state_unlock(h->state, STATE_PRKEYS);
	free(text);
}

static void answer_key(const struct pr_job *j)
{
	TEXT out = STRBUF_INIT;

	if (j->has_key && j->key.key)
		pr_key_text(&j->key, &out);
	else
		sb_add(&out, "none");
	sb_addc(&out, '\n');
	ctl_answer(j->call, 0, sb_str(&out));
}

static void found_key(void *ctx, struct work *w)
{
	struct pr_job *j = (struct pr_job *)w;

	(void)ctx;
	answer_key(j);
	free(j);
}

static void edited_key(void *ctx, struct work *w)
{
	struct pr_job *j = (struct pr_job *)w;

	(void)ctx;
	if (j->err)
		mlog(0, "%s: cannot keep the reservation key: %s", j->wwid, strerror(-j->err));
	ctl_answer(j->call, j->err, NULL);
	free(j);
}

void do_pr_key_get(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	struct pr_job *j = m ? job_new(m, call) : NULL;

	if (!m)
		return;
	if (!j) {
		ctl_answer(call, -ENOMEM, NULL);
	} else if (props_word(&m->props, KW_reservation_key) == VW_file) {
		job_start(maps_lane(d), j, run_find_key, found_key);
	} else {
		answer_key(j);
		free(j);
	}
}

static void edit_key(struct multipathd *d, const struct map *m, struct ctl_call *call,
		     const struct pr_key *key)
{
	struct pr_job *j = job_new(m, call);

	if (!j) {
		ctl_answer(call, -ENOMEM, NULL);
		return;
	}
	j->has_key = key != NULL;
	if (key)
		j->key = *key;
	job_start(maps_lane(d), j, run_edit_key, edited_key);
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
		edit_key(d, m, call, &key);
}

void do_pr_key_unset(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);

	if (m)
		edit_key(d, m, call, NULL);
}

/* Registering, on the workers that ask paths. */

static void register_path(struct host *h, const char *name, dev_t devno, const struct pr_key *key,
			  int *ret_err)
{
	uint8_t data[PR_REGISTER_LEN];
	struct scsi_result r = { 0 };
	struct devio_dev *dev;
	struct scsi_cmd cmd;
	int err = h->io->ops->open(h->io, name, devno, &dev);

	if (err == 0) {
		pr_register(key, &cmd, data);
		h->io->ops->scsi(dev, &cmd, data, &r);
		h->io->ops->close(dev);
		err = r.err ? -r.err : r.status || r.host || r.driver ? -EIO : 0;
	}
	if (err)
		*ret_err = err;
}

static void run_register(struct host *h, struct work *w)
{
	struct pr_job *j = (struct pr_job *)w;

	if (!j->has_key)
		run_find_key(h, w);
	if (!j->has_key || !j->key.key)
		return;
	for (unsigned int i = 0; i < j->n; i++)
		register_path(h, j->path[i].name, j->path[i].devno, &j->key, &j->err);
}

static void registered(void *ctx, struct work *w)
{
	struct pr_job *j = (struct pr_job *)w;

	(void)ctx;
	if (j->err)
		mlog(0, "%s: the reservation key is not registered on every path: %s", j->wwid,
		     strerror(-j->err));
	if (j->call)
		ctl_answer(j->call, 0, NULL);
	free(j);
}

static void add_path(struct pr_job *j, const struct path *p)
{
	snprintf(j->path[j->n].name, sizeof(j->path[j->n].name), "%s", p->dev.name);
	j->path[j->n++].devno = p->dev.devno;
}

/* Is the path in a list of kernel names and device numbers? */
static bool listed(struct multipathd *d, const char *list, const struct path *p)
{
	char copy[CTL_COMMAND_MAX], *save, *name;

	if (!list)
		return false;
	snprintf(copy, sizeof(copy), "%s", list);
	for (name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		if (daemon_path(d, name) == p)
			return true;
	return false;
}

/* Those in the list have been registered by who sends it. */
void do_pr_status_set(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	struct pr_job *j = m ? job_new(m, call) : NULL;

	if (!m)
		return;
	if (!j) {
		ctl_answer(call, -ENOMEM, NULL);
		return;
	}
	m->pr.status = PR_SET;
	for (unsigned int i = 0; i < m->n_paths; i++)
		if (path_state_usable(m->paths[i]->state) &&
		    !listed(d, cmd->param[W_PATHLIST], m->paths[i]))
			add_path(j, m->paths[i]);
	job_start(sched_pool(d), j, run_register, registered);
}

void reserve_path(struct multipathd *d, const struct path *p)
{
	struct pr_job *j;

	if (!p->map || p->map->pr.status != PR_SET || !path_state_usable(p->state))
		return;
	j = job_new(p->map, NULL);
	if (!j)
		return;
	add_path(j, p);
	job_start(sched_pool(d), j, run_register, registered);
}

/* Without a key there is nothing that could be registered. */
void do_pr_status_get(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct map *m = find(d, cmd, call);
	TEXT out = STRBUF_INIT;

	if (!m)
		return;
	sb_printf(&out, "%s\n",
		  m->pr.status == PR_UNKNOWN && !m->props.v[KW_reservation_key].val
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
