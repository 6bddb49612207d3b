/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The choice of a name is pure (core/model/alias.h); this file brings it together with the files.
 * A dry run chooses names as a real one would and writes nothing.
 */
#include "core/engine/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "parser/strbuf.h"

static void report(void *ctx, int level, const char *text)
{
	(void)ctx;
	mlog(level, "%s", text);
}

static void report_quietly(void *ctx, int level, const char *text)
{
	(void)ctx, (void)level, (void)text;
}

static int read_file(struct engine *e, enum state_file f, char **ret_text)
{
	int r = state_read(e->host->state, f, ret_text);

	if (r == -ENOENT) {
		*ret_text = calloc(1, 1);
		return *ret_text ? 0 : -ENOMEM;
	}
	if (r)
		mlog(0, "%s: cannot be read: %s", state_path(e->host->state, f), strerror(-r));
	return r;
}

int names_load(struct engine *e)
{
	char *text;
	int r;

	if (e->bindings)
		return 0;
	r = read_file(e, STATE_WWIDS, &e->wwids);
	if (!r)
		r = read_file(e, STATE_BINDINGS, &text);
	if (r)
		return r;
	e->bindings = bindings_new();
	bindings_parse(e->bindings, text, e->cfg, e->opt.query ? report_quietly : report, NULL);
	free(text);
	return 0;
}

void names_go_without(struct engine *e)
{
	if (!e->bindings)
		e->bindings = bindings_new();
}

bool names_wwids_seen(const struct engine *e)
{
	return e->wwids != NULL;
}

/* Read the file again: somebody may have bound names since we looked. */
static int refresh_bindings(struct engine *e)
{
	char *text;
	int r = read_file(e, STATE_BINDINGS, &text);

	if (r)
		return r;
	bindings_free(e->bindings);
	e->bindings = bindings_new();
	bindings_parse(e->bindings, text, e->cfg, report_quietly, NULL);
	free(text);
	return 0;
}

void names_refresh(struct engine *e)
{
	char *text;

	if (state_changed(e->host->state, STATE_BINDINGS))
		refresh_bindings(e);
	if (!state_changed(e->host->state, STATE_WWIDS) || read_file(e, STATE_WWIDS, &text))
		return;
	free(e->wwids);
	e->wwids = text;
}

bool names_wwid_known(const struct engine *e, const char *wwid)
{
	return e->wwids && wwids_has(e->wwids, wwid);
}

/* --- the wwids file -------------------------------------------------------------------------- */

typedef int (*wwids_edit)(const char *text, const char *wwid, char **ret_text);

static int write_failed(struct engine *e, enum state_file f, int r)
{
	/* a daemon tries again and again */
	mlog(e->opt.is_daemon && e->state_failed ? 3 : 0, "%s: cannot be written: %s",
	     state_path(e->host->state, f), strerror(-r));
	e->state_failed = true;
	return r;
}

static int edit_wwids(struct engine *e, const char *wwid, wwids_edit edit)
{
	struct state *s = e->host->state;
	char *text = NULL, *changed = NULL;
	int r = state_lock(s, STATE_WWIDS);

	if (r)
		return write_failed(e, STATE_WWIDS, r);
	r = read_file(e, STATE_WWIDS, &text);
	if (!r)
		r = edit(text, wwid, &changed);
	if (!r) {
		r = state_replace(s, STATE_WWIDS, changed);
		if (r)
			write_failed(e, STATE_WWIDS, r);
	}
	state_unlock(s, STATE_WWIDS);
	if (!r) {
		free(e->wwids);
		e->wwids = changed;
		changed = NULL;
	}
	free(text);
	free(changed);
	return r;
}

int names_wwid_add(struct engine *e, const char *wwid)
{
	return edit_wwids(e, wwid, wwids_add);
}

int names_wwid_remove(struct engine *e, const char *wwid)
{
	return edit_wwids(e, wwid, wwids_remove);
}

