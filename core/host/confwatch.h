/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confwatch.h - was the configuration on disk changed?
 *
 * A descriptor to poll. Seen are: the main file written, replaced or deleted, and files "*.conf" of the
 * drop-in folder likewise, also where the folder comes later. Files need not exist. Source: inotify(7).
 */
#ifndef MP_CONFWATCH_H
#define MP_CONFWATCH_H

#include <stdbool.h>

struct confwatch;

/* @file: the main file, @dir: the drop-in folder; both with a parent folder. 0 or -errno. */
int confwatch_live(const char *file, const char *dir, struct confwatch **ret_watch);
void confwatch_free(struct confwatch *w); /* NULL is fine */

int confwatch_fd(const struct confwatch *w); /* readable: call confwatch_changed() */

/* Take in what was told; was any of it of the configuration? */
bool confwatch_changed(struct confwatch *w);

#endif
