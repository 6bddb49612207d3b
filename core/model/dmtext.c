// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both lines are lists of words that carry their own counts, and the kernel is only one of those
 * who may have written them. So a reader takes word after word from a cursor that cannot pass the
 * end of the text, believes a count only as far as words follow, and works in two passes: the first
 * one only looks, the second one stores. A line that cannot be used therefore changes nothing.
 */
#include "core/model/dmtext.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "parser/arena.h"
#include "parser/strbuf.h"

struct word {
	const char *s;
	size_t len;
};

/* The next blank-separated word at *pos; false at the end of the text. */
static bool next_word(const char **pos, struct word *ret)
{
	const char *s = *pos + strspn(*pos, " \t\n");

	*ret = (struct word){ s, strcspn(s, " \t\n") };
	*pos = s + ret->len;
	return ret->len > 0;
}

static bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(w.s, s, w.len) == 0;
}

/* Digits only, and it fits. */
static bool word_number(struct word w, unsigned int *ret)
{
	unsigned int n = 0;

	if (!w.len)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		unsigned int digit = (unsigned int)(unsigned char)w.s[i] - '0';

		if (digit > 9 || n > (UINT_MAX - digit) / 10)
			return false;
		n = 10 * n + digit;
	}
	*ret = n;
	return true;
}

/* "8:16", with numbers that a device number can hold. */
static bool word_devno(struct word w, dev_t *ret)
{
	const char *colon = memchr(w.s, ':', w.len);
	unsigned int maj, min;

	if (!colon)
		return false;
	if (!word_number((struct word){ w.s, (size_t)(colon - w.s) }, &maj) ||
	    !word_number((struct word){ colon + 1, w.len - (size_t)(colon + 1 - w.s) }, &min))
		return false;
	*ret = makedev(maj, min);
	return major(*ret) == maj && minor(*ret) == min;
}

static int take_number(const char **pos, unsigned int *ret)
{
	struct word w;

	return next_word(pos, &w) && word_number(w, ret) ? 0 : -EINVAL;
}

static int skip_words(const char **pos, unsigned int n)
{
	struct word w;

	for (; n; n--)
		if (!next_word(pos, &w))
			return -EINVAL;
	return 0;
}

/* A count and that many words. */
static int skip_list(const char **pos)
{
	unsigned int n;
	int r = take_number(pos, &n);

	return r ? r : skip_words(pos, n);
}

/* The words between @from and @to with one blank between them, in the arena. */
static char *words_copy(struct arena *a, const char *from, const char *to)
{
	char *out = arena_alloc(a, (size_t)(to - from) + 1), *p = out;
	struct word w;

	while (from < to && next_word(&from, &w) && from <= to) {
		if (p > out)
			*p++ = ' ';
		p = (char *)memcpy(p, w.s, w.len) + w.len;
	}
	return out;
}

/* Repeat count of one path: the kernel reads an unsigned number. */
static unsigned int path_minio(const struct map *m, const struct path *p, int64_t minio)
{
	if (props_word(&m->props, KW_rr_weight) == VW_priorities && p->has_prio && p->prio > 0)
		minio *= p->prio;
	return minio < 0 ? 0 : minio > INT_MAX ? INT_MAX : (unsigned int)minio;
}

static void group_print(const struct map *m, const struct pathgroup *g, int64_t minio,
			struct strbuf *out)
{
	sb_printf(out, " %s %u 1", g->selector ? g->selector : m->selector, g->n);
	for (unsigned int i = 0; i < g->n; i++)
		sb_printf(out, " %u:%u %u", major(g->paths[i]->dev.devno),
			  minor(g->paths[i]->dev.devno), path_minio(m, g->paths[i], minio));
}

int dm_table_print(const struct map *m, struct strbuf *out)
{
	bool bio = m->queue_bio || features_bio(m->features);
	int64_t minio = props_num(&m->props, bio ? KW_rr_min_io : KW_rr_min_io_rq, bio ? 1000 : 1);
	unsigned int first = m->best_group ? m->best_group : 1;

	if (m->n_groups && first > m->n_groups)
		return -EINVAL;
	for (unsigned int i = 0; i < m->n_groups; i++)
		if (!m->groups[i].selector && !m->selector)
			return -EINVAL;
	sb_printf(out, "%s %s %u %u", m->features ? m->features : "0",
		  m->hwhandler && !bio ? m->hwhandler : "0", m->n_groups, m->n_groups ? first : 0);
	for (unsigned int i = 0; i < m->n_groups; i++)
		group_print(m, &m->groups[i], minio, out);
	return 0;
}

/* Both passes over a table. @m is NULL in the first one. */
struct table_reader {
	const char *pos;
	struct topology *t;
	struct map *m;
	struct pathgroup *groups;
	unsigned int n_groups, minio;
};

static void store_path(struct table_reader *r, struct pathgroup *g, dev_t devno)
{
	struct path *p = topology_path(r->t, devno);

	if (!p) {
		p = topology_add_path(r->t);
		p->dev.devno = devno;
	}
	map_add_path(r->t, r->m, p);
	group_add_path(r->t, g, p);
	p->in_table = true;
}