int names_wwids_reset(struct engine *e, const char *const *wwids)
{
	struct state *s = e->host->state;
	char *text;
	int r = wwids_fresh(wwids, &text);

	if (r)
		return r;
	r = state_lock(s, STATE_WWIDS);
	if (!r) {
		r = state_replace(s, STATE_WWIDS, text);
		state_unlock(s, STATE_WWIDS);
	}
	free(text);
	return r ? write_failed(e, STATE_WWIDS, r) : 0;
}

/* --- aliases --------------------------------------------------------------------------------- */

const char *names_wwid_of(struct engine *e, const char *alias)
{
	for (unsigned int i = 0; i < e->cfg->multipaths.n; i++) {
		const char *a = layer_str(e->cfg->multipaths.list[i], KW_alias);

		if (a && !strcmp(a, alias))
			return layer_str(e->cfg->multipaths.list[i], KW_wwid);
	}
	return e->bindings ? bindings_wwid(e->bindings, alias) : NULL;
}

static int write_bindings(struct engine *e)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	int r;

	bindings_print(e->bindings, &text);
	r = state_replace(e->host->state, STATE_BINDINGS, sb_str(&text));
	if (r)
		return write_failed(e, STATE_BINDINGS, r);
	mlog(3, "updated bindings file %s", state_path(e->host->state, STATE_BINDINGS));
	return 0;
}

struct wish {
	const char *wwid, *prefix, *current;
	bool (*taken)(void *ctx, const char *alias);
	void *ctx;
};

static int bind_name(struct engine *e, const struct wish *w, char *out, size_t len)
{
	unsigned int nr;
	const char *have = bindings_alias(e->bindings, w->wwid);
	int r;

	if (have) {
		snprintf(out, len, "%s", have);
		return 1;
	}
	if (w->current && !alias_to_number(w->prefix, w->current, &nr) &&
	    !bindings_wwid(e->bindings, w->current))
		snprintf(out, len, "%s", w->current);
	else if ((r = bindings_allocate(e->bindings, w->prefix, w->taken, w->ctx, out, len)))
		return r;
	return bindings_add(e->bindings, out, w->wwid);
}

/* Find or make the binding; 0 and @out, or -errno where the WWID must serve as name. */
static int friendly_name(struct engine *e, const struct wish *w, char *out, size_t len)
{
	struct state *s = e->host->state;
	int r;

	if (bindings_alias(e->bindings, w->wwid))
		return bind_name(e, w, out, len) < 0 ? -EINVAL : 0;
	if (e->opt.bindings_read_only)
		return -EROFS;
	if (e->opt.dry_run)
		return bind_name(e, w, out, len);
	r = state_lock(s, STATE_BINDINGS);
	if (r)
		return write_failed(e, STATE_BINDINGS, r);
	r = refresh_bindings(e);
	if (!r) {
		r = bind_name(e, w, out, len);
		if (r == 0 && (r = write_bindings(e)))
			bindings_remove(e->bindings, w->wwid);
	}
	state_unlock(s, STATE_BINDINGS);
	return r < 0 ? r : 0;
}

void names_choose(struct engine *e, struct map *m, const char *current,
		  bool (*taken)(void *ctx, const char *alias), void *ctx)
{
	const char *alias = props_str(&m->props, KW_alias);
	const char *prefix = props_str(&m->props, KW_alias_prefix);
	struct wish wish = { m->wwid, prefix ? prefix : "mpath", current, taken, ctx };
	const char *origin;

	if (alias) {
		snprintf(m->alias, sizeof(m->alias), "%s", alias);
		origin = "(setting: multipath.conf multipaths section)";
	} else if (props_yes(&m->props, KW_user_friendly_names) &&
		   !friendly_name(e, &wish, m->alias, sizeof(m->alias))) {
		origin = "(setting: user_friendly_name)";
	} else {
		snprintf(m->alias, sizeof(m->alias), "%s", m->wwid);
		origin = "(setting: default to WWID)";
	}
	mlog(3, "%s: alias = %s %s", m->wwid, m->alias, origin);
}
