// SPDX-License-Identifier: GPL-2.0-or-later
/* A recorded host has no loop devices. */
#include <errno.h>
#include <stdlib.h>

#include "core/host/loopdev.h"

static int none_find(struct loopdev *l, const char *path, char name[LOOPDEV_NAME_MAX])
{
	(void)l, (void)path, (void)name;
	return -EOPNOTSUPP;
}

static int none_attach(struct loopdev *l, const char *path, bool read_only,
		       char name[LOOPDEV_NAME_MAX])
{
	(void)l, (void)path, (void)read_only, (void)name;
	return -EOPNOTSUPP;
}

static int none_detach(struct loopdev *l, const char *name)
{
	(void)l, (void)name;
	return -EOPNOTSUPP;
}

static void none_free(struct loopdev *l)
{
	free(l);
}

static const struct loopdev_ops none_ops = {
	.find = none_find,
	.attach = none_attach,
	.detach = none_detach,
	.free = none_free,
};

int loopdev_none(struct loopdev **ret_loop)
{
	struct loopdev *l = malloc(sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->ops = &none_ops;
	*ret_loop = l;
	return 0;
}

void loopdev_free(struct loopdev *l)
{
	if (l)
		l->ops->free(l);
}