/* NAME N_ARGS ARG... N_PATHS N_PATH_ARGS (DEVNO ARG...)... */
static int read_group(struct table_reader *r, unsigned int nr)
{
	struct pathgroup *g = r->m ? &r->groups[nr] : NULL;
	unsigned int n_paths, n_args;
	const char *selector, *args;
	struct word w;
	dev_t devno;

	if (!next_word(&r->pos, &w))
		return -EINVAL;
	selector = w.s;
	if (skip_list(&r->pos))
		return -EINVAL;
	if (g)
		g->selector = words_copy(r->t->arena, selector, r->pos);
	if (take_number(&r->pos, &n_paths) || take_number(&r->pos, &n_args))
		return -EINVAL;
	for (; n_paths; n_paths--) {
		if (!next_word(&r->pos, &w) || !word_devno(w, &devno))
			return -EINVAL;
		args = r->pos;
		if (skip_words(&r->pos, n_args))
			return -EINVAL;
		if (!r->minio && n_args)
			take_number(&args, &r->minio);
		if (g)
			store_path(r, g, devno);
	}
	return 0;
}

static int read_table(struct table_reader *r)
{
	const char *features = r->pos, *hwhandler;
	unsigned int next;

	if (skip_list(&r->pos))
		return -EINVAL;
	hwhandler = r->pos;
	if (skip_list(&r->pos))
		return -EINVAL;
	if (r->m) {
		r->m->features = words_copy(r->t->arena, features, hwhandler);
		r->m->hwhandler = words_copy(r->t->arena, hwhandler, r->pos);
	}
	if (take_number(&r->pos, &r->n_groups) || take_number(&r->pos, &next) || next > r->n_groups)
		return -EINVAL;
	if (r->m) {
		r->groups = arena_alloc(r->t->arena, r->n_groups * sizeof(*r->groups) + 1);
		r->m->next_group = next;
	}
	for (unsigned int i = 0; i < r->n_groups; i++)
		if (read_group(r, i))
			return -EINVAL;
	return r->pos[strspn(r->pos, " \t\n")] ? -EINVAL : 0;
}

int dm_table_parse(struct topology *t, struct map *m, const char *params)
{
	struct table_reader look = { .pos = params }, store = { .pos = params, .t = t, .m = m };
	int r = read_table(&look);

	if (r)
		return r;
	read_table(&store);
	m->groups = store.groups;
	m->n_groups = store.n_groups;
	m->minio = store.minio;
	if (m->n_groups)
		m->selector = m->groups[0].selector;
	return 0;
}

static const struct {
	const char *letter;
	enum pg_state state;
} group_states[] = { { "A", PG_ACTIVE }, { "E", PG_ENABLED }, { "D", PG_DISABLED } };

static int read_group_state(const char **pos, enum pg_state *ret)
{
	struct word w;

	if (!next_word(pos, &w))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(group_states) / sizeof(group_states[0]); i++)
		if (word_is(w, group_states[i].letter)) {
			*ret = group_states[i].state;
			return 0;
		}
	return -EINVAL;
}

/* DEVNO A|F FAIL_COUNT INFO... */
static int read_path_status(const char **pos, struct path *p, unsigned int n_info, bool store)
{
	struct word dev, state;
	unsigned int failures;
	dev_t devno;

	if (!next_word(pos, &dev) || !word_devno(dev, &devno) || !next_word(pos, &state) ||
	    (!word_is(state, "A") && !word_is(state, "F")) || take_number(pos, &failures) ||
	    skip_words(pos, n_info))
		return -EINVAL;
	if (devno != p->dev.devno)
		return -ESTALE;
	if (store) {
		p->dm = word_is(state, "A") ? DMP_ACTIVE : DMP_FAILED;
		p->failures = failures;
	}
	return 0;
}

/* STATE N_SELECTOR_INFO INFO... N_PATHS N_PATH_INFO PATH... */
static int read_group_status(const char **pos, struct pathgroup *g, bool store)
{
	unsigned int n_paths, n_info;
	enum pg_state state;

	if (read_group_state(pos, &state) || skip_list(pos) || take_number(pos, &n_paths) ||
	    take_number(pos, &n_info))
		return -EINVAL;
	if (n_paths != g->n)
		return -ESTALE;
	for (unsigned int i = 0; i < n_paths; i++) {
		int r = read_path_status(pos, g->paths[i], n_info, store);

		if (r)
			return r;
	}
	if (store)
		g->state = state;
	return 0;
}

static int read_status(struct map *m, const char *pos, bool store)
{
	unsigned int n_groups, next;

	if (skip_list(&pos) || skip_list(&pos) || take_number(&pos, &n_groups) ||
	    take_number(&pos, &next) || next > n_groups)
		return -EINVAL;
	if (n_groups != m->n_groups)
		return -ESTALE;
	for (unsigned int i = 0; i < n_groups; i++) {
		int r = read_group_status(&pos, &m->groups[i], store);

		if (r)
			return r;
	}
	if (pos[strspn(pos, " \t\n")])
		return -EINVAL;
	if (store)
		m->next_group = next;
	return 0;
}

