/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table maps each action to its function; a rename follows where the plan wants one. */
#include "core/engine/change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void failed(struct host *h, struct change *c, const char *object, const char *what, int err)
{
	const char *words = h->dmb->ops->error(h->dmb);

	if (c->failed)
		return;
	c->err = err;
	c->failed = what;
	snprintf(c->object, sizeof(c->object), "%s", object);
	snprintf(c->words, sizeof(c->words), "%s", words ? words : "");
}

static int create_locked(struct host *h, struct change *c)
{
	int r = h->dmb->ops->create(h->dmb, &c->spec);

	if (r != -EROFS)
		return r;
	c->spec.read_only = c->read_only = true;
	return h->dmb->ops->create(h->dmb, &c->spec);
}

static int create(struct host *h, struct change *c)
{
	struct pathlock lock;
	const char *held;
	int r = pathlock_take(h->io, c->locks, c->n_locks, &lock, &held);

	if (r) {
		c->locked = r == -EBUSY;
		if (c->locked)
			snprintf(c->object, sizeof(c->object), "%s", held);
		return r;
	}
	r = create_locked(h, c);
	pathlock_release(h->io, &lock);
	return r;
}

static int load(struct host *h, struct change *c, bool flush)
{
	int r;

	c->spec.udev_flags |= flush || c->afresh ? 0 : DM_UF_RELOAD;
	r = h->dmb->ops->reload(h->dmb, &c->spec, flush);
	if (r != -EROFS)
		return r;
	c->spec.read_only = c->read_only = true;
	return h->dmb->ops->reload(h->dmb, &c->spec, flush);
}

static int reload(struct host *h, struct change *c)
{
	return load(h, c, false);
}

static int resize(struct host *h, struct change *c)
{
	return load(h, c, true);
}

static int switch_group(struct host *h, struct change *c)
{
	char text[32];

	snprintf(text, sizeof(text), "switch_group %u", c->switch_to);
	return h->dmb->ops->message(h->dmb, c->name, text);
}

static int nothing(struct host *h, struct change *c)
{
	(void)h, (void)c;
	return 0;
}

static const struct {
	int (*run)(struct host *h, struct change *c);
	const char *what;
} actions[] = {
	[ACT_NONE] = { nothing, "" },
	[ACT_NOTHING] = { nothing, "" },
	[ACT_REJECT] = { nothing, "" },
	[ACT_IMPOSSIBLE] = { nothing, "" },
	[ACT_DRY_RUN] = { nothing, "" },
	[ACT_CREATE] = { create, "create" },
	[ACT_RELOAD] = { reload, "reload" },
	[ACT_RESIZE] = { resize, "resize" },
	[ACT_SWITCHPG] = { switch_group, "switch_group" },
	[ACT_RENAME] = { nothing, "rename" },
	[ACT_RELOAD_RENAME] = { reload, "reload" },
	[ACT_RESIZE_RENAME] = { resize, "resize" },
	[ACT_SWITCHPG_RENAME] = { switch_group, "switch_group" },
};

static void rename_map(struct host *h, struct change *c)
{
	int r = h->dmb->ops->rename(h->dmb, c->name, c->rename_to, 0);

	if (r) {
		failed(h, c, c->name, "rename", r);
		return;
	}
	c->renamed = true;
	for (unsigned int i = 0; i < c->n_parts; i++) {
		struct change_part *part = &c->parts[i];

		if (!strcmp(part->from, part->to))
			continue;
		part->err = h->dmb->ops->rename(h->dmb, part->from, part->to, 0);
	}
}

/* Queueing would keep the last close waiting for paths that will not come. */
static void remove_map(struct host *h, struct change *c)
{
	int r;

	for (unsigned int i = 0; i < c->n_parts; i++) {
		r = h->dmb->ops->remove(h->dmb, c->parts[i].from, c->deferred, 0);
		if (r) {
			failed(h, c, c->parts[i].from, "remove", r);
			return;
		}
	}
	if (c->queueing)
		h->dmb->ops->message(h->dmb, c->name, "fail_if_no_path");
	r = h->dmb->ops->remove(h->dmb, c->name, c->deferred, 0);
	if (!r)
		return;
	failed(h, c, c->name, "remove", r);
	if (c->queueing)
		h->dmb->ops->message(h->dmb, c->name, "queue_if_no_path");
}

void change_run(struct host *h, struct change *c)
{
	int r;

	c->spec.name = c->name;
	c->spec.uuid = c->uuid;
	c->spec.params = c->params;
	c->spec.target = "multipath";
	if (c->remove) {
		remove_map(h, c);
		return;
	}
	r = actions[c->action].run(h, c);
	if (c->locked)
		return;
	if (r)
		failed(h, c, c->name, actions[c->action].what, r);
	else if (c->rename_to[0])
		rename_map(h, c);
}

void change_done(struct change *c)
{
	free(c->params);
	free(c->parts);
	free(c->locks);
	memset(c, 0, sizeof(*c));
}
