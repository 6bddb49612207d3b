/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The job owns an arena with its own copy of all that the worker reads, so that neither a path that
 * goes away nor a new configuration can pull anything from under a command that hangs. It goes on in
 * phases, so that it can stop where a command is left with the device and go on elsewhere.
 */
#include "core/engine/probejob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/ask.h"
#include "core/engine/log.h"
#include "core/model/detect.h"
#include "core/model/rdac.h"
#include "core/model/vpd.h"
#include "parser/arena.h"

#define DEFAULT_TIMEOUT_S 30

enum page { PAGE_INQUIRY, PAGE_80, PAGE_83, PAGE__MAX };
enum phase { PHASE_PAGES, PHASE_CHECK, PHASE_RANK, PHASE_END };

#define PAGE_ROOM 512

struct probe_job {
	struct arena *arena;
	struct host *host;
	/* in */
	struct blkdev dev;
	unsigned int want, timeout_ms;
	bool detect_checker, detect_prio;
	const char *checker_name, *prio_name, *prio_args, *hw_checker;
	bool prio_known;
	enum phase phase;
	bool talking; /* in this phase somebody asks */
	struct ask ask;
	struct probe probe;
	/* out */
	uint8_t *page[PAGE__MAX]; /* PAGE_ROOM bytes, NULL until asked for */
	uint32_t page_len[PAGE__MAX];
	const struct checker *checker;
	const struct prioritizer *prio;
	bool checker_detected, prio_detected, prio_fell_back;
	bool checked, ranked;
	struct check_verdict check;
	struct prio_verdict rank;
	struct probe_memory check_mem, prio_mem;
	uint32_t map_mem;
};

/* --- on the worker, or where nothing waits --------------------------------------------------- */

static uint8_t *page_room(struct probe_job *j, enum page nr)
{
	if (!j->page[nr])
		j->page[nr] = arena_alloc(j->arena, PAGE_ROOM);
	return j->page[nr];
}

static bool page_listed(const struct blkdev *d, uint8_t page)
{
	if (d->vpd_pages.len < 4)
		return true; /* the kernel has no list: ask */
	return memchr(d->vpd_pages.data + 4, page, d->vpd_pages.len - 4) != NULL;
}

static void fetch(struct probe_job *j, struct ask *a, enum page nr, struct bytes *have,
		  uint8_t page)
{
	bool vpd = nr != PAGE_INQUIRY;

	if (have->len || (vpd && !page_listed(&j->dev, page)))
		return;
	j->page_len[nr] = ask_inquiry(a, vpd, page, j->timeout_ms, page_room(j, nr),
				      nr == PAGE_INQUIRY ? 96 : 255);
	if (j->page_len[nr])
		*have = (struct bytes){ j->page[nr], j->page_len[nr] };
}

static void identify(struct probe_job *j, struct ask *a)
{
	if (j->dev.bus != BUS_SCSI)
		return;
	fetch(j, a, PAGE_INQUIRY, &j->dev.inquiry, 0);
	fetch(j, a, PAGE_83, &j->dev.vpd83, 0x83);
	fetch(j, a, PAGE_80, &j->dev.vpd80, 0x80);
}

/* Does the device answer for its port group? The kernel's handler has asked already where there is
 * an access state; otherwise alua's own question is the test. */
static bool rtpg_works(struct probe_job *j, struct ask *a)
{
	struct probe p = { .dev = &j->dev, .args = "", .timeout_ms = j->timeout_ms };
	struct prio_verdict v = { 0 };

	if (j->dev.access_state[0])
		return true;
	if (inquiry_tpgs(j->dev.inquiry.data, j->dev.inquiry.len) <= 0)
		return false;
	ask_prio(a, prio_find("alua"), &p, &v);
	return v.ok;
}

static bool rdac_answers(struct probe_job *j, struct ask *a)
{
	uint8_t page[RDAC_PAGE_LEN];
	uint32_t len;

	if (!detect_wants_rdac(&j->dev, j->hw_checker) || !page_listed(&j->dev, RDAC_PAGE))
		return false;
	len = ask_inquiry(a, true, RDAC_PAGE, j->timeout_ms, page, sizeof(page));
	return rdac_page_valid(page, len);
}

