// SPDX-License-Identifier: GPL-2.0-or-later
/* A list of fixed size: a decision never allocates and never fails. */
#include "core/model/note.h"

#include <stdarg.h>
#include <stdio.h>

void note_add(struct notes *n, int level, const char *fmt, ...)
{
	struct note *e;
	va_list ap;

	if (n->n == sizeof(n->list) / sizeof(n->list[0]))
		return;
	e = &n->list[n->n++];
	e->level = level;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
}