int dm_status_parse(struct map *m, const char *status)
{
	int r = read_status(m, status, false);

	return r ? r : read_status(m, status, true);
}

bool selector_equal(const char *has, const char *wanted)
{
	struct word h, w;

	if (!has || !next_word(&has, &h) || !next_word(&wanted, &w) || h.len != w.len ||
	    memcmp(h.s, w.s, w.len) != 0)
		return false;
	for (bool first = true; next_word(&wanted, &w); first = false) {
		if (first && word_is(w, "0"))
			return true;
		if (!next_word(&has, &h) || h.len != w.len || memcmp(h.s, w.s, w.len) != 0)
			return false;
	}
	return true;
}

/* Features that take the next word as their argument. */
static const char *const with_argument[] = { "queue_mode", "pg_init_retries",
					     "pg_init_delay_msecs" };

/* The next feature with its argument; false at the end. */
static bool next_item(const char **pos, struct word *ret)
{
	struct word arg;

	if (!next_word(pos, ret))
		return false;
	for (size_t i = 0; i < sizeof(with_argument) / sizeof(with_argument[0]); i++)
		if (word_is(*ret, with_argument[i]) && next_word(pos, &arg))
			ret->len = (size_t)(arg.s + arg.len - ret->s);
	return true;
}

/* Past the count of "2 a b". */
static const char *items_of(const char *features)
{
	struct word count;

	if (!features)
		return "";
	next_word(&features, &count);
	return features;
}

/* Is @item the feature @name: word for word, or its first word? Blanks count as one. */
static bool item_is(struct word item, const char *name)
{
	const char *a = item.s, *end = item.s + item.len, *b = name;
	struct word wa, wb;

	while (next_word(&b, &wb))
		if (a >= end || !next_word(&a, &wa) || wa.len != wb.len ||
		    memcmp(wa.s, wb.s, wa.len) != 0)
			return false;
	return b != name;
}

bool feature_has(const char *features, const char *word)
{
	const char *pos = items_of(features);
	struct word item;

	while (next_item(&pos, &item))
		if (item_is(item, word))
			return true;
	return false;
}

bool features_bio(const char *features)
{
	return feature_has(features, "queue_mode bio");
}

/* Append the words of @item to "a b " and count them. */
static unsigned int put_item(struct strbuf *sb, struct word item)
{
	const char *pos = item.s, *end = item.s + item.len;
	unsigned int n = 0;
	struct word w;

	for (; pos < end && next_word(&pos, &w); n++) {
		sb_addc(sb, ' ');
		sb_addn(sb, w.s, w.len);
	}
	return n;
}

const char *feature_add(struct arena *a, const char *features, const char *words)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	const char *pos = items_of(features);
	struct word item;
	unsigned int n = 0;

	while (next_item(&pos, &item))
		n += put_item(&sb, item);
	for (pos = words; next_item(&pos, &item);) {
		const char *name = arena_strndup(a, item.s, item.len);

		if (!feature_has(features, name))
			n += put_item(&sb, item);
	}
	return arena_printf(a, "%u%s", n, sb_str(&sb));
}

const char *feature_remove(struct arena *a, const char *features, const char *word)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	const char *pos = items_of(features);
	struct word item;
	unsigned int n = 0;

	while (next_item(&pos, &item))
		if (!item_is(item, word))
			n += put_item(&sb, item);
	return arena_printf(a, "%u%s", n, sb_str(&sb));
}

static bool item_ignored(struct word item, bool ignore_queue)
{
	return ignore_queue &&
	       (item_is(item, "queue_if_no_path") || item_is(item, "retain_attached_hw_handler"));
}

static bool item_equal(struct word a, struct word b)
{
	const char *pa = a.s, *pb = b.s;
	struct word wa, wb;

	while (pa < a.s + a.len && pb < b.s + b.len) {
		next_word(&pa, &wa);
		next_word(&pb, &wb);
		if (wa.len != wb.len || memcmp(wa.s, wb.s, wa.len) != 0)
			return false;
	}
	return pa == a.s + a.len && pb == b.s + b.len;
}

/* How often @item stands in @features; 0 for what is ignored. */
static unsigned int item_count(const char *features, struct word item)
{
	const char *pos = items_of(features);
	unsigned int n = 0;
	struct word other;

	while (next_item(&pos, &other))
		n += item_equal(item, other);
	return n;
}

static bool items_within(const char *a, const char *b, bool ignore_queue)
{
	const char *pos = items_of(a);
	struct word item;

	while (next_item(&pos, &item))
		if (!item_ignored(item, ignore_queue) && item_count(a, item) != item_count(b, item))
			return false;
	return true;
}

bool features_equal(const char *a, const char *b, bool ignore_queue)
{
	return items_within(a, b, ignore_queue) && items_within(b, a, ignore_queue);
}
