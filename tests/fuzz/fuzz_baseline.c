// SPDX-License-Identifier: GPL-2.0-or-later
/* Baselines and JSON of any text: what is accepted has names and WWIDs that are safe to print. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/health.h"
#include "core/model/alias.h"
#include "core/model/jsontext.h"
#include "core/model/wwid.h"
#include "parser/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct arena *a = arena_new();
	struct health_baseline b;
	const struct json *v;
	unsigned int line = 0;

	memcpy(text, data, size);
	text[size] = '\0';
	if (health_baseline_parse(a, text, &b, &line)) {
		if (!line)
			abort();
		b.n = 0;
	}
	for (unsigned int i = 0; i < b.n; i++)
		if (!wwid_safe(b.list[i].wwid) || !alias_usable(b.list[i].name) ||
		    b.list[i].paths > 65536)
			abort();
	json_parse(a, text, &v);
	arena_free(a);
	free(text);
	return 0;
}
