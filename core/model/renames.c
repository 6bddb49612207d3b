/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each wish waits for at most one other: the one whose map has the name. So from any wish there is
 * one chain to walk; it ends at a wish that waits for none, at one that is settled, or in a circle.
 * Walked back from its end, every name is free in turn.
 */
#include "core/model/renames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum mark { OPEN, ON_CHAIN, SETTLED };

static unsigned int waits_for(const struct naming *list, unsigned int n, unsigned int i)
{
	for (unsigned int k = 0; k < n; k++)
		if (list[k].from && !strcmp(list[k].from, list[i].to))
			return k;
	return n;
}

int renames_order(struct naming *list, unsigned int n, unsigned int *ret_order)
{
	unsigned int *chain = calloc(n + 1, sizeof(*chain)), done = 0;
	enum mark *mark = calloc(n + 1, sizeof(*mark));
	int r = chain && mark ? 0 : -ENOMEM;

	for (unsigned int i = 0; !r && i < n; i++)
		list[i].park = false;
	for (unsigned int i = 0; !r && i < n; i++) {
		unsigned int len = 0, k = i;

		for (; k < n && mark[k] == OPEN; k = waits_for(list, n, k)) {
			mark[k] = ON_CHAIN;
			chain[len++] = k;
		}
		if (k < n && mark[k] == ON_CHAIN)
			list[k].park = true;
		while (len) {
			mark[chain[--len]] = SETTLED;
			ret_order[done++] = chain[len];
		}
	}
	free(chain);
	free(mark);
	return r;
}
