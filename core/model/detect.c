/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Detection beats configuration, so that it must be sure: a device counts as ALUA only if it names
 * its target port group and the state of that group can be had.
 */
#include "core/model/detect.h"

#include <string.h>

#include "core/model/alua.h"
#include "core/model/check/check.h"
#include "core/model/prio/prio.h"
#include "core/model/vpd.h"

#define TPGS_IMPLICIT 1

int detect_tpgs(const struct blkdev *d, bool rtpg_works)
{
	unsigned int tpg;
	int tpgs;

	if (d->bus != BUS_SCSI || !rtpg_works)
		return 0;
	tpgs = inquiry_tpgs(d->inquiry.data, d->inquiry.len);
	if (tpgs <= 0 || vpd83_tpg(d->vpd83.data, d->vpd83.len, &tpg))
		return 0;
	return tpgs;
}

bool detect_wants_rdac(const struct blkdev *d, const char *hw_checker)
{
	return d->bus == BUS_SCSI && (!hw_checker || !strcmp(hw_checker, checker_rdac.name));
}

/* RDAC arrays with implicit transitions only do not tell the kernel when a state changes: what
 * sysfs says there grows stale. */
static bool sysfs_will_do(const struct blkdev *d, const struct detect_facts *f)
{
	return *d->access_state && !(f->tpgs == TPGS_IMPLICIT && f->rdac);
}

const struct prioritizer *detect_prio(const struct blkdev *d, const struct detect_facts *f)
{
	switch (d->bus) {
	case BUS_NVME:
		return f->ana ? &prio_ana : NULL;
	case BUS_SCSI:
		if (!f->tpgs)
			return NULL;
		return sysfs_will_do(d, f) ? &prio_sysfs : &prio_alua;
	default:
		return NULL;
	}
}

const struct checker *detect_checker(const struct blkdev *d, const struct detect_facts *f)
{
	if (d->bus != BUS_SCSI)
		return NULL;
	if (f->rdac)
		return &checker_rdac;
	return f->tpgs ? &checker_tur : NULL;
}
