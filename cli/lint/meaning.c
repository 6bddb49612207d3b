/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What settings mean together. A check looks at one section (duplicates merged) and at what stands
 * behind it: overrides wins over it, defaults fills in. It speaks only of settings that a file has;
 * what a device section got from the built-in table is taken into account, not blamed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/lint/check.h"
#include "parser/arena.h"
#include "parser/features.h"
#include "parser/strbuf.h"

static const char *shown(struct lint *x, const struct setting *s)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	kw_print(s->kw, &s->val, &sb);
	return arena_strdup(x->a, sb_str(&sb));
}

/* The setting of overrides that wins over one of @l, NULL: there is none. */
static const struct setting *overrides_of(const struct lint *x, const struct layer *l,
					  enum kw_id kw)
{
	if (!x->cfg->overrides || (l->kind != LAYER_DEFAULTS && l->kind != LAYER_DEVICE))
		return NULL;
	return layer_get(x->cfg->overrides, kw);
}

/* @l's own setting, if it ever takes effect. */
static const struct setting *own(const struct lint *x, const struct layer *l, enum kw_id kw)
{
	return overrides_of(x, l, kw) ? NULL : layer_get(l, kw);
}

/* What holds for @l: its own setting, else that of overrides or defaults, built-in ones included. */
static const struct setting *holds(const struct lint *x, const struct layer *l, enum kw_id kw)
{
	const struct setting *s = own(x, l, kw);

	if (!s && x->cfg->overrides)
		s = layer_get(x->cfg->overrides, kw);
	return s ? s : layer_get(x->cfg->effective, kw);
}

static bool holds_word(const struct lint *x, const struct layer *l, enum kw_id kw,
		       enum vocab_word w)
{
	const struct setting *s = holds(x, l, kw);

	return s && s->val.word == w;
}

static bool is_number(const struct setting *s)
{
	return s && s->val.word == VW_NUMBER;
}

/* The later of two settings of the files, for the place of a diagnostic on both; NULL: neither. */
static const struct setting *blamed(const struct setting *a, const struct setting *b)
{
	if (!is_user(a) || !is_user(b))
		return is_user(a) ? a : is_user(b) ? b : NULL;
	return a->loc.start > b->loc.start ? a : b;
}

static void note_other(struct lint *x, struct diag *d, const struct setting *about,
		       const struct setting *other)
{
	if (is_user(other) && other != about)
		diag_note(x->diags, d, other->loc, "%s is set here", kw_get(other->kw)->name);
}

/* ---- settings without effect ---- */

void check_overridden(struct lint *x, const struct layer *l)
{
	for (unsigned int i = 0; i < l->n; i++) {
		const struct setting *s = &l->set[i], *wins = overrides_of(x, l, s->kw);
		struct diag *d;

		if (!is_user(s) || !is_user(wins) || kw_equal(s->kw, &s->val, &wins->val))
			continue;
		d = lint_tell(x, DIAG_overridden_setting, s->loc, kw_get(s->kw)->name, NULL, NULL);
		diag_note(x->diags, d, wins->loc, "overrides sets it here");
	}
}

static const struct layer *builtin_below(const struct lint *x, const struct layer *l)
{
	if (l->kind == LAYER_DEFAULTS)
		return x->cfg->internal;
	for (l = l->merged_from; l; l = l->merged_from) {
		if (l->kind == LAYER_BUILTIN_DEV)
			return l;
	}
	return NULL;
}

void check_default_value(struct lint *x, const struct layer *l)
{
	const struct layer *below = builtin_below(x, l);

	for (unsigned int i = 0; below && i < l->n; i++) {
		const struct setting *s = &l->set[i], *same = layer_get(below, s->kw);

		if (!is_user(s) || !same || s->kw == KW_vendor || s->kw == KW_product ||
		    !kw_equal(s->kw, &s->val, &same->val))
			continue;
		lint_tell(x, DIAG_default_value, s->loc, kw_get(s->kw)->name, shown(x, s),
			  l->kind == LAYER_DEFAULTS ? "" : " for this array");
	}
}

/* What detection chooses for devices with ALUA: a setting that says the same loses nothing. */
static const struct {
	enum kw_id kw, by;
	enum vocab_list names;
	const char *same[3];
} detected[] = {
	{ KW_prio, KW_detect_prio, VL_prioritizers, { "alua", "sysfs", "const" } },
	{ KW_path_checker, KW_detect_checker, VL_checkers, { "tur", "none" } },
};

static bool says_same(const char *const same[3], const char *text)
{
	for (int i = 0; i < 3 && same[i]; i++) {
		if (!strcmp(same[i], text))
			return true;
	}
	return false;
}

