// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Archives of any bytes. Checksums are put right first, else nearly every input ends at its first
 * header. What is accepted must stay below a folder, with no name twice and none below a file or link.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/tarfile.h"
#include "parser/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend_checksums(uint8_t *bytes, size_t size)
{
	for (size_t at = 0; at + 512 <= size; at += 512) {
		unsigned int sum = 0;

		if (!bytes[at])
			continue;
		memset(bytes + at + 148, ' ', 8);
		for (unsigned int i = 0; i < 512; i++)
			sum += bytes[at + i];
		snprintf((char *)bytes + at + 148, 8, "%06o", sum);
	}
}

static void check(const struct tar_member *m, const uint8_t *bytes, size_t size)
{
	if (!*m->path || *m->path == '/' || strstr(m->path, "//") || !strncmp(m->path, "../", 3) ||
	    strstr(m->path, "/../") || !strcmp(m->path, ".."))
		abort();
	if (m->kind == TAR_LINK && (!*m->target || *m->target == '/'))
		abort();
	if (m->kind == TAR_FILE &&
	    (m->data < bytes || m->size > size || m->data + m->size > bytes + size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	struct arena *a = arena_new();
	struct tar_member *list = NULL;
	struct tar_error err = { "", NULL };
	unsigned int n = 0;

	memcpy(bytes, data, size);
	mend_checksums(bytes, size);
	if (tar_parse(a, bytes, size, &list, &n, &err)) {
		if (!err.why)
			abort();
		n = 0;
	}
	for (unsigned int i = 0; i < n; i++)
		check(&list[i], bytes, size);
	for (unsigned int i = 1; i < n; i++) {
		size_t len = strlen(list[i - 1].path);

		if (list[i - 1].kind != TAR_DIR && !strncmp(list[i].path, list[i - 1].path, len) &&
		    (list[i].path[len] == '/' || !list[i].path[len]))
			abort();
	}
	arena_free(a);
	free(bytes);
	return 0;
}
