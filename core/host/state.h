/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - the small files that outlive us: wwids, bindings, prkeys, and markers below /run.
 *
 * A file is replaced by writing a temporary one beside it, fsync and rename: a reader sees the old
 * or the new text, whole. Writers hold an fcntl write lock on the file (the lock multipath-tools
 * takes) from state_lock() to state_unlock(), at most 30 s of waiting (-ETIMEDOUT). A marker is an
 * empty file; its name is checked here: one that is empty, longer than 127 bytes, "." or "..", or
 * that holds '/' or a control character is refused with -EINVAL and nothing is touched.
 */
#ifndef MP_STATE_H
#define MP_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct state;

enum state_file { STATE_WWIDS, STATE_BINDINGS, STATE_PRKEYS, STATE__FILES };
enum state_dir { STATE_FAILED_WWIDS, STATE_FIND_MULTIPATHS, STATE__DIRS };

/* @etc: "/etc/multipath", @run: "/run/multipath". @replay: read from disk, write to memory. */
int state_open(const char *etc, const char *run, bool replay, struct state **ret_state);
void state_free(struct state *s);

/* Whole text; *ret_text is the caller's to free(). -ENOENT where there is no such file. */
int state_read(struct state *s, enum state_file f, char **ret_text);
/* Was the file written since this was last asked, by whomever? (false in replay) */
bool state_changed(struct state *s, enum state_file f);
int state_replace(struct state *s, enum state_file f, const char *text);
int state_lock(struct state *s, enum state_file f); /* creates the file (0600) and its folder */
/* How long state_lock() waits for another holder: 30 s, unless a caller who must not wait says less. */
void state_patience(struct state *s, int64_t ns);
void state_unlock(struct state *s, enum state_file f);
const char *state_path(const struct state *s, enum state_file f); /* for messages */

int state_mark(struct state *s, enum state_dir d, const char *name);
int state_unmark(struct state *s, enum state_dir d, const char *name); /* absent: 0 */
bool state_marked(struct state *s, enum state_dir d, const char *name);
/* Modification time of a marker, nanoseconds of CLOCK_REALTIME; read and set. */
int state_mark_time(struct state *s, enum state_dir d, const char *name, int64_t *ret_ns);
int state_set_mark_time(struct state *s, enum state_dir d, const char *name, int64_t ns);

#endif
