/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - one generation of the configuration: files in, layers out.
 *
 * A struct config owns its files, its arena, its layers and its diagnostics; config_free() frees
 * all of it. Nothing in it changes after config_load() returned it.
 */
#ifndef MP_CONFIG_H
#define MP_CONFIG_H

#include <regex.h>
#include <stdbool.h>

#include "parser/diag.h"
#include "parser/layer.h"

/* A rule of blacklist or blacklist_exceptions. */
enum rule_kind { RULE_DEVNODE, RULE_WWID, RULE_PROPERTY, RULE_PROTOCOL, RULE_DEVICE, RULE__MAX };

struct rule {
	enum rule_kind kind;
	bool builtin; /* "default rule" as against "config file rule" */
	struct srcloc loc;
	const char *pattern; /* as written; for RULE_DEVICE the vendor, NULL: not given */
	const char *product; /* RULE_DEVICE only; NULL: not given */
	/* For rule_matches(): compiled once; a plain or anchored text needs no expression. */
	struct rule_test {
		regex_t re;
		bool compiled, invert;
		bool lent; /* another rule owns the expression */
	} test, test_product;
};

struct rules {
	struct rule *list;
	unsigned int n, cap;
};

struct layers {
	struct layer **list;
	unsigned int n, cap;
};

/* A built-in hardware row, as text, for config_load() (see core/model/hwtable.h). */
struct config_set {
	enum kw_id kw;
	const char *text;
};

struct config_row {
	const struct config_set *set; /* ends with KW_NONE */
};

/*
 * What every configuration starts from: built-in values, hardware rows (@rows: ends with .set NULL,
 * no two of the same vendor, product and revision; NULL: none) and rules. Any number of
 * configurations may share one, which outlives them.
 */
struct config_base;
struct config_base *config_base_new(const struct config_row *rows);
void config_base_free(struct config_base *b);

struct config_sources {
	const char *root; /* prefix for every path that is opened ("" on a live host) */
	const char *file; /* the main file; may be absent from the disk */
	const char *dir;  /* the directory of drop-ins, NULL: none */
	/* The main file, read already and taken over (also on failure); NULL: read file. */
	struct srcfile *text;
	/* Explicit list in place of file and dir (lint), ends with NULL; NULL: none. */
	const char *const *files;
	/* The same, read already and taken over (also on failure), ends with NULL. */
	struct srcfile *const *texts;
	const struct bind_watch *watch; /* told of every line; NULL: nobody */
	/* Old names that this release of multipath-tools knew are taken as well; NULL: none. */
	const char *release;
	const struct config_base *base;	  /* NULL: one is made of @builtin for this load alone */
	const struct config_row *builtin; /* see config_base_new() */
	/* The kernel multipaths NVMe itself: the built-in devnode rule is without nvme. */
	bool nvme_native;
	const struct kwuserdb *users; /* for uid and gid; NULL: the system's */
	bool check_regex; /* report bad expressions of device sections too (for the linter) */
};

struct config {
	struct arena *arena;
	struct config_base *own_base; /* NULL: it is shared */
	struct srcfile **files;
	unsigned int n_files;
	struct diag_sink *diags;
	bool fatal;		      /* the main file is unusable; the layers hold what was read */
	const struct layer *internal; /* built-in defaults */
	const struct layer *defaults; /* as written */
	const struct layer
		*effective; /* defaults + internal + derived (max_polling_interval, ...) */
	const struct layer *overrides; /* NULL: no such section */
	struct layers protocols;       /* duplicates merged */
	/* Built-in rows, then the files'; duplicates merged; the last one wins. */
	struct layers devices;
	/*
	 * Sorted by WWID, duplicates merged. Where an alias belongs to another WWID already, the
	 * layer has none and merged_from is the one that has (it is what -t prints).
	 */
	struct layers multipaths;
	struct rules blacklist, exceptions;
};

/*
 * Does @text match the rule? For RULE_DEVICE, @text is the vendor and @product the product, and
 * both parts that are given have to match. A leading '!' is taken into account.
 */
bool rule_matches(const struct rule *r, const char *text, const char *product);

/*
 * Load everything. Returns 0 also when the text has errors (see @fatal and @diags); a negative
 * errno only where nothing could be made (-ENOMEM). An unreadable main file sets fatal.
 */
int config_load(const struct config_sources *src, struct config **ret_cfg);
void config_free(struct config *c);

/* The multipaths/multipath layer of @wwid, or NULL. */
const struct layer *config_multipath(const struct config *c, const char *wwid);

/* Effective value of a keyword that only defaults can set (polling_interval, ...). */
const struct kwval *config_value(const struct config *c, enum kw_id kw);
int64_t config_num(const struct config *c, enum kw_id kw, int64_t if_unset);
bool config_yes(const struct config *c, enum kw_id kw);

#endif
