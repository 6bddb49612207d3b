// SPDX-License-Identifier: GPL-2.0-or-later
/* clock: the kernel's goes by itself, a virtual one only when turned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/host/clock.h"

static void test_virtual(void **state)
{
	struct clock c = { .virtual = true, .mono = 5, .real = 100 };

	(void)state;
	assert_int_equal(clock_mono(&c), 5);
	assert_int_equal(clock_mono(&c), 5);
	clock_turn(&c, 3 * NSEC_PER_SEC);
	assert_int_equal(clock_mono(&c), 3 * NSEC_PER_SEC + 5);
	assert_int_equal(clock_real(&c), 3 * NSEC_PER_SEC + 100);
}

static void test_kernel(void **state)
{
	struct clock c = { 0 };
	int64_t before = clock_mono(&c);

	(void)state;
	clock_turn(&c, 1000 * NSEC_PER_SEC);
	assert_true(clock_mono(&c) >= before);
	assert_true(clock_mono(&c) - before < 1000 * NSEC_PER_SEC);
	assert_true(clock_real(&c) > 1500000000LL * NSEC_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
