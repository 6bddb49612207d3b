/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One generation of the configuration: read the built-in rows, the main file and the directory in
 * C order, then settle what the files say together. Duplicate device sections are merged after
 * each file, so that a file can only be told of its own; maps, protocols and rules once at the end.
 * Later rows win and stand where the later one stood, as with multipath-tools.
 */
#include "parser/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"
#include "parser/base.h"
#include "parser/bind.h"
#include "parser/features.h"
#include "parser/hash.h"
#include "parser/kwtype.h"
#include "parser/rules.h"
#include "parser/strbuf.h"

struct loader {
	const struct config_sources *src;
	const struct config_base *base;
	struct config *c;
	struct binding b;
	struct diag_sink *diags; /* the configuration's, or one that nobody reads */
	unsigned int files_cap;
};

static void tell(struct loader *l, enum diag_id id, struct srcloc loc, const char *a1,
		 const char *a2)
{
	diag_add(l->diags, id, loc, a1, a2, NULL, NULL);
}

static void add_builtin_rows(struct loader *l)
{
	const struct layers *rows = &l->base->devices;
	struct layers *list = &l->b.devices;

	list->cap = list->n = rows->n;
	list->list = arena_alloc(l->c->arena, (rows->n + 1) * sizeof(*list->list));
	if (rows->n)
		memcpy(list->list, rows->list, rows->n * sizeof(*list->list));
}

/* ---- duplicates ---- */

static uint32_t device_hash(const void *item)
{
	uint32_t h = hash_text(HASH_START, layer_str(item, KW_vendor));

	return hash_text(hash_text(h, layer_str(item, KW_product)), layer_str(item, KW_revision));
}

static bool device_same(const void *a, const void *b)
{
	return same_text(layer_str(a, KW_vendor), layer_str(b, KW_vendor)) &&
	       same_text(layer_str(a, KW_product), layer_str(b, KW_product)) &&
	       same_text(layer_str(a, KW_revision), layer_str(b, KW_revision));
}

/* What a device section lacks, in words; NULL: nothing. */
static const char *device_lacks(const struct layer *l)
{
	bool vendor = layer_str(l, KW_vendor), product = layer_str(l, KW_product);

	return vendor && product ? NULL : vendor ? "product" : product ? "vendor" : "them";
}

static void tell_device(struct loader *l, enum diag_id id, const struct layer *row,
			const struct layer *into, const char *file)
{
	struct diag *d;
	const char *revision = layer_str(row, KW_revision);
	bool merged = id == DIAG_device_merged;

	d = diag_add(l->diags, id, merged ? into->loc : row->loc, layer_str(row, KW_vendor),
		     layer_str(row, KW_product), revision ? revision : "(null)", file);
	if (row->loc.file)
		diag_note(l->diags, d, merged ? row->loc : into->loc, "merged with this one");
}

/* Deprecated features of a merged row become the settings that replaced them. */
static void translate_feature(struct loader *l, struct layer *row, const char *word, enum kw_id kw,
			      enum vocab_word means, enum diag_id id)
{
	__attribute__((cleanup(sb_done))) struct strbuf shown = STRBUF_INIT;
	struct arena *a = l->c->arena;
	const struct setting *features = layer_get(row, KW_features), *set = layer_get(row, kw);
	const char *vendor = layer_str(row, KW_vendor), *product = layer_str(row, KW_product);
	struct kwval val = { .word = VW_STRING };

	if (!features || !features_have(features->val.str, word))
		return;
	diag_add(l->diags, id, features->loc, vendor, product, NULL, NULL);
	if (!set) {
		layer_set(row, a, kw, (struct kwval){ .word = means }, features->loc);
		features = layer_get(row, KW_features);
	} else if (set->val.word != means) {
		kw_print(kw, &set->val, &shown);
		/* the record that tells the loser follows the one that tells the feature */
		diag_add(l->diags, id + 1, features->loc, vendor, product, sb_str(&shown), NULL);
	}
	val.str = features_without(features->val.str, word, a);
	layer_set(row, a, KW_features, val, features->loc);
}

