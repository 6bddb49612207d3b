/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.h - the parts of `minipath status`: one function a format, and the screen that is redrawn. */
#ifndef MP_STATUS_H
#define MP_STATUS_H

#include "core/engine/health.h"
#include "core/engine/show_fields.h"

struct host;
struct strbuf;

enum status_format { STATUS_TEXT, STATUS_JSON, STATUS_NAGIOS, STATUS_OPENMETRICS };

struct status_args {
	enum status_format format;
	struct health_ask ask;
	const char *baseline, *output; /* files, NULL: none */
	bool learn;
	int64_t timeout_ns;
	unsigned int watch; /* seconds between two looks, 0: look once */
};

/* One look. Adds the answer to @out and returns its level; what cannot be said in the format goes to
 * standard error. */
enum health_level status_look(struct host *h, const struct status_args *a, unsigned int columns,
			      struct strbuf *out);

/* Look again and again, until the program is ended. Returns when output fails. */
int status_watch(struct host *h, const struct status_args *a);

void status_text(const struct health *h, unsigned int columns, struct strbuf *out);
void status_json(const struct health *h, struct strbuf *out); /* one line */
void status_nagios(const struct health *h, const struct health_ask *ask, struct strbuf *out);
void status_metrics(const struct health *h, struct strbuf *out);

/* "2 maps, 4 of 4 paths usable", or why there is nothing to count. */
void status_counts(const struct health *h, struct strbuf *out);
/* The unusable or pending path @p in words: "checker faulty, dm failed, device offline". */
void status_path_words(const struct path *p, struct strbuf *out);
/* Text of a wildcard of show_fields.h, as it is. */
void status_field(enum show_kind kind, const struct show_obj *o, char letter, struct strbuf *out);

#endif
