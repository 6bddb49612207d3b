/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of hwtable.def as arrays of keyword and text. They become layers by the way a device
 * section of a file does, so the table can hold nothing that a file could not.
 */
#include "core/model/hwtable.h"

#define ROW(...)      { .set = (const struct config_set[]){ __VA_ARGS__{ KW_NONE, NULL } } },
#define SET(kw, text) { KW_##kw, text },

static const struct config_row rows[] = {
#include "core/model/hwtable.def"
	{ .set = NULL },
};

const struct config_row *hwtable_rows(void)
{
	return rows;
}