static void choose(struct probe_job *j, struct ask *a)
{
	struct detect_facts f = { 0 };

	if (j->detect_checker || j->detect_prio) {
		f.rdac = rdac_answers(j, a);
		f.tpgs = detect_tpgs(&j->dev, rtpg_works(j, a));
		f.ana = j->dev.bus == BUS_NVME && ask_ana(a, j->timeout_ms);
	}
	if (j->detect_checker)
		j->checker = detect_checker(&j->dev, &f);
	j->checker_detected = j->checker != NULL;
	if (!j->checker)
		j->checker = checker_find(j->checker_name);
	if (j->detect_prio)
		j->prio = detect_prio(&j->dev, &f);
	j->prio_detected = j->prio != NULL;
	if (!j->prio)
		j->prio = prio_find(j->prio_name);
	if (!(j->want & SURVEY_AGAIN) && j->prio && !strcmp(j->prio->name, "alua") &&
	    !j->prio_detected && inquiry_tpgs(j->dev.inquiry.data, j->dev.inquiry.len) <= 0) {
		j->prio = prio_find("const"); /* alua on a device without it would say nothing */
		j->prio_fell_back = true;
	}
}

static void check_begin(struct probe_job *j)
{
	j->talking = false;
	if (!(j->want & SURVEY_CHECK) || !j->checker)
		return;
	j->checked = true;
	if (j->checker->supports && !j->checker->supports(&j->dev)) {
		j->check.state = PATH_WILD;
		snprintf(j->check.msg, sizeof(j->check.msg), "%s", check_text(PATH_WILD));
		return;
	}
	j->probe = (struct probe){ .dev = &j->dev,
				   .args = "",
				   .timeout_ms = j->timeout_ms,
				   .mem = j->check_mem,
				   .map_mem = j->map_mem };
	ask_check_begin(&j->ask, j->checker, &j->probe, &j->check);
	j->talking = true;
}

static void check_end(struct probe_job *j)
{
	if (!j->talking)
		return;
	j->check_mem = j->probe.mem;
	j->map_mem = j->probe.map_mem;
}

static void rank_begin(struct probe_job *j)
{
	const char *args = j->prio_detected || j->prio_fell_back ? "" : j->prio_args;

	j->talking = false;
	if (!(j->want & SURVEY_PRIO) || !j->prio ||
	    (j->checked && j->check.state == PATH_DOWN && j->prio_known))
		return;
	j->ranked = true;
	if (j->prio->args_ok && j->prio->args_ok(args, j->rank.why)) {
		j->rank.ok = false;
		return;
	}
	j->probe = (struct probe){ .dev = &j->dev,
				   .args = args,
				   .timeout_ms = j->timeout_ms,
				   .mem = j->prio_mem,
				   .random = (uint32_t)clock_mono(&j->host->clock) };
	ask_prio_begin(&j->ask, j->prio, &j->probe, &j->rank);
	j->talking = true;
}

static void rank_end(struct probe_job *j)
{
	if (j->talking)
		j->prio_mem = j->probe.mem;
	ask_done(&j->ask);
}

/* The page as the device has it now, whatever is known. */
static void fetch_wwid(struct probe_job *j, struct ask *a)
{
	if (j->dev.bus == BUS_SCSI)
		j->page_len[PAGE_83] = ask_inquiry(a, true, 0x83, j->timeout_ms,
						   page_room(j, PAGE_83), PAGE_ROOM - 1);
}

static void pages(struct probe_job *j, struct ask *a)
{
	if (j->want & SURVEY_WWID)
		fetch_wwid(j, a);
	if (j->want & SURVEY_IDENTITY)
		identify(j, a);
	if (j->want & (SURVEY_CHECK | SURVEY_PRIO))
		choose(j, a);
}

/* Nothing is asked of the device before its checker. */
static bool pages_known(const struct probe_job *j)
{
	return (j->want & SURVEY_AGAIN) && !(j->want & (SURVEY_WWID | SURVEY_IDENTITY));
}

/* The end of the phase the job is in, and the beginning of the next. */
static void next_phase(struct probe_job *j)
{
	switch (j->phase) {
	case PHASE_PAGES:
		pages(j, &j->ask);
		check_begin(j);
		j->phase = PHASE_CHECK;
		break;
	case PHASE_CHECK:
		check_end(j);
		rank_begin(j);
		j->phase = PHASE_RANK;
		break;
	case PHASE_RANK:
		rank_end(j);
		j->talking = false;
		j->phase = PHASE_END;
		break;
	case PHASE_END:
		break;
	}
}

enum ask_progress probe_job_step(struct probe_job *j, bool may_wait, int stay_ms)
{
	enum ask_progress r;

