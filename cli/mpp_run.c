/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of mpathpersist, carried out: the map is found and its paths asked whether they work;
 * the key is looked up; the command goes to the device; what it means for paths that come later is
 * told to the daemon (behaviour.md 7.4). A key kept in the file is stored before it is registered,
 * so that the daemon finds it, and put back where registering fails.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cli/mpathpersist.h"
#include "core/engine/desire.h"
#include "core/engine/log.h"
#include "core/engine/observe.h"
#include "core/engine/prmap.h"
#include "core/engine/resvkey.h"
#include "core/engine/survey.h"
#include "core/host/ctlsock.h"
#include "daemon/ctl.h"
#include "parser/strbuf.h"

#define TEXT __attribute__((cleanup(sb_done))) struct strbuf

struct act {
	struct host *h;
	struct engine *e;
	struct map *m;
	const struct mpp_command *c;
	bool in_file;	   /* the map's key is kept in the file */
	struct pr_key key; /* the map's key as it is, key 0: none */
	struct pr_order order;
	bool *done; /* by path: registered now */
};

/* --- the map --------------------------------------------------------------------------------- */

static const struct dm_map *map_numbered(const struct engine *e, dev_t devno)
{
	for (unsigned int i = 0; i < e->dm.n; i++)
		if (makedev(e->dm.list[i].major, e->dm.list[i].minor) == devno)
			return &e->dm.list[i];
	return NULL;
}

static void ask_paths(struct engine *e)
{
	survey_paths(e, e->topo->paths, e->topo->n_paths, SURVEY_ALL);
}

static int find_map(struct act *a, dev_t devno)
{
	const struct dm_map *dm;
	const char *wwid;

	if (engine_dm_check(a->e) || observe_read(a->e))
		return PR_DM_ERROR;
	dm = map_numbered(a->e, devno);
	wwid = dm ? observe_wwid(dm) : NULL;
	if (!wwid) {
		mlog(0, "%s: not a multipath device.", a->c->device);
		return PR_DM_ERROR;
	}
	observe_members(a->e, wwid);
	ask_paths(a->e);
	observe_maps(a->e, wwid);
	a->m = topology_map(a->e->topo, wwid);
	if (!a->m)
		return PR_DM_ERROR;
	desire_properties(a->e, a->m);
	return PR_OK;
}

/* --- asking ---------------------------------------------------------------------------------- */

static int run_in(struct act *a)
{
	TEXT out = STRBUF_INIT;
	uint8_t *buf = malloc(PR_IN_MAX);
	enum pr_status s = PR_OTHER;
	size_t len = 0;

	if (buf)
		s = prmap_in(a->h, a->m, a->c->in_action, buf, a->c->alloc_len, &len);
	if (s == PR_OK && a->c->hex)
		pr_hex(buf, len, &out);
	else if (s == PR_OK && pr_text(a->c->in_action, buf, len, &out))
		s = PR_MALFORMED;
	free(buf);
	fputs(sb_str(&out), stdout);
	return (int)s;
}

/* --- the daemon ------------------------------------------------------------------------------ */

/* 0 and the reply (NULL: not wanted); -errno: no daemon, or it failed. */
static int tell(struct act *a, const char *command, char **ret_reply)
{
	int timeout = (int)config_num(a->e->cfg, KW_uxsock_timeout, 4000);
	char *reply;
	int r = ctl_ask(a->h, command, timeout, &reply);

	if (r) {
		mlog(3, "%s: %s: %s", a->m->alias, command, strerror(-r));
		return r;
	}
	if (!strncmp(reply, "fail", 4)) {
		mlog(1, "%s: multipathd: %s failed", a->m->alias, command);
		r = -EIO;
	}
	if (!r && ret_reply)
		*ret_reply = reply;
	else
		free(reply);
	return r;
}

static int tell_map(struct act *a, const char *verb)
{
	char text[CTL_COMMAND_MAX];

	snprintf(text, sizeof(text), "%s map %s", verb, a->m->dm.name);
	return tell(a, text, NULL);
}

static bool daemon_says_hold(struct act *a)
{
	char text[CTL_COMMAND_MAX], *reply;
	bool set;

	snprintf(text, sizeof(text), "getprhold map %s", a->m->dm.name);
	if (tell(a, text, &reply))
		return false;
	set = !strcmp(reply, "set\n");
	free(reply);
	return set;
}

/* With the paths that are registered, where the command has room for them; the daemon looks after the
 * others. */
static int tell_registered(struct act *a)
{
	TEXT text = STRBUF_INIT;

	sb_printf(&text, "setprstatus map %s pathlist \"", a->m->dm.name);
	for (unsigned int i = 0; i < a->m->n_paths; i++)
		if (a->done[i])
			sb_printf(&text, "%s ", a->m->paths[i]->dev.name);
	sb_addc(&text, '"');
	return text.len < CTL_COMMAND_MAX ? tell(a, sb_str(&text), NULL)
					  : tell_map(a, "setprstatus");
}

/* By the daemon, which knows the file, or without one by ourselves. */
static int store_key(struct act *a, const struct pr_key *key)
{
	TEXT text = STRBUF_INIT;
	int r;

	sb_printf(&text, "%s map %s", key->key ? "setprkey" : "unsetprkey", a->m->dm.name);
	if (key->key) {
		sb_add(&text, " key ");
		pr_key_text(key, &text);
	}
	r = tell(a, sb_str(&text), NULL);
	if (r && r != -EIO)
		r = resvkey_store(a->h, a->m->wwid, key);
	if (r)
		mlog(0, "%s: the reservation key cannot be stored: %s", a->m->alias, strerror(-r));
	return r;
}

