/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * foreign.h - multipath devices that the kernel's NVMe driver makes by itself: listed, never
 * touched (behaviour.md 2.8). Nothing is sent to a device; all of it is sysfs.
 */
#ifndef MP_FOREIGN_H
#define MP_FOREIGN_H

#include "core/engine/engine.h"

struct strbuf;

/* Does the configuration (or -e) want foreign devices listed? */
bool foreign_enabled(const struct engine *e);

/* Their topologies, at @verbosity as show_map_tree() has it. */
void foreign_show(struct engine *e, int verbosity, bool bold, struct strbuf *out);

#endif
