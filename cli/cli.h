/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli.h - the names and verbs of the executable. Each main gets the host it works on, so that
 * replay runs the same code on a recorded one. */
#ifndef MP_CLI_H
#define MP_CLI_H

#include <stdbool.h>

#include "core/engine/version.h"

struct host;

int multipath_main(struct host *h, int argc, char **argv);
int multipathd_main(struct host *h, int argc, char **argv);
int multipathc_main(struct host *h, int argc, char **argv);
int kpartx_main(struct host *h, int argc, char **argv);
int kpartx_id_main(struct host *h, int argc, char **argv);
int mpathpersist_main(struct host *h, int argc, char **argv);
int scsi_id_main(struct host *h, int argc, char **argv);
int fmt_main(struct host *h, int argc, char **argv);
int replay_main(struct host *h, int argc, char **argv);
int lint_main(struct host *h, int argc, char **argv);
int capture_main(struct host *h, int argc, char **argv);
int explain_main(struct host *h, int argc, char **argv);
int status_main(struct host *h, int argc, char **argv);

/* The main that answers to a name, NULL: none. */
typedef int (*main_fn)(struct host *h, int argc, char **argv);
main_fn cli_find(const char *name);

/*
 * Go on in a child, so that a thread stuck in a dead device's ioctl cannot hold up whoever waits
 * for us: the parent takes the child's exit status as soon as it is known and ends.
 */
void guard_start(void);

/* The same with an end: after @timeout_ms the parent kills the child, prints @late (NULL: nothing)
 * on standard output and ends with @status. */
void guard_start_until(int timeout_ms, const char *late, int status);

/* The end of the program: flushes standard output and ends with @status (1 where the output could
 * not be written). Does not return. */
_Noreturn void guard_exit(int status);

#endif
