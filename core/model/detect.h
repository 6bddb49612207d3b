/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * detect.h - which checker and prioritizer a device asks for by what it is (behaviour.md 6.2, 6.3).
 *
 * The engine collects struct detect_facts; the answers come from three questions to the device,
 * each asked only where the function beside it says so.
 */
#ifndef MP_DETECT_H
#define MP_DETECT_H

#include <stdbool.h>

#include "core/model/path.h"
#include "core/model/probe.h"

struct detect_facts {
	int tpgs;  /* as detect_tpgs() */
	bool rdac; /* page C9h is a valid RDAC page */
	bool ana;  /* the NVMe controller reports ANA */
};

/* TPGS of a device that can really be asked for its port groups: 0 where the INQUIRY data has none,
 * page 83h names no group, or @rtpg_works is false (the state of that group was not to be had). */
int detect_tpgs(const struct blkdev *d, bool rtpg_works);

/* Ask for page C9h? Not where the hardware table names another checker: @hw_checker, NULL: none. */
bool detect_wants_rdac(const struct blkdev *d, const char *hw_checker);

/* The detected one, NULL: what is configured holds. */
const struct prioritizer *detect_prio(const struct blkdev *d, const struct detect_facts *f);
const struct checker *detect_checker(const struct blkdev *d, const struct detect_facts *f);

#endif
