/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dmtext.h - the multipath target's table and status lines: written, and read defensively.
 * Source: Linux drivers/md/dm-mpath.c parameter syntax (documented in
 * Documentation/admin-guide/device-mapper), device-mapper uevent documentation.
 * A line that is cut short, or whose counts lie, gives -EINVAL and no out-of-bounds access.
 */
#ifndef MP_DMTEXT_H
#define MP_DMTEXT_H

#include "core/model/map.h"

struct strbuf;

/* The wanted table of @m: features, hwhandler, groups, selector and per-path arguments
 * (behaviour.md 6.5; minio and rr_weight rules included). */
int dm_table_print(const struct map *m, struct strbuf *out);

/*
 * Read a table into @m: features, hwhandler, next group, minio, groups, selectors, paths. Paths are found
 * in @t by device number; unknown ones are added to @t with only devno set (and name ""). Every path
 * becomes a member of @m and is marked in_table. Nothing is changed on failure.
 */
int dm_table_parse(struct topology *t, struct map *m, const char *params);

/* Read a status line onto groups and paths made by dm_table_parse(): group states, path states,
 * fail counts, the kernel's next group. A status that speaks of other groups or paths than the
 * table did (the map was reloaded in between) is -ESTALE. Nothing is changed on failure. */
int dm_status_parse(struct map *m, const char *status);

/* Is the selector a table has what is wanted ("service-time 0")? One that is wanted without arguments
 * may have any: historical-service-time reports its defaults. @has may be NULL. */
bool selector_equal(const char *has, const char *wanted);

/* Does this feature string make the map bio-based ("queue_mode bio")? Such a map takes no hardware
 * handler and counts by rr_min_io. */
bool features_bio(const char *features);

/* Word lists with a leading count: "1 queue_if_no_path". A feature with an argument (queue_mode,
 * pg_init_retries, pg_init_delay_msecs) is one item and is found and removed by its name; words to
 * be added that are there already are not added again. Results are in the arena. */
bool feature_has(const char *features, const char *word);
const char *feature_add(struct arena *a, const char *features, const char *words);
const char *feature_remove(struct arena *a, const char *features, const char *word);
/* Same words in any order? (queue_if_no_path and the retain word apart where @ignore_queue) */
bool features_equal(const char *a, const char *b, bool ignore_queue);

#endif
