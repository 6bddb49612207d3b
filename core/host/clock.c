// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two clocks behind one question: the kernel's, which nobody turns, and a virtual one, which stands
 * still until a test turns it. Turning moves monotonic and real time by the same amount, as they
 * move on a machine whose clock nobody sets.
 */
#include "core/host/clock.h"

#include <time.h>

static int64_t kernel_ns(clockid_t id)
{
	struct timespec ts = { 0 };

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

int64_t clock_mono(const struct clock *c)
{
	return c->virtual ? c->mono : kernel_ns(CLOCK_MONOTONIC);
}

int64_t clock_real(const struct clock *c)
{
	return c->virtual ? c->real : kernel_ns(CLOCK_REALTIME);
}

void clock_turn(struct clock *c, int64_t ns)
{
	if (!c->virtual)
		return;
	c->mono += ns;
	c->real += ns;
}
