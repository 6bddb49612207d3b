// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/renames.h"

#define MANY 500

/* Carry the order out on a set of names; every step must find its name free. */
static void play(struct naming *list, unsigned int n, unsigned int wanted_parked)
{
	const char *has[MANY];
	unsigned int order[MANY], parked = 0;

	assert_int_equal(renames_order(list, n, order), 0);
	for (unsigned int i = 0; i < n; i++) {
		has[i] = list[i].park ? "(parked)" : list[i].from ? list[i].from : "(none)";
		parked += list[i].park;
	}
	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int k = 0; k < n; k++)
			if (k != order[i])
				assert_string_not_equal(has[k], list[order[i]].to);
		has[order[i]] = list[order[i]].to;
	}
	for (unsigned int i = 0; i < n; i++)
		assert_string_equal(has[i], list[i].to);
	assert_int_equal(parked, wanted_parked);
}

static void independent_names_keep_their_order(void **state)
{
	struct naming l[] = { { "a", "x", true }, { NULL, "y", false }, { "c", "z", false } };
	unsigned int order[3];
	(void)state;

	assert_int_equal(renames_order(l, 3, order), 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(order[i], i);
	assert_false(l[0].park);
}

static void chains_run_from_the_free_end(void **state)
{
	struct naming l[] = { { "a", "b", false }, { "b", "c", false }, { "c", "d", false } };
	struct naming new_takes[] = { { NULL, "a", false }, { "a", "b", false } };
	(void)state;

	play(l, 3, 0);
	play(new_takes, 2, 0);
}

static void swaps_and_circles_park_one(void **state)
{
	struct naming swap[] = { { "a", "b", false }, { "b", "a", false } };
	struct naming circle[] = { { "a", "b", false },
				   { "b", "c", false },
				   { "c", "a", false },
				   { "x", "y", false },
				   { "y", "x", false } };
	(void)state;

	play(swap, 2, 1);
	play(circle, 5, 2);
}

/* A map that waits for a member of a circle waits for all of it; one circle parks one map. */
static void tails_hang_from_circles(void **state)
{
	struct naming l[] = { { "t", "a", false },
			      { "a", "b", false },
			      { "b", "c", false },
			      { "c", "b0", false },
			      { NULL, "t", false } };
	(void)state;

	play(l, 5, 0);
	l[3].to = "d";
	play(l, 5, 0);
}

static void a_map_that_wants_its_own_name(void **state)
{
	struct naming l[] = { { "a", "a", false } };
	unsigned int order[1];
	(void)state;

	assert_int_equal(renames_order(l, 1, order), 0);
	assert_int_equal(order[0], 0);
}

/* Every permutation of four names, and one long circle. */
static void all_permutations(void **state)
{
	static const char *names[] = { "a", "b", "c", "d" };
	static char text[MANY][8];
	struct naming l[MANY];
	(void)state;

	for (int p = 0; p < 256; p++) {
		unsigned int t[4] = { p & 3, p >> 2 & 3, p >> 4 & 3, p >> 6 }, circles = 0,
			     seen = 0;

		if (1u << t[0] ^ 1u << t[1] ^ 1u << t[2] ^ 1u << t[3] ^ 15)
			continue;
		for (unsigned int i = 0; i < 4; i++) {
			l[i] = (struct naming){ names[i], names[t[i]], false };
			for (unsigned int k = i; !(seen & 1u << k); k = t[k]) {
				circles += k == i && t[i] != i;
				seen |= 1u << k;
			}
			if (t[i] == i)
				l[i].from = NULL, l[i].to = "unrelated";
		}
		if (t[0] != 0 && t[1] != 1 && t[2] != 2 && t[3] != 3)
			play(l, 4, circles);
	}
	for (unsigned int i = 0; i < MANY; i++)
		snprintf(text[i], sizeof(text[i]), "m%u", i);
	for (unsigned int i = 0; i < MANY; i++)
		l[i] = (struct naming){ text[i], text[(i + 1) % MANY], false };
	play(l, MANY, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(independent_names_keep_their_order),
		cmocka_unit_test(chains_run_from_the_free_end),
		cmocka_unit_test(swaps_and_circles_park_one),
		cmocka_unit_test(tails_hang_from_circles),
		cmocka_unit_test(a_map_that_wants_its_own_name),
		cmocka_unit_test(all_permutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
