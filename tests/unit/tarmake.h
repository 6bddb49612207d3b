/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tarmake.h - archives for the tests of the tar reader, any header one likes. */
#ifndef TARMAKE_H
#define TARMAKE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct tarmake {
	uint8_t bytes[32768];
	size_t len;
};

static inline void tarmake_head(struct tarmake *t, const char *name, char type, const char *link,
				uint64_t size)
{
	uint8_t *h = t->bytes + t->len;
	unsigned int sum = 0;

	memset(h, 0, 512);
	memcpy(h, name, strlen(name) < 100 ? strlen(name) : 100);
	memcpy(h + 157, link, strlen(link) < 100 ? strlen(link) : 100);
	memcpy(h + 100, "0000644", 7);
	if (size >> 33) { /* GNU's binary form */
		h[124] = 0x80;
		for (int i = 0; i < 8; i++)
			h[135 - i] = (uint8_t)(size >> 8 * i);
	} else {
		snprintf((char *)h + 124, 12, "%011llo", (unsigned long long)size);
	}
	memcpy(h + 136, "14000000000", 11);
	memcpy(h + 148, "        ", 8);
	h[156] = (uint8_t)type;
	memcpy(h + 257, "ustar\00000", 8);
	for (unsigned int i = 0; i < 512; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	t->len += 512;
}

static inline void tarmake_add(struct tarmake *t, const char *name, char type, const char *link,
			       const char *data, size_t len)
{
	tarmake_head(t, name, type, link, len);
	if (len)
		memcpy(t->bytes + t->len, data, len);
	t->len += (len + 511) / 512 * 512;
}

static inline void tarmake_end(struct tarmake *t)
{
	memset(t->bytes + t->len, 0, 1024);
	t->len += 1024;
}

#endif
