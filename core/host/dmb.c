// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of observed maps, the same for the kernel's device-mapper and a recorded one. */
#include "core/host/dmb.h"

#include <stdlib.h>

void dmb_free(struct dmb *d)
{
	if (d)
		d->ops->free(d);
}

void dm_map_done(struct dm_map *m)
{
	free(m->target);
	free(m->table);
	free(m->status);
	*m = (struct dm_map){ 0 };
}

void dm_maps_done(struct dm_maps *m)
{
	for (unsigned int i = 0; i < m->n; i++)
		dm_map_done(&m->list[i]);
	free(m->list);
	*m = (struct dm_maps){ 0 };
}
