/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - what a daemon does to its own process: going to the background, its pid file, and the
 * privileges without which it could not work just when it is needed: when disks fail.
 */
#ifndef MP_PROCESS_H
#define MP_PROCESS_H

#include <stdbool.h>

/* Fork twice, a session of its own, / as directory, standard streams on the null device. Returns in
 * the daemon alone; the caller's process ends with 0. -errno: nothing was done. */
int process_background(void);

/* The first fork's remains for a foreground daemon: / as directory, umask. */
void process_settle(void);

/*
 * Take the pid file: written, and locked (fcntl) for as long as the descriptor stays open. *ret_fd is
 * the caller's. -EAGAIN: another process holds it; -errno with what failed in *ret_what
 * ("open", "lock", "truncate").
 */
int process_pidfile(const char *path, int *ret_fd, const char **ret_what);

/* Each returns 0 or -errno; none is fatal. */
int process_spare_from_oom(void);	       /* oom_score_adj -1000 */
int process_lock_memory(void);		       /* what is mapped now, and later what is touched */
void process_give_back(void);		       /* free memory, to the system */
int process_real_time(void);		       /* SCHED_RR at the hard limit of RLIMIT_RTPRIO */
int process_max_fds(long want, long *ret_has); /* want < 0: as many as there can be */

#endif
