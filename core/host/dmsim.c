// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table is cut into words once; everything points into that text. A group that has served I/O is
 * 'A' in the kernel's status, the others 'E'; as udev's rules read from every new map at once, the
 * group a table starts with is shown as active right after the load. The load does not open the
 * paths: a recorded machine has none.
 */
#include "core/host/dmsim.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 65536
#define COUNT_MAX 4096 /* paths, groups, arguments */

struct sim_path {
	char *dev;
	char **args;
	bool failed;
	unsigned int fails;
};

struct sim_group {
	char *selector, **sel_args;
	unsigned int n_sel_args, n_paths, n_args;
	struct sim_path *paths;
	bool bypassed;
};

struct dmsim {
	char *text, **words;
	unsigned int n_words;
	bool queueing;
	char **features; /* all but queue_if_no_path */
	unsigned int n_features;
	char **handler;
	unsigned int n_handler;
	struct sim_group *groups;
	unsigned int n_groups, current; /* counted from 1, 0: no groups */
};

struct reader {
	char **words;
	unsigned int n, at;
	bool bad;
};

/* Words of @text, which is cut in place. The list is the caller's to free(). */
static char **words_cut(char *text, unsigned int *ret_n)
{
	char **list = NULL, *save = NULL;
	unsigned int n = 0, cap = 0;

	for (char *w = strtok_r(text, " \t\r\n", &save); w; w = strtok_r(NULL, " \t\r\n", &save)) {
		if (n == cap) {
			char **bigger;

			cap = cap ? cap * 2 : 64;
			bigger = cap > WORDS_MAX ? NULL : realloc(list, cap * sizeof(*list));
			if (!bigger) {
				free(list);
				return NULL;
			}
			list = bigger;
		}
		list[n++] = w;
	}
	*ret_n = n;
	return list;
}

static char *word(struct reader *r)
{
	static char none[] = "";

	if (r->at < r->n)
		return r->words[r->at++];
	r->bad = true;
	return none;
}

static unsigned int count(struct reader *r)
{
	const char *w = word(r);
	char *end;
	unsigned long v = strtoul(w, &end, 10);

	if (*w < '0' || *w > '9' || *end || v > COUNT_MAX) {
		r->bad = true;
		return 0;
	}
	return (unsigned int)v;
}

static char **several(struct reader *r, unsigned int n)
{
	char **first = r->words + r->at;

	if (n > r->n - r->at) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return first;
}

/* queue_if_no_path is a switch, not text: messages turn it. */
static void features_read(struct dmsim *s, struct reader *r)
{
	unsigned int n = count(r), kept = 0;

	s->features = several(r, n);
	for (unsigned int i = 0; s->features && i < n; i++) {
		if (strcmp(s->features[i], "queue_if_no_path") == 0)
			s->queueing = true;
		else
			s->features[kept++] = s->features[i];
	}
	s->n_features = kept;
}

static void group_read(struct sim_group *g, struct reader *r)
{
	g->selector = word(r);
	g->n_sel_args = count(r);
	g->sel_args = several(r, g->n_sel_args);
	g->n_paths = count(r);
	g->n_args = count(r);
	if (r->bad || g->n_paths == 0) {
		r->bad = true;
		g->n_paths = 0;
		return;
	}
	g->paths = calloc(g->n_paths, sizeof(*g->paths));
	if (!g->paths) {
		r->bad = true;
		g->n_paths = 0;
		return;
	}
	for (unsigned int i = 0; i < g->n_paths; i++) {
		g->paths[i].dev = word(r);
		g->paths[i].args = several(r, g->n_args);
	}
}

static int sim_read(struct dmsim *s)
{
	struct reader r = { .words = s->words, .n = s->n_words };
	unsigned int groups;

	features_read(s, &r);
	s->n_handler = count(&r);
	s->handler = several(&r, s->n_handler);
	groups = count(&r);
	s->current = count(&r);
	if (r.bad || s->current > groups || (groups && !s->current))
		return -EINVAL;
	s->groups = calloc(groups + 1, sizeof(*s->groups));
	if (!s->groups)
		return -ENOMEM;
	for (; s->n_groups < groups && !r.bad; s->n_groups++)
		group_read(&s->groups[s->n_groups], &r);
	return r.bad || r.at != r.n ? -EINVAL : 0;
}

int dmsim_load(const char *table, struct dmsim **ret_sim)
{
	struct dmsim *s = calloc(1, sizeof(*s));
	int r = -ENOMEM;

	if (!s)
		return r;
	s->text = strdup(table);
	if (s->text)
		s->words = words_cut(s->text, &s->n_words);
	if (s->text)
		r = s->words ? sim_read(s) : -EINVAL;
	if (r < 0) {
		dmsim_free(s);
		return r;
	}
	*ret_sim = s;
	return 0;
}

void dmsim_free(struct dmsim *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < s->n_groups; i++)
		free(s->groups[i].paths);
	free(s->groups);
	free(s->words);
	free(s->text);
	free(s);
}

static struct sim_path *path_find(const struct dmsim *s, const char *dev)
{
	for (unsigned int g = 0; g < s->n_groups; g++)
		for (unsigned int i = 0; i < s->groups[g].n_paths; i++)
			if (strcmp(s->groups[g].paths[i].dev, dev) == 0)
				return &s->groups[g].paths[i];
	return NULL;
}

