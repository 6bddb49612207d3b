/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making and unmaking of the engine, and the configuration of the host it stands on. */
#include "core/engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/model/hwtable.h"
#include "parser/strbuf.h"

static enum vocab_word find_multipaths_mode(const struct config *cfg, bool ignore_wwids)
{
	const struct kwval *v = config_value(cfg, KW_find_multipaths);
	enum vocab_word mode = v ? v->word : VW_strict;

	if (!ignore_wwids)
		return mode;
	return mode == VW_off ? VW_greedy : mode == VW_on || mode == VW_strict ? VW_smart : mode;
}

struct engine *engine_new(struct host *h, struct config *cfg, const struct engine_options *opt)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->host = h;
	e->cfg = cfg;
	e->opt = *opt;
	e->rows = rowmatch_new(cfg);
	e->topo = e->work = topology_new(cfg);
	e->find_multipaths = find_multipaths_mode(cfg, opt->ignore_wwids);
	return e;
}

void engine_free(struct engine *e)
{
	if (!e || e->hung)
		return;
	topology_free(e->topo);
	dm_maps_done(&e->dm);
	rowmatch_free(e->rows);
	bindings_free(e->bindings);
	free(e->wwids);
	config_free(e->cfg);
	free(e);
}

int engine_dm_check(struct engine *e)
{
	int r = e->host->dmb->ops->version(e->host->dmb, e->dm_version, e->mpath_version);

	if (r) {
		mlog(0, "cannot get kernel dm version: %s", e->host->dmb->ops->error(e->host->dmb));
		return r;
	}
	mlog(3, "kernel device mapper v%u.%u.%u", e->dm_version[0], e->dm_version[1],
	     e->dm_version[2]);
	mlog(3, "DM multipath kernel driver v%u.%u.%u", e->mpath_version[0], e->mpath_version[1],
	     e->mpath_version[2]);
	return 0;
}

static bool nvme_native(struct host *h)
{
	char text[8];

	return fstree_text(h->sys, text, sizeof(text), "module/nvme_core/parameters/multipath") >
		       0 &&
	       text[0] == 'Y';
}

/* How many of them were kept from a query's standard error. */
static unsigned int log_diags(const struct config *cfg, enum config_use use)
{
	__attribute__((cleanup(sb_done))) struct strbuf line = STRBUF_INIT;
	unsigned int withheld = 0;

	for (unsigned int i = 0; i < diag_count(cfg->diags); i++) {
		const struct diag *d = diag_at(cfg->diags, i);
		int level = diag_def(d->id)->level;

		if (use == CONFIG_FOR_DUMP && diag_def(d->id)->on_use)
			continue;
		if (level < 0)
			continue;
		if (use == CONFIG_FOR_QUERY && level < 3 && !log_shows(3)) {
			withheld += diag_legacy(d, &line);
			continue;
		}
		if (!log_shows(level))
			continue;
		sb_clear(&line);
		if (diag_legacy(d, &line))
			mlog(level, "%s", sb_str(&line));
	}
	return withheld;
}

int engine_load_config(struct host *h, int verbosity, enum config_use use, struct config **ret_cfg)
{
	struct config_sources src = {
		.root = h->root,
		.file = host_places()->config,
		.dir = host_places()->config_dir,
		.builtin = hwtable_rows(),
		.nvme_native = nvme_native(h),
	};
	unsigned int withheld;
	struct config *cfg;
	int r = config_load(&src, &cfg);

	if (r) {
		mlog(0, "%s: cannot be read: %s", src.file, strerror(-r));
		return r;
	}
	log_verbosity(verbosity >= 0 ? verbosity : (int)config_num(cfg, KW_verbosity, 2));
	withheld = log_diags(cfg, cfg->fatal ? CONFIG_FOR_MAPS : use);
	if (withheld && !h->replay)
		log_aside("%s: %u problems in the configuration, run minipath lint", src.file,
			  withheld);
	if (cfg->fatal) {
		mlog(0, "error parsing config file");
		config_free(cfg);
		return -EINVAL;
	}
	*ret_cfg = cfg;
	return 0;
}

bool engine_row_used(void *engine, const struct layer *row)
{
	struct engine *e = engine;

	for (unsigned int i = 0; i < e->topo->n_paths; i++) {
		const struct blkdev *d = &e->topo->paths[i]->dev;
		const struct layer *const *rows =
			rowmatch_find(e->rows, d->vendor, d->product, d->rev);

		for (; *rows; rows++)
			if (*rows == row)
				return true;
	}
	return false;
}
