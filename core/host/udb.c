// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Property lists, the same for live and recorded devices: rows sorted by key, so that a search is
 * short and both implementations show a device in the same order.
 */
#include "core/host/udb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/udb_props.h"

int udev_props_add(struct udev_props *p, unsigned int *cap, const char *key, const char *value)
{
	struct udev_prop row;

	if (p->n == *cap) {
		unsigned int want = *cap ? *cap * 2 : 32;
		struct udev_prop *list = realloc(p->list, want * sizeof(*list));

		if (!list)
			return -ENOMEM;
		p->list = list;
		*cap = want;
	}
	row.key = strdup(key);
	row.value = strdup(value);
	if (!row.key || !row.value) {
		free(row.key);
		free(row.value);
		return -ENOMEM;
	}
	p->list[p->n++] = row;
	return 0;
}

static int key_order(const void *a, const void *b)
{
	return strcmp(((const struct udev_prop *)a)->key, ((const struct udev_prop *)b)->key);
}

void udev_props_sort(struct udev_props *p)
{
	if (p->n)
		qsort(p->list, p->n, sizeof(*p->list), key_order);
}

void udev_props_done(struct udev_props *p)
{
	for (unsigned int i = 0; i < p->n; i++) {
		free(p->list[i].key);
		free(p->list[i].value);
	}
	free(p->list);
	*p = (struct udev_props){ 0 };
}

const char *udev_prop(const struct udev_props *p, const char *key)
{
	const struct udev_prop want = { .key = (char *)key };
	const struct udev_prop *row;

	if (!p->n)
		return NULL;
	row = bsearch(&want, p->list, p->n, sizeof(*p->list), key_order);
	return row ? row->value : NULL;
}

void udb_free(struct udb *u)
{
	if (u)
		u->ops->free(u);
}
