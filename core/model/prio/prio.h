/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prio.h - the table of prioritizers, and what they share. A new prioritizer is one row here and
 * one file that defines it.
 */
#ifndef MP_PRIO_H
#define MP_PRIO_H

#include "core/model/probe.h"

#define PRIORITIZERS(X)                                                                            \
	X(const)                                                                                   \
	X(sysfs)                                                                                   \
	X(alua)                                                                                    \
	X(ana)                                                                                     \
	X(datacore)                                                                                \
	X(emc)                                                                                     \
	X(hds)                                                                                     \
	X(hp_sw)                                                                                   \
	X(iet)                                                                                     \
	X(ontap)                                                                                   \
	X(path_latency)                                                                            \
	X(random)                                                                                  \
	X(rdac)                                                                                    \
	X(weightedpath)

#define X(id) extern const struct prioritizer prio_##id;
PRIORITIZERS(X)
#undef X

#define PRIO_WHY_MAX 96

/* Fill the verdict and end. @v is zeroed first, so that a target port group is set afterwards. */
enum probe_next prio_done(struct prio_verdict *v, int prio);
enum probe_next prio_fail(struct prio_verdict *v, const char *why);
/* An error that has a priority all the same (most old prioritizers say 0). */
enum probe_next prio_poor(struct prio_verdict *v, int prio, const char *why);

/* What args_ok() returns: -EINVAL with the text in @why, where something is @wrong; NULL: nothing is. */
int prio_args_verdict(const char *wrong, char *why);

/* The path's target port group, from page 83h where it is known. */
void prio_set_tpg(struct prio_verdict *v, const struct blkdev *d);

/* The word exclusive_pref_bit among blank-separated arguments. */
bool prio_exclusive_pref(const char *args);

/* The next blank-separated word of *@args: its length, 0 at the end; *@args moves behind it. */
size_t prio_word(const char **args, const char **ret_word);

/* No request at all: judge() follows at once. */
void prio_no_io(struct probe *p, struct probe_req *req);

#endif
