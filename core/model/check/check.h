/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - the table of path checkers, and what they share. A new checker is one row here and one
 * file that defines it.
 */
#ifndef MP_CHECK_H
#define MP_CHECK_H

#include "core/model/probe.h"

#define CHECKERS(X)                                                                                \
	X(tur)                                                                                     \
	X(directio)                                                                                \
	X(readsector0)                                                                             \
	X(rdac)                                                                                    \
	X(emc_clariion)                                                                            \
	X(hp_sw)                                                                                   \
	X(cciss_tur)                                                                               \
	X(none)

#define X(id) extern const struct checker checker_##id;
CHECKERS(X)
#undef X

#define CHECK_NO_FD " has no usable fd"

/* Fills the verdict and ends the check; @msg NULL: the text all checkers share for @state. */
enum probe_next check_done(struct check_verdict *v, enum path_state state, const char *msg);

/* The device could not be opened. */
enum probe_next check_no_fd(struct check_verdict *v);

bool check_is_scsi(const struct blkdev *d);

/* READ(10) of the first block, into a buffer that holds the largest logical block. */
void check_read_first(struct probe *p, struct probe_req *req);

#endif