	while (j->phase != PHASE_END) {
		if (j->phase == PHASE_PAGES && !may_wait && !pages_known(j))
			return ASK_BLOCKS;
		if (j->talking && (r = ask_step(&j->ask, may_wait, stay_ms)) != ASK_DONE)
			return r;
		next_phase(j);
	}
	return ASK_DONE;
}

void probe_job_run(void *job)
{
	probe_job_step(job, true, 0);
}

int probe_job_fd(const struct probe_job *j)
{
	return ask_fd(&j->ask);
}

void probe_job_may_leave(struct probe_job *j)
{
	j->ask.may_leave = true;
}

/* --- before ---------------------------------------------------------------------------------- */

static unsigned int timeout_ms(const struct engine *e, const struct path *p)
{
	int64_t s = config_num(e->cfg, KW_checker_timeout, 0);

	if (s <= 0)
		s = p->dev.timeout_s ? p->dev.timeout_s : DEFAULT_TIMEOUT_S;
	s = s > 3600 ? 3600 : s;
	if (e->opt.deadline_ns) {
		int64_t left = (e->opt.deadline_ns - clock_mono(&e->host->clock)) / NSEC_PER_MSEC;

		if (left < s * 1000)
			return left < 1 ? 1 : (unsigned int)left;
	}
	return (unsigned int)s * 1000;
}

/* The checker that a row of the hardware table names; detection asks (see detect.h). */
static const char *hw_checker(const struct path *p)
{
	const struct prop *v = props_get(&p->props, KW_path_checker);

	return v->origin == ORIGIN_HWTABLE && v->val ? v->val->str : NULL;
}

static const char *name_or(const struct props *p, enum kw_id kw, const char *otherwise)
{
	const char *s = props_str(p, kw);

	return s && *s ? s : otherwise;
}

struct probe_job *probe_job_new(struct engine *e, const struct path *p, unsigned int want)
{
	struct probe_job *j = calloc(1, sizeof(*j));
	struct arena *a;

	if (!j)
		return NULL;
	j->arena = a = arena_new();
	j->host = e->host;
	blkdev_copy(a, &p->dev, &j->dev);
	ask_init(&j->ask, j->host, &j->dev);
	snprintf(j->ask.generic, sizeof(j->ask.generic), "%s", p->dev.generic);
	j->want = want;
	j->timeout_ms = timeout_ms(e, p);
	if (!(want & SURVEY_AGAIN)) {
		j->detect_checker = props_yes(&p->props, KW_detect_checker);
		j->detect_prio = props_yes(&p->props, KW_detect_prio);
	}
	j->checker_name = arena_strdup(a, name_or(&p->props, KW_path_checker, "tur"));
	j->prio_name = arena_strdup(a, name_or(&p->props, KW_prio, "const"));
	j->prio_args = arena_strdup(a, name_or(&p->props, KW_prio_args, ""));
	j->hw_checker = hw_checker(p) ? arena_strdup(a, hw_checker(p)) : NULL;
	j->prio_known = p->has_prio;
	j->check_mem = p->check_mem;
	j->map_mem = p->map_mem;
	j->prio_mem = p->prio_mem;
	return j;
}

unsigned int probe_job_timeout_ms(const struct probe_job *j)
{
	return j->timeout_ms;
}

void probe_job_free(struct probe_job *j)
{
	if (!j)
		return;
	ask_done(&j->ask);
	arena_free(j->arena);
	free(j);
}

/* --- after ----------------------------------------------------------------------------------- */

static void keep_page(struct engine *e, const struct probe_job *j, enum page nr, struct bytes *into)
{
	if (into->len || !j->page_len[nr])
		return;
	into->data = arena_alloc(e->topo->arena, j->page_len[nr]);
	memcpy(into->data, j->page[nr], j->page_len[nr]);
	into->len = j->page_len[nr];
}

/* What was really used stands in the path's properties, with where it came from. */
static void put_choice(struct engine *e, struct path *p, enum kw_id kw, const char *name,
		       enum origin origin)
{
	struct kwval *v = arena_alloc(e->topo->arena, sizeof(*v));

	v->word = VW_STRING;
	v->str = name; /* static: a checker's or prioritizer's own */
	props_put(&p->props, kw, v, origin);
}

static void log_choice(const struct path *p, enum kw_id kw)
{
	mlog(3, "%s: %s = %s %s", p->dev.name, kw_get(kw)->name, props_str(&p->props, kw),
	     origin_text(props_get(&p->props, kw)->origin));
}