void check_detection(struct lint *x, const struct layer *l)
{
	for (size_t i = 0; i < sizeof(detected) / sizeof(detected[0]); i++) {
		const struct setting *s = layer_get(l, detected[i].kw);

		if (!is_user(s) || !s->val.str || says_same(detected[i].same, s->val.str) ||
		    !vocab_find(detected[i].names, s->val.str) ||
		    !holds_word(x, l, detected[i].by, VW_yes) ||
		    lint_before(x, kw_since(detected[i].by, SEC_DEFAULTS)))
			continue;
		lint_tell(x, DIAG_detection_wins, s->loc, kw_get(s->kw)->name,
			  kw_get(detected[i].by)->name, NULL);
	}
}

/* ---- time ---- */

/* Settings of overrides are held against those of defaults: said there, not of defaults once more. */
static bool left_to_overrides(const struct lint *x, const struct layer *l, enum kw_id a,
			      enum kw_id b)
{
	return l->kind == LAYER_DEFAULTS && (overrides_of(x, l, a) || overrides_of(x, l, b));
}

static const char *number(struct lint *x, const struct setting *s)
{
	return arena_printf(x->a, "%" PRId64, s->val.num);
}

void check_tmo_order(struct lint *x, const struct layer *l)
{
	const struct setting *fast = own(x, l, KW_fast_io_fail_tmo);
	const struct setting *loss = own(x, l, KW_dev_loss_tmo);
	const struct setting *at = blamed(fast, loss);
	struct diag *d;

	if (!at || left_to_overrides(x, l, KW_fast_io_fail_tmo, KW_dev_loss_tmo))
		return;
	fast = holds(x, l, KW_fast_io_fail_tmo);
	loss = holds(x, l, KW_dev_loss_tmo);
	if (!is_number(fast) || !is_number(loss) || fast->val.num < loss->val.num)
		return;
	d = lint_tell(x, DIAG_tmo_order, at->loc, number(x, fast), number(x, loss), NULL);
	note_other(x, d, at, at == fast ? loss : fast);
}

void check_polling_order(struct lint *x, const struct layer *l)
{
	const struct setting *min = layer_get(l, KW_polling_interval);
	const struct setting *max = layer_get(l, KW_max_polling_interval), *at;
	struct diag *d;

	at = blamed(min, max);
	if (!at || !is_number(min) || !is_number(max) || max->val.num >= min->val.num)
		return;
	d = lint_tell(x, DIAG_polling_order, at->loc, number(x, max), number(x, min), NULL);
	note_other(x, d, at, at == min ? max : min);
}

void check_dev_loss(struct lint *x, const struct layer *l)
{
	const struct setting *loss = own(x, l, KW_dev_loss_tmo);
	const struct setting *retry = own(x, l, KW_no_path_retry), *at;
	int64_t interval = config_num(x->cfg, KW_polling_interval, 1);
	const char *lasts;
	struct diag *d;

	at = blamed(loss, retry);
	if (left_to_overrides(x, l, KW_dev_loss_tmo, KW_no_path_retry))
		return;
	loss = holds(x, l, KW_dev_loss_tmo);
	retry = holds(x, l, KW_no_path_retry);
	if (!at || !is_number(loss) || !loss->val.num || loss->val.num >= INT32_MAX || !retry)
		return; /* that long is for ever */
	if (retry->val.word == VW_queue)
		lasts = "without end";
	else if (is_number(retry) && retry->val.num > loss->val.num / interval)
		lasts = arena_printf(x->a, "%" PRId64 " checks of %" PRId64 " s", retry->val.num,
				     interval);
	else
		return;
	d = lint_tell(x, DIAG_dev_loss_low, at->loc, number(x, loss), lasts, NULL);
	note_other(x, d, at, at == loss ? retry : loss);
}

/* ---- groups ---- */

void check_prio_unused(struct lint *x, const struct layer *l)
{
	const struct setting *prio = own(x, l, KW_prio);
	const struct setting *policy = own(x, l, KW_path_grouping_policy);
	struct diag *d;

	if (!is_user(prio) || !is_user(policy) || policy->val.word != VW_multibus)
		return;
	if (!prio->val.str || !strcmp(prio->val.str, kw_get(KW_prio)->def))
		return;
	d = lint_tell(x, DIAG_prio_unused, prio->loc, prio->val.str, NULL, NULL);
	note_other(x, d, prio, policy);
	diag_suggest(x->diags, d, false, "use path_grouping_policy \"%s\"",
		     vocab_text(VW_group_by_prio));
}