static void translate_features(struct loader *l, struct layer *row)
{
	translate_feature(l, row, "queue_if_no_path", KW_no_path_retry, VW_queue,
			  DIAG_feature_queue);
	translate_feature(l, row, "retain_attached_hw_handler", KW_retain_attached_hw_handler,
			  VW_yes, DIAG_feature_retain);
}

/*
 * The rows of one file (@first and on), each with the next one like it; those before them differ
 * from each other already, so they are only looked up.
 */
static struct layer **find_duplicates(const struct layers *list, unsigned int first)
{
	struct seen seen = { .hash = device_hash, .same = device_same };
	struct layer **next = calloc(list->n + 1, sizeof(struct layer *));

	for (unsigned int i = list->n; next && i-- > 0;) {
		if (device_lacks(list->list[i]))
			continue;
		if (i < first) {
			next[i] = (struct layer *)seen_find(&seen, list->list[i]);
			continue;
		}
		next[i] = (struct layer *)seen_add(&seen, list->list[i]);
		if (next[i])
			seen_replace(&seen, list->list[i]);
	}
	seen_done(&seen);
	return next;
}

/*
 * Merge the device sections of one file (@first and on) with those before it and with each other:
 * every row but the last of its kind is folded into the next one like it.
 */
static int merge_devices(struct loader *l, unsigned int first, const char *file)
{
	struct layers *list = &l->b.devices;
	struct layer **next;
	unsigned int n = 0;

	if (list->n == first)
		return 0;
	next = find_duplicates(list, first);
	if (!next)
		return -ENOMEM;
	for (unsigned int i = 0; i < list->n; i++) {
		struct layer *row = list->list[i];
		const char *lacks = i >= first ? device_lacks(row) : NULL;

		if (lacks) {
			tell(l, DIAG_device_incomplete, row->loc, file, lacks);
		} else if (next[i]) {
			tell_device(l, i >= first ? DIAG_duplicate_device : DIAG_device_merged, row,
				    next[i], file);
			layer_inherit(next[i], l->c->arena, row);
			next[i]->merged_from = row;
			translate_features(l, next[i]);
		} else {
			list->list[n++] = row;
		}
	}
	list->n = n;
	free(next);
	return 0;
}

/* @row and @into have the same key; @into stands later and wins. */
static void fold(struct loader *l, struct layer *row, struct layer *into, enum kw_id key,
		 enum diag_id dup)
{
	struct diag *d = diag_add(l->diags, dup, row->loc, layer_str(row, key), NULL, NULL, NULL);

	diag_note(l->diags, d, into->loc, "merged with this one");
	layer_inherit(into, l->c->arena, row);
	into->merged_from = row;
}

static void tell_keyless(struct loader *l, const struct layers *list, unsigned int first,
			 enum kw_id key, enum diag_id id, const char *file)
{
	for (unsigned int i = first; i < list->n; i++) {
		if (!layer_str(list->list[i], key))
			tell(l, id, list->list[i]->loc, file, NULL);
	}
}

/* ---- files ---- */

static void add_file(struct loader *l, struct srcfile *f)
{
	struct config *c = l->c;

	c->files = arena_grow(c->arena, c->files, c->n_files, &l->files_cap, sizeof(*c->files));
	c->files[c->n_files++] = f;
}

/* multipath-tools stops here; what the file says as a whole is put in order, but in silence. */
static void refuse(struct loader *l)
{
	tell(l, DIAG_unusable_config, SRCLOC_NONE, NULL, NULL);
	l->diags = diag_sink_new(l->c->arena);
}

/* Files that somebody listed are all read to the end, whatever is in them. */
static bool is_list(const struct loader *l)
{
	return l->src->files || l->src->texts;
}

static int read_file(struct loader *l, const char *path, bool main_file, struct srcfile **ret_file)
{
	const char *full = arena_printf(l->c->arena, "%s%s", l->src->root, path);
	int err = 0;

	if (main_file && l->src->text)
		*ret_file = l->src->text;
	else
		err = srcfile_read(full, path, ret_file);
	if (err == 0 || err == -ENOMEM || (err == -ENOENT && main_file && !is_list(l)))
		return err;
	tell(l, DIAG_unreadable_file, SRCLOC_NONE, path, strerror(-err));
	l->c->fatal |= main_file;
	if (main_file && !is_list(l))
		refuse(l);
	return err;
}