static void learn_group(struct dmsim *s, struct sim_group *g, struct reader *r)
{
	const char *state = word(r);
	unsigned int paths, args;

	if (g) {
		g->bypassed = *state == 'D';
		if (*state == 'A')
			s->current = (unsigned int)(g - s->groups) + 1;
	}
	several(r, count(r));
	paths = count(r);
	args = count(r);
	for (unsigned int i = 0; i < paths && !r->bad; i++) {
		struct sim_path *p = path_find(s, word(r));
		const char *active = word(r);
		unsigned int fails = count(r);

		several(r, args);
		if (p && !r->bad) {
			p->failed = *active == 'F';
			p->fails = fails;
		}
	}
}

void dmsim_learn(struct dmsim *s, const char *status)
{
	char *text = strdup(status);
	struct reader r = { 0 };
	unsigned int groups, current;

	if (text)
		r.words = words_cut(text, &r.n);
	if (r.words) {
		several(&r, count(&r));
		several(&r, count(&r));
		groups = count(&r);
		current = count(&r);
		if (!r.bad && current && current <= s->n_groups)
			s->current = current;
		for (unsigned int g = 0; g < groups && !r.bad; g++)
			learn_group(s, g < s->n_groups ? &s->groups[g] : NULL, &r);
	}
	free(r.words);
	free(text);
}

static int path_message(struct dmsim *s, const char *dev, bool fail)
{
	struct sim_path *p = path_find(s, dev);

	if (!p)
		return -EINVAL;
	if (fail && !p->failed)
		p->fails++;
	p->failed = fail;
	return 0;
}

static int group_message(struct dmsim *s, const char *verb, const char *number)
{
	char *end;
	unsigned long n = strtoul(number, &end, 10);

	if (*end || n == 0 || n > s->n_groups)
		return -EINVAL;
	if (strcmp(verb, "switch_group") == 0)
		s->current = (unsigned int)n;
	else if (strcmp(verb, "disable_group") == 0)
		s->groups[n - 1].bypassed = true;
	else if (strcmp(verb, "enable_group") == 0)
		s->groups[n - 1].bypassed = false;
	else
		return -EINVAL;
	return 0;
}

int dmsim_message(struct dmsim *s, const char *text)
{
	char verb[32], arg[32] = "";
	int n = sscanf(text, "%31s %31s", verb, arg);

	if (n == 1 && strcmp(verb, "queue_if_no_path") == 0)
		s->queueing = true;
	else if (n == 1 && strcmp(verb, "fail_if_no_path") == 0)
		s->queueing = false;
	else if (n != 2)
		return -EINVAL;
	else if (strcmp(verb, "fail_path") == 0)
		return path_message(s, arg, true);
	else if (strcmp(verb, "reinstate_path") == 0)
		return path_message(s, arg, false);
	else
		return group_message(s, verb, arg);
	return 0;
}

static void put_words(FILE *f, unsigned int n, char *const *words)
{
	for (unsigned int i = 0; i < n; i++)
		fprintf(f, " %s", words[i]);
}

static bool weighs_throughput(const struct sim_group *g)
{
	return strcmp(g->selector, "service-time") == 0;
}

static void put_table_group(FILE *f, const struct sim_group *g)
{
	/* The kernel prints service-time's throughput even where the table left it to default. */
	bool add = weighs_throughput(g) && g->n_args == 1;

	fprintf(f, " %s %u", g->selector, g->n_sel_args);
	put_words(f, g->n_sel_args, g->sel_args);
	fprintf(f, " %u %u", g->n_paths, g->n_args + add);
	for (unsigned int i = 0; i < g->n_paths; i++) {
		fprintf(f, " %s", g->paths[i].dev);
		put_words(f, g->n_args, g->paths[i].args);
		if (add)
			fputs(" 1", f);
	}
}

char *dmsim_table(const struct dmsim *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	fprintf(f, "%u", s->n_features + s->queueing);
	if (s->queueing)
		fputs(" queue_if_no_path", f);
	put_words(f, s->n_features, s->features);
	fprintf(f, " %u", s->n_handler);
	put_words(f, s->n_handler, s->handler);
	fprintf(f, " %u %u", s->n_groups, s->current);
	for (unsigned int g = 0; g < s->n_groups; g++)
		put_table_group(f, &s->groups[g]);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* What a selector says about an idle path. */
static void put_path_info(FILE *f, const struct sim_group *g, const struct sim_path *p)
{
	if (weighs_throughput(g))
		fprintf(f, " 0 %s", g->n_args > 1 ? p->args[1] : "1");
	else if (strcmp(g->selector, "queue-length") == 0)
		fputs(" 0", f);
	else if (strcmp(g->selector, "historical-service-time") == 0)
		fputs(" 0 0 0", f);
}

static unsigned int path_info_args(const struct sim_group *g)
{
	if (weighs_throughput(g))
		return 2;
	if (strcmp(g->selector, "queue-length") == 0)
		return 1;
	return strcmp(g->selector, "historical-service-time") == 0 ? 3 : 0;
}

char *dmsim_status(const struct dmsim *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	fprintf(f, "2 0 0 0 %u %u", s->n_groups, s->current);
	for (unsigned int i = 0; i < s->n_groups; i++) {
		const struct sim_group *g = &s->groups[i];
		char state = g->bypassed ? 'D' : i + 1 == s->current ? 'A' : 'E';

		fprintf(f, " %c 0 %u %u", state, g->n_paths, path_info_args(g));
		for (unsigned int k = 0; k < g->n_paths; k++) {
			const struct sim_path *p = &g->paths[k];

			fprintf(f, " %s %c %u", p->dev, p->failed ? 'F' : 'A', p->fails);
			put_path_info(f, g, p);
		}
	}
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
