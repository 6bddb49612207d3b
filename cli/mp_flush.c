/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `multipath -f` and `-F`: remove maps that nobody uses. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cli/multipath.h"
#include "core/engine/apply.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* By node, name, alias or WWID. */
static const struct dm_map *find_map(struct mp *mp)
{
	const struct mp_args *a = mp->args;
	const struct dm_map *dm = observe_named(mp->e, base_name(a->dev));
	const char *wwid;

	for (unsigned int i = 0; !dm && a->devno && i < mp->e->dm.n; i++)
		if (mp->e->dm.list[i].major == major(a->devno) &&
		    mp->e->dm.list[i].minor == minor(a->devno))
			dm = &mp->e->dm.list[i];
	if (!dm)
		dm = observe_by_wwid(mp->e, a->dev);
	if (!dm && (wwid = names_wwid_of(mp->e, a->dev)))
		dm = observe_by_wwid(mp->e, wwid);
	return dm;
}

static int flush_one(struct mp *mp)
{
	const struct dm_map *dm = find_map(mp);

	if (!dm || !observe_wwid(dm)) {
		mlog(0, "%s is not a multipath device", mp->args->dev);
		return 1;
	}
	return apply_flush(mp->e, dm) ? 1 : 0;
}

static int flush_all(struct mp *mp)
{
	int status = 0;

	for (unsigned int i = 0; i < mp->e->dm.n; i++)
		if (observe_wwid(&mp->e->dm.list[i]) && apply_flush(mp->e, &mp->e->dm.list[i]))
			status = 1;
	return status;
}

int mp_flush(struct mp *mp)
{
	struct dmb *dmb = mp->host->dmb;
	int status, r;

	if (engine_dm_check(mp->e) || names_load(mp->e))
		return 1;
	r = observe_read(mp->e);
	if (r) {
		mlog(0, "device mapper maps cannot be listed: %s", strerror(-r));
		return 1;
	}
	dmb->ops->batch_begin(dmb);
	status = mp->args->mode == MODE_FLUSH_ALL ? flush_all(mp) : flush_one(mp);
	dmb->ops->batch_wait(dmb);
	return status;
}
