// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entries have fixed fields, so that the ring never allocates and an entry overwritten is gone whole.
 * What is printed comes from devices and configuration: it is made safe here, at the one way out.
 */
#include "core/model/evlog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/host/clock.h"
#include "parser/strbuf.h"

static const char *const object_names[] = {
	[EV_PATH] = "path",
	[EV_MAP] = "map",
	[EV_DAEMON] = "daemon",
};

struct ev_entry *evlog_add(struct evlog *l, int64_t mono_ns, int64_t real_ns, enum ev_object object,
			   const char *name)
{
	struct ev_entry *e = &l->ring[l->count++ % EVLOG_MAX];

	*e = (struct ev_entry){
		.mono_ns = mono_ns, .real_ns = real_ns, .object = object, .kind = ""
	};
	snprintf(e->name, sizeof(e->name), "%s", name);
	return e;
}

static unsigned int kept(const struct evlog *l)
{
	return l->count < EVLOG_MAX ? (unsigned int)l->count : EVLOG_MAX;
}

const struct ev_entry *evlog_get(const struct evlog *l, unsigned int i)
{
	if (i >= kept(l))
		return NULL;
	return &l->ring[(l->count - kept(l) + i) % EVLOG_MAX];
}

static void put_time(struct strbuf *out, int64_t real_ns)
{
	time_t s = (time_t)(real_ns / NSEC_PER_SEC);
	struct tm tm;
	char text[32];

	if (!gmtime_r(&s, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		text[0] = 0;
	sb_printf(out, "%s.%06uZ", text, (unsigned int)(real_ns % NSEC_PER_SEC / 1000));
}

/* "from -> to", or what there is of it. */
static void put_change(struct strbuf *out, const struct ev_entry *e)
{
	sb_add_safe(out, e->from);
	if (*e->from && *e->to)
		sb_add(out, " -> ");
	sb_add_safe(out, e->to);
}

static void put_part(struct strbuf *out, const char *before, const char *text)
{
	if (!*text)
		return;
	sb_add(out, before);
	sb_add_safe(out, text);
}

static void put_name(struct strbuf *out, const struct ev_entry *e)
{
	sb_add_safe(out, e->name);
	if (!*e->map)
		return;
	put_part(out, " (", e->map);
	sb_addc(out, ')');
}

void evlog_text(const struct evlog *l, struct strbuf *out)
{
	const struct ev_entry *e;

	for (unsigned int i = 0; (e = evlog_get(l, i)); i++) {
		put_time(out, e->real_ns);
		sb_addc(out, ' ');
		put_name(out, e);
		sb_printf(out, ": %s ", e->kind);
		put_change(out, e);
		put_part(out, ": ", e->cause);
		put_part(out, "; ", e->action);
		sb_addc(out, '\n');
	}
}

static void member(struct strbuf *out, const char *key, const char *text)
{
	sb_printf(out, ",\"%s\":", key);
	sb_add_json(out, text);
}

static void json_entry(struct strbuf *out, const struct ev_entry *e)
{
	sb_add(out, "{\"time\":\"");
	put_time(out, e->real_ns);
	sb_printf(out, "\",\"monotonic\":%.6f", (double)e->mono_ns / NSEC_PER_SEC);
	member(out, "object", object_names[e->object]);
	member(out, "name", e->name);
	member(out, "map", e->map);
	member(out, "kind", e->kind);
	member(out, "from", e->from);
	member(out, "to", e->to);
	member(out, "cause", e->cause);
	member(out, "action", e->action);
	sb_addc(out, '}');
}

void evlog_json(const struct evlog *l, struct strbuf *out)
{
	const struct ev_entry *e;

	sb_printf(out, "{\"version\":1,\"recorded\":%" PRIu64 ",\"events\":[", l->count);
	for (unsigned int i = 0; (e = evlog_get(l, i)); i++) {
		sb_add(out, i ? ",\n" : "\n");
		json_entry(out, e);
	}
	sb_add(out, "\n]}\n");
}

static bool same_subject(const struct ev_entry *a, const struct ev_entry *b)
{
	return a->object == b->object && !strcmp(a->name, b->name) && !strcmp(a->kind, b->kind);
}

/* Nothing newer is known of the same. */
static bool is_latest(const struct evlog *l, unsigned int at)
{
	const struct ev_entry *e = evlog_get(l, at), *newer;

	while ((newer = evlog_get(l, ++at)))
		if (same_subject(e, newer))
			return false;
	return true;
}

static void put_why(struct strbuf *out, const struct ev_entry *e, int64_t now_ns)
{
	put_name(out, e);
	sb_printf(out, ": %s ", e->kind);
	put_change(out, e);
	sb_printf(out, ", %.1f s ago (", (double)(now_ns - e->mono_ns) / NSEC_PER_SEC);
	put_time(out, e->real_ns);
	sb_add(out, ")\n");
	put_part(out, "  because: ", *e->cause ? e->cause : "not known");
	put_part(out, "\n  done: ", e->action);
	sb_addc(out, '\n');
}

static bool concerns(const struct ev_entry *e, const char *name)
{
	return *name && (!strcmp(e->name, name) || !strcmp(e->map, name));
}

bool evlog_why(const struct evlog *l, const char *name, int64_t now_mono_ns, struct strbuf *out)
{
	const struct ev_entry *e;
	bool any = false;

	for (unsigned int i = kept(l); i-- > 0 && (e = evlog_get(l, i));) {
		if (!concerns(e, name) || !is_latest(l, i))
			continue;
		put_why(out, e, now_mono_ns);
		any = true;
	}
	return any;
}