/* --- changing -------------------------------------------------------------------------------- */

static bool registers(const struct act *a)
{
	enum pr_out action = a->c->request.action;

	return action == PR_REGISTER || action == PR_REGISTER_IGNORE;
}

static int look_up_key(struct act *a)
{
	const struct kwval *val = props_get(&a->m->props, KW_reservation_key)->val;
	int r;

	a->in_file = props_word(&a->m->props, KW_reservation_key) == VW_file;
	if (!a->in_file) {
		pr_key_of(val, &a->key);
		return PR_OK;
	}
	r = resvkey_find(a->h, a->m->wwid, &a->key);
	if (r)
		mlog(0, "%s: the reservation key cannot be read: %s", a->m->alias, strerror(-r));
	return r ? PR_OTHER : PR_OK;
}

/* The daemon registers paths with the map's key: an order by another one would be undone. */
static int check_key(const struct act *a)
{
	const struct pr_request *q = &a->c->request;

	if (a->in_file && registers(a) && q->sark &&
	    (q->action == PR_REGISTER_IGNORE || !a->key.key || q->rk == a->key.key))
		return PR_OK; /* becomes the map's key */
	if (!a->key.key) {
		mlog(0,
		     a->in_file ? "%s: no reservation key registered"
				: "%s: reservation_key not set in multipath.conf",
		     a->m->alias);
		return PR_SYNTAX;
	}
	if (q->rk != a->key.key && q->sark != a->key.key &&
	    (q->sark || q->action != PR_REGISTER_IGNORE)) {
		mlog(0, "%s: configured reservation key doesn't match: 0x%" PRIx64, a->m->alias,
		     a->key.key);
		return PR_SYNTAX;
	}
	return PR_OK;
}

/* A map that stands still must not stay so because somebody lost patience. */
static enum pr_status undisturbed(struct act *a)
{
	sigset_t all, before;
	enum pr_status s;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	s = prmap_out(a->h, a->m, &a->order, a->done);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s;
}

static void registered(struct act *a)
{
	if (a->c->request.sark) {
		if (tell_registered(a))
			mlog(1, "%s: multipathd does not know of the registration", a->m->alias);
		return;
	}
	tell_map(a, "unsetprstatus");
	if (a->in_file)
		store_key(a, &(const struct pr_key){ 0 });
}

/* What a change that has been made means for the daemon. */
static void follow_up(struct act *a)
{
	switch (a->c->request.action) {
	case PR_REGISTER:
	case PR_REGISTER_IGNORE:
		registered(a);
		return;
	case PR_RESERVE:
		tell_map(a, "setprhold");
		return;
	case PR_RELEASE:
		tell_map(a, "unsetprhold");
		return;
	case PR_CLEAR:
		tell_map(a, "unsetprstatus");
		tell_map(a, "unsetprhold");
		if (a->in_file)
			store_key(a, &(const struct pr_key){ 0 });
		return;
	case PR_PREEMPT:
	case PR_PREEMPT_ABORT:
		if (prmap_holds(a->h, a->m, a->c->request.rk))
			tell_map(a, "setprhold");
		return;
	}
}

static void report(const struct mpp_command *c, int s)
{
	if (s && c->in)
		fprintf(stderr, "Persistent Reserve IN command failed\n");
	if (!c->out)
		return;
	if (s == PR_UNIT_ATTENTION)
		printf("persistent reserve out: scsi status: Unit Attention\n");
	if (s == PR_CONFLICT)
		printf("persistent reserve out: scsi status: Reservation Conflict\n");
	if (s)
		printf("PR out: command failed\n");
}

static enum pr_status change(struct act *a)
{
	struct pr_key wanted = { .key = a->c->request.sark };
	bool store = a->in_file && registers(a) && wanted.key;
	enum pr_status s;

	a->order.request = a->c->request;
	if (!a->in_file || !registers(a)) /* there -Z alone says it */
		a->order.request.aptpl |= a->key.aptpl;
	wanted.aptpl = a->order.request.aptpl;
	a->order.hold =
		(a->c->request.action == PR_RESERVE || a->c->request.action == PR_RELEASE) &&
		daemon_says_hold(a);
	if (store && store_key(a, &wanted))
		return PR_OTHER;
	s = undisturbed(a);
	if (s == PR_OK)
		follow_up(a);
	else if (store)
		store_key(a, &a->key);
	return s;
}

static int run_out(struct act *a)
{
	int s = look_up_key(a);

	if (!s)
		s = check_key(a);
	if (!s) {
		a->done = calloc(a->m->n_paths + 1, sizeof(*a->done));
		s = a->done ? (int)change(a) : PR_OTHER;
		free(a->done);
	}
	return s;
}

int mpp_run(struct host *h, const struct mpp_command *c)
{
	const struct engine_options opt = { .remove_retries = -1, .query = true };
	struct act a = { .h = h, .c = c };
	struct config *cfg;
	dev_t devno;
	int s, r = host_node(h, c->device, &devno);

	if (r && r != -ENOTBLK) {
		fprintf(stderr, "%s: error opening file (rw) fd=-1\n", c->device);
		return PR_FILE_ERROR;
	}
	if (engine_load_config(h, c->verbosity, CONFIG_FOR_QUERY, &cfg))
		return PR_OTHER;
	a.e = engine_new(h, cfg, &opt);
	if (!a.e)
		return PR_OTHER;
	s = r ? PR_FILE_ERROR : find_map(&a, devno);
	if (!s)
		s = c->in ? run_in(&a) : run_out(&a);
	report(c, s);
	engine_free(a.e);
	return s;
}
