/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small hands for tests that build topologies out of literals, and for comparing long texts. */
#ifndef TEST_TOPO_H
#define TEST_TOPO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/model/map.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

#define TOPO	  __attribute__((cleanup(topo_done))) struct topology
#define TEXT	  __attribute__((cleanup(sb_done))) struct strbuf
#define TEXT_INIT STRBUF_INIT

static inline void topo_done(struct topology **t)
{
	topology_free(*t);
}

/* "sda 8:0 2:0:0:1" and what most paths have. */
static inline struct path *topo_path(struct topology *t, const char *name, unsigned int maj,
				     unsigned int min)
{
	struct path *p = topology_add_path(t);

	snprintf(p->dev.name, sizeof(p->dev.name), "%s", name);
	p->dev.devno = makedev(maj, min);
	p->dev.bus = BUS_SCSI;
	p->state = p->sysfs_state = PATH_UP;
	return p;
}

static inline void topo_hcil(struct path *p, int host, int channel, int id, uint64_t lun)
{
	p->dev.has_hcil = true;
	p->dev.host = host;
	p->dev.channel = channel;
	p->dev.id = id;
	p->dev.lun = lun;
}

static inline void topo_prio(struct path *p, int prio)
{
	p->has_prio = true;
	p->prio = prio;
}

static inline struct map *topo_map(struct topology *t, const char *alias, const char *wwid)
{
	struct map *m = topology_add_map(t);

	snprintf(m->alias, sizeof(m->alias), "%s", alias);
	snprintf(m->wwid, sizeof(m->wwid), "%s", wwid);
	return m;
}

/* Values for props_put() that live as long as the test. */
static inline void topo_set_word(struct topology *t, struct props *p, enum kw_id kw,
				 enum vocab_word w)
{
	struct kwval *v = arena_alloc(t->arena, sizeof(*v));

	v->word = w;
	props_put(p, kw, v, ORIGIN_CONFIG);
}

static inline void topo_set_num(struct topology *t, struct props *p, enum kw_id kw, int64_t n)
{
	struct kwval *v = arena_alloc(t->arena, sizeof(*v));

	*v = (struct kwval){ .word = VW_NUMBER, .num = n };
	props_put(p, kw, v, ORIGIN_CONFIG);
}

static inline void topo_set_str(struct topology *t, struct props *p, enum kw_id kw, const char *s)
{
	struct kwval *v = arena_alloc(t->arena, sizeof(*v));

	*v = (struct kwval){ .word = VW_STRING, .str = s };
	props_put(p, kw, v, ORIGIN_CONFIG);
}

/* A generator with the same numbers on every run. */
static inline unsigned int topo_rand(uint64_t *state, unsigned int below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(*state >> 33) % below;
}

#endif
