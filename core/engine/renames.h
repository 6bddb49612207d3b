/* SPDX-License-Identifier: GPL-2.0-or-later */
/* renames.h - let maps change names in one run, in chains and in circles. */
#ifndef MP_ENGINE_RENAMES_H
#define MP_ENGINE_RENAMES_H

#include "core/engine/engine.h"

/*
 * Bring e->wanted into an order in which each map finds its name free, and of each circle of names
 * rename one map to its WWID. A rename that fails is logged; its map then keeps its name. To be
 * called inside a batch, before the maps are applied.
 */
void renames_prepare(struct engine *e);

#endif
