/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * foreign.h - multipath devices that the kernel's NVMe driver makes by itself: listed, never
 * touched (behaviour.md 2.8). Nothing is sent to a device; all of it is sysfs.
 */
#ifndef MP_FOREIGN_H
#define MP_FOREIGN_H

#include "core/engine/engine.h"

struct strbuf;

#define FOREIGN_UNKNOWN "n/a" /* shown for what the kernel's driver does not say */

/* One controller's way to a namespace; "" where the driver says nothing. */
struct foreign_path {
	char hcil[48], name[32], devt[24], ana[24], state[24];
	char address[160]; /* "tcp:traddr=...": transport and address of the controller */
	char adapter[64];  /* "PCI:0000:01:00.0", "" where it is on no PCI bus */
	char serial[WWID_MAX];
	int prio;
	const struct foreign_map *map;
};

struct foreign_map {
	char name[32], wwid[256], subnqn[256], model[81], rev[24];
	unsigned int nsid;
	uint64_t size;
	bool ro, ana;
	struct foreign_path path[32];
	unsigned int n;
};

struct foreign {
	struct foreign_map *maps;
	unsigned int n;
};

/* All of them, none where they are not wanted. The caller's: foreign_done(). */
void foreign_load(struct engine *e, struct foreign *ret);
void foreign_done(struct foreign *f);

/* Does the configuration the configuration (or -e) want foreign devices listed? */
bool foreign_enabled(const struct engine *e);

/* As a tree: one group a path, as the kernel has no groups. */
void foreign_tree(const struct foreign *f, int verbosity, bool bold, struct strbuf *out);

/* Their topologies, at @verbosity as show_map_tree() has it. */
void foreign_show(struct engine *e, int verbosity, bool bold, struct strbuf *out);

#endif