/* @file is how multipath-tools calls it where it speaks of the file as a whole. */
static int load_text(struct loader *l, struct srcfile *f, const char *file, bool main_file)
{
	unsigned int devices = l->b.devices.n, protocols = l->b.protocols.n;
	bool bad = false;
	int err;

	add_file(l, f);
	err = bind_file(f, &l->b, &bad);
	if (err < 0)
		return err;
	l->c->fatal |= bad && main_file;
	if (bad && main_file && !is_list(l))
		refuse(l);
	if (merge_devices(l, devices, file) < 0)
		return -ENOMEM;
	tell_keyless(l, &l->b.protocols, protocols, KW_type, DIAG_protocol_incomplete, file);
	return 0;
}

static int load_file(struct loader *l, const char *path, const char *file, bool main_file)
{
	struct srcfile *f;
	int err = read_file(l, path, main_file, &f);

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	return load_text(l, f, file, main_file);
}

/* All are taken over, whatever happens. */
static int load_texts(struct loader *l)
{
	int err = 0;

	for (struct srcfile *const *f = l->src->texts; *f; f++) {
		if (err)
			srcfile_free(*f);
		else
			err = load_text(l, *f, srcfile_name(*f), true);
	}
	return err;
}

static bool is_conf(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && !strcmp(name + n - 5, ".conf");
}

static int compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static char **list_dir(struct loader *l, DIR *dir, unsigned int *ret_n)
{
	unsigned int n = 0, cap = 0;
	char **names = NULL;
	struct dirent *d;

	while ((d = readdir(dir))) {
		if (!is_conf(d->d_name))
			continue;
		names = arena_grow(l->c->arena, names, n, &cap, sizeof(*names));
		names[n++] = arena_strdup(l->c->arena, d->d_name);
	}
	if (n)
		qsort(names, n, sizeof(*names), compare_names);
	*ret_n = n;
	return names;
}

static int load_dir(struct loader *l, const char *path)
{
	const char *full = arena_printf(l->c->arena, "%s%s", l->src->root, path);
	DIR *dir = opendir(full);
	unsigned int n;
	char **names;
	int err = 0;

	if (!dir) {
		tell(l, errno == ENOENT ? DIAG_no_config_dir : DIAG_unreadable_dir, SRCLOC_NONE,
		     path, strerror(errno));
		return 0;
	}
	names = list_dir(l, dir, &n);
	closedir(dir);
	for (unsigned int i = 0; i < n && !err; i++)
		err = load_file(l, arena_printf(l->c->arena, "%s/%s", path, names[i]), names[i],
				false);
	return err;
}

static int load_files(struct loader *l)
{
	const char *const *f = l->src->files;
	int err = 0;

	if (l->src->texts)
		return load_texts(l);
	for (; f && *f && !err; f++)
		err = load_file(l, *f, *f, true);
	if (l->src->files)
		return err;
	err = load_file(l, l->src->file, l->src->file, true);
	if (!err && !l->c->fatal && l->src->dir)
		err = load_dir(l, l->src->dir);
	return err;
}

/* ---- what the files say together ---- */

struct placed {
	struct layer *layer;
	unsigned int place;
};

static int compare_wwids(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = strcmp(layer_str(x->layer, KW_wwid), layer_str(y->layer, KW_wwid));

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* By WWID, those of the same WWID in the order of the files; those without one are dropped. */
static int sort_multipaths(struct layers *list)
{
	struct placed *sorted = calloc(list->n + 1, sizeof(*sorted));
	unsigned int i, n = 0;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < list->n; i++) {
		if (layer_str(list->list[i], KW_wwid))
			sorted[n++] = (struct placed){ .layer = list->list[i], .place = i };
	}
	qsort(sorted, n, sizeof(*sorted), compare_wwids);
	for (i = 0; i < n; i++)
		list->list[i] = sorted[i].layer;
	list->n = n;
	free(sorted);
	return 0;
}

static uint32_t alias_hash(const void *item)
{
	return hash_text(HASH_START, layer_str(item, KW_alias));
}

