/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words for protocols and path states, from the X-macro tables of path.h, and the verdict of
 * the kernel's own state attribute, which every check asks before it sends a command.
 */
#include "core/model/path.h"

#include <string.h>

#include "parser/arena.h"

const char *protocol_name(enum protocol p)
{
	static const char *const names[] = {
#define X(id, text) [PROTO_##id] = (text),
		PROTOCOLS(X)
#undef X
	};

	return (unsigned int)p < PROTO__MAX ? names[p] : names[PROTO_UNDEF];
}

const char *path_state_log(enum path_state s)
{
	static const char *const names[] = {
#define X(id, log, shown) [PATH_##id] = (log),
		PATH_STATES(X)
#undef X
	};

	return (unsigned int)s < PATH__MAX ? names[s] : names[PATH_WILD];
}

const char *path_state_shown(enum path_state s)
{
	static const char *const names[] = {
#define X(id, log, shown) [PATH_##id] = (shown),
		PATH_STATES(X)
#undef X
	};

	return (unsigned int)s < PATH__MAX ? names[s] : names[PATH_WILD];
}

struct state_word {
	const char *text;
	enum path_state state;
};

/* Linux scsi_sysfs.c and nvme's controller state. Words that are not here mean down: "offline",
 * "transport-offline", "cancel", "deleted", "dead", "connecting", "resetting", ... */
static const struct state_word scsi_words[] = {
	{ "running", PATH_UP },
	{ "blocked", PATH_PENDING },
	{ "quiesce", PATH_PENDING },
	{ "created", PATH_PENDING },
	{ "created-blocked", PATH_PENDING },
	{ NULL, PATH_DOWN },
};
static const struct state_word nvme_words[] = {
	{ "live", PATH_UP },
	{ "new", PATH_PENDING },
	{ "deleting", PATH_PENDING },
	{ NULL, PATH_DOWN },
};

enum path_state path_sysfs_state(const struct blkdev *d)
{
	const struct state_word *w;
	size_t n = strcspn(d->state, "\n");

	if (d->bus == BUS_SCSI)
		w = scsi_words;
	else if (d->bus == BUS_NVME)
		w = nvme_words;
	else
		return PATH_UP; /* CCW and others have no such attribute */
	if (!n)
		return PATH_REMOVED;
	while (w->text && (strlen(w->text) != n || memcmp(w->text, d->state, n) != 0))
		w++;
	return w->state;
}

static const char *copy_text(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

static void copy_bytes(struct arena *a, const struct bytes *from, struct bytes *to)
{
	if (!from->data)
		return;
	to->data = arena_alloc(a, from->len + 1);
	memcpy(to->data, from->data, from->len);
}

static const char *const *copy_names(struct arena *a, const char *const *from)
{
	const char **to;
	unsigned int n = 0;

	if (!from)
		return NULL;
	while (from[n])
		n++;
	to = arena_alloc(a, (n + 1) * sizeof(*to));
	for (unsigned int i = 0; i < n; i++)
		to[i] = arena_strdup(a, from[i]);
	return to;
}

void blkdev_copy(struct arena *a, const struct blkdev *from, struct blkdev *to)
{
	*to = *from;
	to->syspath = copy_text(a, from->syspath);
	to->device = copy_text(a, from->device);
	to->transport_node = copy_text(a, from->transport_node);
	copy_bytes(a, &from->inquiry, &to->inquiry);
	copy_bytes(a, &from->vpd_pages, &to->vpd_pages);
	copy_bytes(a, &from->vpd80, &to->vpd80);
	copy_bytes(a, &from->vpd83, &to->vpd83);
	copy_bytes(a, &from->vpd_vendor, &to->vpd_vendor);
	to->holders = copy_names(a, from->holders);
	memset(&to->udev, 0, sizeof(to->udev));
}
