/* SPDX-License-Identifier: GPL-2.0-or-later */
/* renames.h - let maps change names in one run, in chains and in circles. */
#ifndef MP_ENGINE_RENAMES_H
#define MP_ENGINE_RENAMES_H

#include "core/engine/engine.h"

/*
 * Bring e->wanted into an order in which each map finds its name free, and of each circle of names
 * have one map renamed to its WWID, to give its name up. That is done by @park, which returns whether
 * the name is free (then, or when the planned changes are carried out). To be called before the maps
 * are planned.
 */
typedef bool (*renames_park)(void *ctx, const char *from, const char *wwid);
void renames_prepare(struct engine *e, renames_park park, void *ctx);

/* The @park of those who change maps at once, inside a batch; @ctx is the engine. A failure is logged. */
bool renames_park_now(void *engine, const char *from, const char *wwid);

#endif