static void keep_choices(struct engine *e, const struct probe_job *j, struct path *p)
{
	if (j->checker_detected)
		put_choice(e, p, KW_path_checker, j->checker->name, ORIGIN_AUTODETECT);
	if (j->prio_detected)
		put_choice(e, p, KW_prio, j->prio->name, ORIGIN_AUTODETECT);
	if (j->prio_detected || j->prio_fell_back)
		put_choice(e, p, KW_prio_args, "", ORIGIN_AUTODETECT);
	if (j->prio_fell_back) {
		mlog(1, "%s: alua not supported", p->dev.name);
		put_choice(e, p, KW_prio, "const", ORIGIN_NO_ALUA);
	}
}

bool probe_job_verdict(const struct probe_job *j, enum path_state *ret_state)
{
	if (!(j->want & SURVEY_CHECK))
		return false;
	*ret_state = j->checker ? j->check.state : PATH_UNCHECKED;
	return true;
}

bool probe_job_wwid(const struct probe_job *j, char wwid[WWID_MAX])
{
	return j->page_len[PAGE_83] &&
	       !vpd83_wwid(j->page[PAGE_83], j->page_len[PAGE_83], wwid, WWID_MAX);
}

enum path_state probe_job_settled(const struct path *p, enum path_state s)
{
	/* these two are how a path came to be down; they show as "faulty" */
	if (s == PATH_TIMEOUT || s == PATH_DISCONNECTED)
		return PATH_DOWN;
	return s == PATH_UP && !p->dev.size ? PATH_GHOST : s;
}

static void keep_check(const struct probe_job *j, struct path *p)
{
	enum path_state state;

	if (!j->checker) {
		mlog(0, "%s: no path checker is named \"%s\"", p->dev.name, j->checker_name);
		return;
	}
	if (!(j->want & SURVEY_AGAIN)) {
		log_choice(p, KW_path_checker);
		mlog(3, "%s: checker timeout = %u s", p->dev.name, j->timeout_ms / 1000);
	}
	state = probe_job_settled(p, j->check.state);
	p->check_mem = j->check_mem;
	p->map_mem = j->map_mem;
	snprintf(p->check_msg, sizeof(p->check_msg), "%s", j->check.msg);
	mlog(3, "%s: %s state = %s", p->dev.name, j->checker->name, path_state_log(state));
	if (state != PATH_UP)
		mlog(3, "%s: %s checker%s", p->dev.name, j->checker->name, p->check_msg);
}

static void keep_rank(const struct engine *e, const struct probe_job *j, struct path *p)
{
	if (!j->prio) {
		mlog(0, "%s: no prioritizer is named \"%s\"", p->dev.name, j->prio_name);
		return;
	}
	p->prio_chosen = true;
	if (!(j->want & SURVEY_AGAIN)) {
		log_choice(p, KW_prio);
		mlog(3, "%s: prio args = \"%s\" %s", p->dev.name,
		     name_or(&p->props, KW_prio_args, ""),
		     origin_text(props_get(&p->props, KW_prio)->origin));
	}
	p->prio_mem = j->prio_mem;
	if (j->rank.has_tpg) {
		p->has_tpg = true;
		p->tpg = j->rank.tpg;
	}
	p->has_prio = j->rank.ok;
	p->prio = j->rank.prio;
	if (j->rank.ok)
		mlog(3, "%s: %s prio = %d", p->dev.name, j->prio->name, p->prio);
	/* some rank a path low because its answer was none; that is worth a word, too */
	if (j->rank.why[0])
		mlog(e->opt.query ? 3 : 0, "%s: %s", p->dev.name, j->rank.why);
}

void probe_job_keep(struct engine *e, const struct probe_job *j, struct path *p)
{
	if (j->ask.may_leave)
		memcpy(p->dev.generic, j->ask.generic, sizeof(p->dev.generic));
	keep_page(e, j, PAGE_INQUIRY, &p->dev.inquiry);
	keep_page(e, j, PAGE_80, &p->dev.vpd80);
	p->dev.vpd83_asked |= !p->dev.vpd83.len && j->page_len[PAGE_83];
	keep_page(e, j, PAGE_83, &p->dev.vpd83);
	if (!p->dev.serial[0] && p->dev.vpd80.len)
		vpd80_serial(p->dev.vpd80.data, p->dev.vpd80.len, p->dev.serial,
			     sizeof(p->dev.serial));
	keep_choices(e, j, p);
	if (j->want & SURVEY_CHECK)
		keep_check(j, p);
	if (j->ranked)
		keep_rank(e, j, p);
}
