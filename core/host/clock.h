/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - time as an effect: the kernel's clocks, or one that a test turns. Nanoseconds. */
#ifndef MP_CLOCK_H
#define MP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
	bool virtual;
	int64_t mono, real; /* of a virtual clock */
};

#define NSEC_PER_SEC  1000000000LL
#define NSEC_PER_MSEC 1000000LL

int64_t clock_mono(const struct clock *c);
int64_t clock_real(const struct clock *c);
void clock_turn(struct clock *c, int64_t ns); /* virtual clocks only */

#endif
