// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keywords to numbers, once per map and generation: which of the three algorithms against shaky
 * paths holds is decided here and nowhere else.
 */
#include "core/model/life.h"

#include "core/host/clock.h"
#include "parser/hash.h"

#define SAMPLE_MIN_S 120

static unsigned int count(const struct props *p, enum kw_id kw)
{
	int64_t n = p ? props_num(p, kw, 0) : 0;

	return n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (unsigned int)n;
}

static void marginal_rules(const struct props *map, struct life_rules *r)
{
	r->marginal = (struct marginal_rules){
		.sample_s = count(map, KW_marginal_path_err_sample_time),
		.gap_s = count(map, KW_marginal_path_err_recheck_gap_time),
		.double_failed_s = count(map, KW_marginal_path_double_failed_time),
		.rate_permille = count(map, KW_marginal_path_err_rate_threshold),
	};
	r->has_marginal = r->marginal.sample_s && r->marginal.gap_s &&
			  r->marginal.double_failed_s && r->marginal.rate_permille;
	if (r->marginal.sample_s < SAMPLE_MIN_S)
		r->marginal.sample_s = SAMPLE_MIN_S;
}

/* san_path_err_*, or delay_*_checks in their terms. */
static void san_rules(const struct props *map, struct life_rules *r)
{
	r->san_threshold = count(map, KW_san_path_err_threshold);
	r->san_forget = count(map, KW_san_path_err_forget_rate);
	r->san_recovery_s = count(map, KW_san_path_err_recovery_time);
	if (!r->san_threshold || !r->san_forget || !r->san_recovery_s) {
		r->san_threshold = 1;
		r->san_forget = count(map, KW_delay_watch_checks);
		r->san_recovery_s = count(map, KW_delay_wait_checks) * r->max_polling_s;
	}
	r->has_san = r->san_forget && r->san_recovery_s;
}

void life_rules(const struct props *path, const struct props *map, const struct config *cfg,
		struct life_rules *ret)
{
	const struct kwval *log = config_value(cfg, KW_log_checker_err);
	const struct kwval *groups = config_value(cfg, KW_marginal_pathgroups);
	struct life_rules r = {
		.polling_s = config_num(cfg, KW_polling_interval, 5),
		.log_once = log && log->word == VW_once,
		.recheck_wwid = path && props_yes(path, KW_recheck_wwid),
		.purge = map && props_yes(map, KW_purge_disconnected),
		.marginal_groups = groups && groups->word != VW_off,
	};

	r.max_polling_s = config_num(cfg, KW_max_polling_interval, 4 * r.polling_s);
	if (!groups || groups->word != VW_fpin) {
		marginal_rules(map, &r);
		if (!r.has_marginal)
			san_rules(map, &r);
	}
	*ret = r;
}

int64_t life_phase(const char *wwid, int64_t polling_s)
{
	return (int64_t)(hash_text(HASH_START, wwid) % (uint64_t)polling_s) * NSEC_PER_SEC;
}