static bool alias_same(const void *a, const void *b)
{
	return same_text(layer_str(a, KW_alias), layer_str(b, KW_alias));
}

/* An alias is the first WWID's that asks for it; the others go without. */
static void settle_aliases(struct loader *l)
{
	struct seen seen = { .hash = alias_hash, .same = alias_same };
	struct layers *list = &l->b.multipaths;

	for (unsigned int i = 0; i < list->n; i++) {
		struct layer *row = list->list[i], *copy;
		const struct setting *alias = layer_get(row, KW_alias);
		const struct layer *owner;
		struct diag *d;

		if (!alias)
			continue;
		owner = seen_add(&seen, row);
		if (!owner)
			continue;
		d = diag_add(l->diags, DIAG_alias_conflict, alias->loc, alias->val.str,
			     layer_str(row, KW_wwid), NULL, NULL);
		diag_note(l->diags, d, layer_get(owner, KW_alias)->loc, "%s has it",
			  layer_str(owner, KW_wwid));
		copy = layer_new(l->c->arena, row->kind, row->loc);
		layer_inherit(copy, l->c->arena, row);
		layer_unset(copy, KW_alias);
		copy->merged_from = row;
		list->list[i] = copy;
	}
	seen_done(&seen);
}

static int settle_multipaths(struct loader *l)
{
	struct layers *list = &l->b.multipaths;
	unsigned int n = 0;

	tell_keyless(l, list, 0, KW_wwid, DIAG_multipath_incomplete, "");
	if (sort_multipaths(list) < 0)
		return -ENOMEM;
	for (unsigned int i = 0; i < list->n; i++) {
		struct layer *row = list->list[i],
			     *next = i + 1 < list->n ? list->list[i + 1] : NULL;

		if (next && same_text(layer_str(row, KW_wwid), layer_str(next, KW_wwid)))
			fold(l, row, next, KW_wwid, DIAG_duplicate_multipath);
		else
			list->list[n++] = row;
	}
	list->n = n;
	settle_aliases(l);
	return 0;
}

static uint32_t type_hash(const void *item)
{
	return hash_text(HASH_START, layer_str(item, KW_type));
}

static bool type_same(const void *a, const void *b)
{
	return same_text(layer_str(a, KW_type), layer_str(b, KW_type));
}

static void settle_protocols(struct loader *l)
{
	struct seen seen = { .hash = type_hash, .same = type_same };
	struct layers *list = &l->b.protocols;
	unsigned int i, n = list->n;

	for (i = list->n; i-- > 0;) {
		struct layer *row = list->list[i], *last = NULL;

		if (!layer_str(row, KW_type))
			continue;
		last = (struct layer *)seen_add(&seen, row);
		if (last)
			fold(l, row, last, KW_type, DIAG_duplicate_protocol);
		else
			list->list[--n] = row;
	}
	if (n)
		memmove(list->list, list->list + n, (list->n - n) * sizeof(*list->list));
	list->n -= n;
	seen_done(&seen);
}

/* Products of an array that are no storage, as its device section names them. */
static void add_product_rule(struct loader *l, const struct layer *row)
{
	const struct setting *set = layer_get(row, KW_product_blacklist);
	char msg[128];

	if (!set || !rules_add_product(&l->b.blacklist, l->c->arena, row, msg, sizeof(msg)))
		return;
	diag_add(l->diags, DIAG_bad_product_rule, set->loc, layer_str(row, KW_vendor), set->val.str,
		 msg, NULL);
	l->c->fatal = true;
}

static void settle_rules(struct loader *l)
{
	const struct rule *ready = l->base->rules.list;
	const struct layers *rows = &l->b.devices;
	unsigned int next = 0;

	base_lend_rule(&ready[l->src->nvme_native ? BASE_DEVNODE_NATIVE : BASE_DEVNODE],
		       l->c->arena, &l->b.blacklist);
	base_lend_rule(&ready[BASE_PROPERTY], l->c->arena, &l->b.exceptions);
	for (unsigned int i = 0; i < rows->n; i++) {
		ready = base_product_rule(l->base, rows->list[i], &next);
		if (ready)
			base_lend_rule(ready, l->c->arena, &l->b.blacklist);
		else
			add_product_rule(l, rows->list[i]);
	}
	rules_dedup(&l->b.blacklist);
	rules_dedup(&l->b.exceptions);
}

