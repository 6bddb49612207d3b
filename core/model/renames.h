/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * renames.h - in which order maps can be given their names. Pure.
 *
 * A name is free only when the map that has it has been renamed. Where names go round in a circle
 * (two maps change names) one of them must give its name up first.
 */
#ifndef MP_RENAMES_H
#define MP_RENAMES_H

#include <stdbool.h>

struct naming {
	const char *from; /* name it has, unique among all; NULL: a new map */
	const char *to;	  /* name it wants */
	bool park;	  /* out: first give it a name that nobody wants */
};

/*
 * Fill @ret_order (room for @n) with the indices of @list so that each name is free when its turn
 * comes, once those marked park are out of the way. What does not depend on others keeps its place.
 * Names that maps outside the list have are not looked at. 0 or -ENOMEM.
 */
int renames_order(struct naming *list, unsigned int n, unsigned int *ret_order);

#endif
