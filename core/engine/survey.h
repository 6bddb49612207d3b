/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey.h - ask devices: missing identity pages, path checkers, prioritizers. All paths at once,
 * one job each, under one deadline. A path that does not answer in time is "i/o pending"; one for
 * which no worker was free is left unchecked. Neither costs the others any time.
 */
#ifndef MP_SURVEY_H
#define MP_SURVEY_H

#include "core/engine/probejob.h"

/* Results go into the paths. Returns the number of paths whose job had not ended. */
unsigned int survey_paths(struct engine *e, struct path *const *paths, unsigned int n,
			  unsigned int want);

#endif
