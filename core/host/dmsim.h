/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dmsim.h - the kernel's multipath target in memory, for dmb_replay.c only: a table is loaded,
 * messages change it, table and status are printed as the kernel prints them.
 * Source: drivers/md/dm-mpath.c of Linux 6.1 and its path selectors.
 */
#ifndef MP_DMSIM_H
#define MP_DMSIM_H

struct dmsim;

/* -EINVAL: the kernel would refuse this table. */
int dmsim_load(const char *table, struct dmsim **ret_sim);
void dmsim_free(struct dmsim *s);

/* Take path and group states from a recorded status line; what does not fit is left as it is. */
void dmsim_learn(struct dmsim *s, const char *status);

/* fail_path DEV, reinstate_path DEV, switch_group N, enable_group N, disable_group N,
 * queue_if_no_path, fail_if_no_path; -EINVAL for the rest. */
int dmsim_message(struct dmsim *s, const char *text);

/* Text is the caller's; NULL: out of memory. */
char *dmsim_table(const struct dmsim *s);
char *dmsim_status(const struct dmsim *s);

#endif