void check_failback_unused(struct lint *x, const struct layer *l)
{
	const struct setting *failback = own(x, l, KW_failback);
	const struct setting *policy = own(x, l, KW_path_grouping_policy);
	struct diag *d;

	if (!is_user(failback) || !is_user(policy) || policy->val.word != VW_multibus ||
	    failback->val.word == VW_manual)
		return;
	d = lint_tell(x, DIAG_failback_unused, failback->loc, NULL, NULL, NULL);
	note_other(x, d, failback, policy);
}

/* ---- shaky paths ---- */

/* The three ways, the one that wins first; each needs all of its settings. */
static const enum kw_id ways[3][5] = {
	{ KW_marginal_path_err_sample_time, KW_marginal_path_err_rate_threshold,
	  KW_marginal_path_err_recheck_gap_time, KW_marginal_path_double_failed_time },
	{ KW_san_path_err_threshold, KW_san_path_err_forget_rate, KW_san_path_err_recovery_time },
	{ KW_delay_watch_checks, KW_delay_wait_checks },
};

/* The first setting of a way that a file turned on. */
static const struct setting *way_on(const struct layer *l, const enum kw_id *kw)
{
	for (; *kw; kw++) {
		const struct setting *s = layer_get(l, *kw);

		if (is_user(s) && is_number(s))
			return s;
	}
	return NULL;
}

void check_marginal_mix(struct lint *x, const struct layer *l)
{
	const struct setting *wins = NULL, *s;

	for (int i = 0; i < 3; i++) {
		struct diag *d;

		s = way_on(l, ways[i]);
		if (s && wins) {
			d = lint_tell(x, DIAG_marginal_mix, s->loc, kw_get(s->kw)->name,
				      kw_get(wins->kw)->name, NULL);
			note_other(x, d, s, wins);
		}
		wins = wins ? wins : s;
	}
}

void check_marginal_incomplete(struct lint *x, const struct layer *l)
{
	for (int i = 0; i < 2; i++) {
		const struct setting *s = way_on(l, ways[i]);

		for (const enum kw_id *kw = ways[i]; s && *kw; kw++) {
			if (is_number(holds(x, l, *kw)))
				continue;
			lint_tell(x, DIAG_marginal_incomplete, s->loc, kw_get(s->kw)->name,
				  kw_get(*kw)->name, NULL);
			break;
		}
	}
}

/* ---- names ---- */

void check_friendly_cluster(struct lint *x, const struct layer *l)
{
	const struct setting *s = layer_get(l, KW_user_friendly_names);

	if (x->opt->strict && is_user(s) && s->val.word == VW_yes)
		lint_tell(x, DIAG_friendly_cluster, s->loc, NULL, NULL, NULL);
}

/* ---- queueing ---- */

static void tell_queue(struct lint *x, struct lint_queue *q)
{
	struct diag *d;

	if (!q->features.file)
		return;
	if (q->retry.file && strcmp(q->retry_text, vocab_text(VW_queue))) {
		d = lint_tell(x, DIAG_queue_conflict, q->features, q->retry_text, NULL, NULL);
		diag_note(x->diags, d, q->retry, "no_path_retry is set here");
		diag_suggest(x->diags, d, false, "take queue_if_no_path out of features");
	} else {
		d = lint_tell(x, DIAG_feature_queue, q->features, NULL, NULL, NULL);
		diag_suggest(x->diags, d, false, "use \"no_path_retry queue\"");
	}
}

void queue_end(struct lint *x)
{
	for (unsigned int i = 0; i < LINT_DEPTH; i++) {
		if (x->diags)
			tell_queue(x, &x->queue[i]);
		x->queue[i] = (struct lint_queue){ { 0 }, { 0 }, "" };
	}
}

static void note_features(struct lint *x, const struct lint_line *l, struct lint_queue *q)
{
	struct diag *d;

	if (features_have(l->value, "queue_if_no_path"))
		q->features = l->value_loc;
	if (!features_have(l->value, "retain_attached_hw_handler"))
		return;
	d = line_tell(x, l, DIAG_feature_retain, l->value_loc, NULL, NULL, NULL);
	diag_suggest(x->diags, d, false, "use \"retain_attached_hw_handler yes\"");
}

/* Follows the sections, as settings of a merged one are translated before layers are looked at. */
void check_queue(struct lint *x, const struct lint_line *l)
{
	struct lint_queue *q = &x->queue[l->bound->depth];

	if (l->line->kind == LINE_CLOSE && l->bound->depth) {
		tell_queue(x, q);
		*q = (struct lint_queue){ { 0 }, { 0 }, "" };
	} else if (l->kw == KW_features && l->line->n_tokens > 1) {
		note_features(x, l, q);
	} else if (l->kw == KW_no_path_retry && l->line->n_tokens > 1) {
		q->retry = l->value_loc;
		snprintf(q->retry_text, sizeof(q->retry_text), "%s", l->value);
	}
}
