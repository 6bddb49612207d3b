// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Table and status lines from anywhere: "TABLE\nSTATUS". What can be read must come back from its
 * own print, and must print as a tree and as JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/show.h"
#include "core/model/dmtext.h"
#include "core/model/pgpolicy.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void reread(const struct map *m, const char *printed)
{
	struct topology *t = topology_new(NULL);
	struct map *again = topology_add_map(t);

	if (dm_table_parse(t, again, printed) || again->n_groups != m->n_groups ||
	    again->n_paths != m->n_paths)
		abort();
	topology_free(t);
}

static void use(struct topology *t, struct map *m, const char *status)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	int read = dm_status_parse(m, status);

	if (!read)
		for (unsigned int i = 0; i < m->n_groups; i++)
			pg_refresh(&m->groups[i]);
	show_map_tree(m, 2, NULL, false, &sb);
	show_maps_json(t, &sb);
	sb_clear(&sb);
	m->best_group = m->next_group;
	if (!dm_table_print(m, &sb))
		reread(m, sb_str(&sb));
	m->features = feature_add(t->arena, m->features, status);
	if (!features_equal(m->features, feature_add(t->arena, m->features, status), false))
		abort();
	feature_remove(t->arena, m->features, status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *table = malloc(size + 1), *status;
	struct topology *t = topology_new(NULL);
	struct map *m = topology_add_map(t);

	memcpy(table, data, size);
	table[size] = '\0';
	status = strchr(table, '\n');
	if (status)
		*status++ = '\0';
	if (dm_table_parse(t, m, table) == 0)
		use(t, m, status ? status : "");
	topology_free(t);
	free(table);
	return 0;
}