/*
 * The checker's longest interval is four times the shortest unless it is set; where it alone is
 * set, the shortest is a quarter of it; and the shortest is never above the longest.
 */
static void derive_intervals(struct loader *l, struct layer *eff)
{
	const struct setting *min = layer_get(l->b.defaults, KW_polling_interval);
	const struct setting *max = layer_get(l->b.defaults, KW_max_polling_interval);
	struct kwval val = { .word = VW_NUMBER };
	struct srcloc loc = SRCLOC_NONE;

	if (!max) {
		val.num = 4 * layer_get(eff, KW_polling_interval)->val.num;
		layer_set(eff, l->c->arena, KW_max_polling_interval, val, loc);
		return;
	}
	val.num = max->val.num;
	if (min && min->val.num <= max->val.num)
		return;
	if (!min)
		val.num = max->val.num >= 4 ? max->val.num / 4 : 1;
	layer_set(eff, l->c->arena, KW_polling_interval, val, max->loc);
}

static const struct layer *effective_layer(struct loader *l)
{
	struct layer *eff = layer_new(l->c->arena, LAYER_DEFAULTS, l->b.defaults->loc);

	layer_inherit(eff, l->c->arena, l->b.defaults);
	layer_inherit(eff, l->c->arena, l->c->internal);
	derive_intervals(l, eff);
	return eff;
}

static int settle(struct loader *l)
{
	struct config *c = l->c;

	if (settle_multipaths(l) < 0)
		return -ENOMEM;
	settle_protocols(l);
	settle_rules(l);
	c->defaults = l->b.defaults;
	c->overrides = l->b.overrides;
	c->effective = effective_layer(l);
	c->protocols = l->b.protocols;
	c->devices = l->b.devices;
	c->multipaths = l->b.multipaths;
	return 0;
}

int config_load(const struct config_sources *src, struct config **ret_cfg)
{
	struct config *c = calloc(1, sizeof(*c));
	struct loader l = { .src = src, .c = c, .base = src->base };
	int err;

	if (!c)
		return -ENOMEM;
	if (!l.base)
		l.base = c->own_base = config_base_new(src->builtin);
	c->arena = arena_new();
	c->diags = diag_sink_new(c->arena);
	c->internal = l.base->internal;
	l.diags = c->diags;
	l.b = (struct binding){ .a = c->arena,
				.diags = c->diags,
				.users = src->users,
				.check_regex = src->check_regex,
				.watch = src->watch,
				.release = src->release,
				.defaults = layer_new(c->arena, LAYER_DEFAULTS, SRCLOC_NONE) };
	add_builtin_rows(&l);
	err = load_files(&l);
	if (!err)
		err = settle(&l);
	c->blacklist = l.b.blacklist;
	c->exceptions = l.b.exceptions;
	if (err < 0) {
		config_free(c);
		return err;
	}
	*ret_cfg = c;
	return 0;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; i < c->n_files; i++)
		srcfile_free(c->files[i]);
	rules_done(&c->blacklist);
	rules_done(&c->exceptions);
	arena_free(c->arena);
	config_base_free(c->own_base);
	free(c);
}

/* ---- questions ---- */

const struct layer *config_multipath(const struct config *c, const char *wwid)
{
	unsigned int low = 0, high = c->multipaths.n;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;
		int order = strcmp(wwid, layer_str(c->multipaths.list[mid], KW_wwid));

		if (!order)
			return c->multipaths.list[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct kwval *config_value(const struct config *c, enum kw_id kw)
{
	const struct setting *s = layer_get(c->effective, kw);

	return s ? &s->val : NULL;
}

int64_t config_num(const struct config *c, enum kw_id kw, int64_t if_unset)
{
	const struct kwval *v = config_value(c, kw);

	return v && v->word == VW_NUMBER ? v->num : if_unset;
}

bool config_yes(const struct config *c, enum kw_id kw)
{
	const struct kwval *v = config_value(c, kw);

	return v && v->word == VW_yes;
}
