/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h - configuration text from the bytes of a fuzzer. Where the first byte is no ASCII the rest
 * are lines: a byte chooses the shape of a line, further ones its keywords and words from the
 * tables, and the text in it. Other inputs are the text themselves, as the seeds are.
 */
#ifndef MP_FUZZ_LINES_H
#define MP_FUZZ_LINES_H

#include <stddef.h>

#include "parser/keywords.h"
#include "parser/kwtype.h"
#include "parser/strbuf.h"

/* "%k" is a keyword, "%w" a word of the vocabulary, "%t" the text that follows in the input. */
static const char *const shapes[] = {
	"%t",
	"\t%k %t",
	"\t%k %w",
	"\t%k \"%t\"",
	"%k {",
	"}",
	"%k",
	"{",
	"\t%k = %w",
	"\t%k=%t",
	"\t%k %w,",
	"\t%k \"%w\", # %t",
	"\t%k '%t'",
	"\t%k \xe2\x80\x9c%w\xe2\x80\x9d",
	"%k { %k %w }",
	"\t%k %w %t\r",
	"\t%k # minipath-lint: disable=%t",
	"\xef\xbb\xbf%k {",
	"},",
	"defaults {",
	"multipaths {\n\tmultipath {\n\t\twwid %t",
	"devices {\n\tdevice {\n\t\tvendor %t\n\t\tproduct %w",
	"blacklist {\n\twwid %t",
	"blacklist_exceptions {\n\tdevnode %t",
	"overrides\n{\n\tprotocol\n\t{\n\t\ttype %w",
	"\t}\n}",
};

static const char *nth_word(unsigned int n)
{
	const struct vocab_entry *e = NULL;
	enum vocab_list list = 1 + n % (VL__MAX - 1);

	for (n = n / VL__MAX + 1; n--;) {
		const struct vocab_entry *next = vocab_next(list, e);

		if (!next)
			break;
		e = next;
	}
	return e ? e->text : "1";
}

struct input {
	const unsigned char *p, *end;
};

static unsigned int take(struct input *in)
{
	return in->p < in->end ? *in->p++ : 0;
}

static void add_text(struct input *in, struct strbuf *out)
{
	unsigned int n = take(in) % 24;

	while (n-- && in->p < in->end)
		sb_addc(out, (char)*in->p++);
}

static void add_line(struct input *in, struct strbuf *out)
{
	const char *s = shapes[take(in) % (sizeof(shapes) / sizeof(shapes[0]))];

	for (; *s; s++) {
		if (*s != '%') {
			sb_addc(out, *s);
			continue;
		}
		s++;
		if (*s == 'k')
			sb_add(out, kw_get(1 + take(in) % (KW__MAX - 1))->name);
		else if (*s == 'w')
			sb_add(out, nth_word(take(in)));
		else
			add_text(in, out);
	}
	sb_addc(out, '\n');
}

static inline void make_text(const unsigned char *data, size_t len, struct strbuf *out)
{
	struct input in = { data + 1, data + len };

	if (!len || data[0] < 0x80) {
		sb_addn(out, data, len);
		return;
	}
	while (in.p < in.end)
		add_line(&in, out);
}

#endif
