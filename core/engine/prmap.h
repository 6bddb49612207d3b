/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prmap.h - persistent reservations of a map as a whole, through its usable paths.
 *
 * A registration belongs to one path (I_T nexus), and so does a reservation of the types Write
 * Exclusive and Exclusive Access; a map is to look like one initiator all the same. Blocking: for
 * command line tools, after a survey has said which paths answer. Source: SPC-6 5.14.
 */
#ifndef MP_PRMAP_H
#define MP_PRMAP_H

#include "core/engine/prpath.h"
#include "core/model/map.h"

/* Through the first usable path that carries it. PR_OTHER: there is none. */
enum pr_status prmap_in(struct host *h, const struct map *m, enum pr_in action, uint8_t *buf,
			uint16_t len, size_t *ret_len);

struct pr_order {
	struct pr_request request;
	/* The reservation was made by this host. Only then may one that is left behind by a lost
	 * path be taken from it: with the same key it could be another host's. */
	bool hold;
};

/*
 * REGISTER and REGISTER AND IGNORE EXISTING KEY go to every usable path, with ALL_TG_PT (asked for,
 * or all_tg_pt of the path) to one of each SCSI host. Where some paths do not know the old key and others do,
 * those that do not are registered all the same; where one fails, those done before get their old key
 * back. RELEASE goes to every usable path, anything else to one. A reservation that a lost path of
 * ours holds is preempted with our own key, I/O held back meanwhile, and the other paths are
 * registered again. @ret_done[i] (may be NULL, m->n_paths of them): path i is registered now.
 */
enum pr_status prmap_out(struct host *h, const struct map *m, const struct pr_order *o,
			 bool *ret_done);

/* Is the map reserved, with this key? false also where nobody can say. */
bool prmap_holds(struct host *h, const struct map *m, uint64_t key);

#endif
