/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hwtable.h - the built-in hardware table: what is known of storage arrays.
 */
#ifndef MP_HWTABLE_H
#define MP_HWTABLE_H

#include "parser/config.h"

/* All rows, for config_sources.builtin: static, in order (a later one wins), ends with .set NULL. */
const struct config_row *hwtable_rows(void);

#endif
