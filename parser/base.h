/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base.h - what every configuration starts from: built-in values, hardware rows and rules.
 *
 * It depends on the program alone, so one is made for any number of configurations, which share
 * its layers and compiled rules. It never changes, and lives longer than all that use it.
 */
#ifndef MP_BASE_H
#define MP_BASE_H

#include "parser/config.h"

enum base_rule { BASE_DEVNODE, BASE_DEVNODE_NATIVE, BASE_PROPERTY, BASE__MAX };

struct config_base {
	struct arena *arena;
	const struct layer *internal; /* built-in defaults */
	struct layers devices;	      /* rows of the hardware table, in order */
	struct rules rules;	      /* by enum base_rule */
	/* Products of those rows that are no storage; row[i] is the one that asks for rule i. */
	struct rules products;
	const struct layer **row;
};

/* Add to @r a copy of @rule, whose compiled expression stays the base's. */
void base_lend_rule(const struct rule *rule, struct arena *a, struct rules *r);

/*
 * The rule that @row of the hardware table asks for with product_blacklist, NULL: none is ready.
 * Rows are asked about in their order; @next is kept between the calls and is 0 at first.
 */
const struct rule *base_product_rule(const struct config_base *b, const struct layer *row,
				     unsigned int *next);

#endif
