/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - names of maps and the WWIDs we own, kept in the bindings and wwids files.
 *
 * Files are read once per run; an edit takes the file's lock, reads it again, changes it and
 * replaces it whole, so two of us, or we and multipath-tools, never lose each other's lines.
 */
#ifndef MP_NAMES_H
#define MP_NAMES_H

#include "core/engine/engine.h"

/* Read both files into @e (absent ones are empty). Reports bad binding lines. 0 or -errno. */
int names_load(struct engine *e);
/* names_load() has failed, and the look goes on: as if no name were bound and no WWID known. */
void names_go_without(struct engine *e);
bool names_wwids_seen(const struct engine *e); /* could the file of WWIDs be read? */

/* Somebody else may have written the files since: those that have changed are read again. */
void names_refresh(struct engine *e);

/*
 * Choose the alias of a wanted map (behaviour.md 5.5). @taken: a dm device has this name and it is
 * not the map's own. @current: name of the existing map with this WWID, NULL: none.
 */
void names_choose(struct engine *e, struct map *m, const char *current,
		  bool (*taken)(void *ctx, const char *alias), void *ctx);

bool names_wwid_known(const struct engine *e, const char *wwid);

/* 0 done, 1 nothing to do, -errno (logged with the file's name). */
int names_wwid_add(struct engine *e, const char *wwid);
int names_wwid_remove(struct engine *e, const char *wwid);
int names_wwids_reset(struct engine *e, const char *const *wwids);

/* The WWID that an alias stands for: multipaths section, then bindings; NULL: none. */
const char *names_wwid_of(struct engine *e, const char *alias);

#endif
