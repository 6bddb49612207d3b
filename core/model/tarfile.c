/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pass over the blocks; long names and pax records apply to the member that follows them. Then
 * the list is sorted by path, so that a name that stands twice, or below a file or link, is the
 * neighbour of what it collides with. Source: POSIX.1-2017 pax, "pax Interchange Format"; GNU tar
 * manual, "Basic Tar Format".
 */
#include "core/model/tarfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"

#define BLOCK	  512
#define PATH_MOST 4096

struct reader {
	struct arena *a;
	const uint8_t *bytes;
	size_t len, at;
	struct tar_error *err;
	/* for the next member; NULL: as its header says */
	const char *path, *target;
	bool has_size;
	uint64_t size;
	uint64_t total;
	struct tar_member *list;
	unsigned int n, cap;
};

static int refuse(struct reader *r, const char *member, const char *why)
{
	size_t i = 0;

	for (; member && member[i] && i + 1 < sizeof(r->err->member); i++)
		r->err->member[i] =
			(unsigned char)member[i] < ' ' || member[i] == 0x7f ? '?' : member[i];
	r->err->member[i] = '\0';
	r->err->why = why;
	return -EINVAL;
}

static int cut_short(struct reader *r, const char *member)
{
	const char *last = r->n ? r->list[r->n - 1].path : "its beginning";

	return refuse(r, member ? member : last, "the archive is cut short here");
}

/* Octal digits, or (first bit set) a binary number; UINT64_MAX: neither. */
static uint64_t number(const uint8_t *field, size_t len)
{
	uint64_t v = 0;
	size_t i = 0;

	if (field[0] & 0x80) {
		for (i = 0; i < len; i++) {
			if (v >> 55)
				return UINT64_MAX;
			v = v << 8 | (i ? field[i] : field[i] & 0x7f);
		}
		return v;
	}
	while (i < len && field[i] == ' ')
		i++;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++) {
		if (v >> 60)
			return UINT64_MAX;
		v = v << 3 | (uint64_t)(field[i] - '0');
	}
	return i == len || field[i] == ' ' || !field[i] ? v : UINT64_MAX;
}

static bool checksum_fits(const uint8_t *h)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : h[i];
	return number(h + 148, 8) == sum;
}

static const char *field_text(struct reader *r, const uint8_t *field, size_t len)
{
	return arena_strndup(r->a, (const char *)field, strnlen((const char *)field, len));
}

/* --- names ----------------------------------------------------------------------------------- */

/* NULL: fine; else why not. */
static const char *path_bad(const char *path)
{
	if (!*path)
		return "it has no name";
	if (*path == '/')
		return "its name is absolute";
	if (strlen(path) >= PATH_MOST)
		return "its name is too long";
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && !strncmp(p, "..", 2))
			return "its name has a \"..\"";
		if (n > 255)
			return "its name is too long";
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
				return "its name has control characters";
		p += n;
		p += strspn(p, "/");
	}
	return NULL;
}

/* Without ".", doubled and final slashes. */
static const char *path_plain(struct reader *r, const char *path)
{
	char *out = arena_alloc(r->a, strlen(path) + 1), *at = out;

	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if (n && !(n == 1 && *p == '.')) {
			if (at > out)
				*at++ = '/';
			memcpy(at, p, n);
			at += n;
		}
		p += n;
		p += strspn(p, "/");
	}
	*at = '\0';
	return out;
}

/* Does @target, seen from the folder that @path is in, stay inside the archive? */
static const char *target_bad(const char *path, const char *target)
{
	int depth = 0;

	if (!*target || *target == '/' || strlen(target) >= PATH_MOST)
		return "it is a link that leads out of the archive";
	for (; (path = strchr(path, '/')); path++)
		depth++;
	for (const char *p = target; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && !strncmp(p, "..", 2))
			depth--;
		else if (n && !(n == 1 && *p == '.'))
			depth++;
		if (depth < 0)
			return "it is a link that leads out of the archive";
		p += n;
		p += strspn(p, "/");
	}
	return NULL;
}

/* --- records that speak of the next member --------------------------------------------------- */

static int pax_size(struct reader *r, const char *value)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno)
		return refuse(r, r->path, "its pax size is no number");
	r->has_size = true;
	r->size = v;
	return 0;
}

/* "LENGTH KEY=VALUE\n", again and again. */
static int pax_records(struct reader *r, const uint8_t *data, size_t len)
{
	while (len) {
		const char *text = (const char *)data, *space = memchr(data, ' ', len);
		size_t n = 0, head;
		char *key, *eq;

		for (const char *p = text; space && p < space; p++) {
			if (*p < '0' || *p > '9' || n > PATH_MOST * 16)
				return refuse(r, r->path, "its pax header makes no sense");
			n = n * 10 + (size_t)(*p - '0');
		}
		head = space ? (size_t)(space - text) + 1 : 0;
		if (!space || n <= head + 1 || n > len || text[n - 1] != '\n')
			return refuse(r, r->path, "its pax header makes no sense");
		key = arena_strndup(r->a, text + head, n - head - 1);
		if (strlen(key) != n - head - 1)
			return refuse(r, r->path, "its pax header has a NUL");
		eq = strchr(key, '=');
		if (!eq)
			return refuse(r, r->path, "its pax header makes no sense");
		*eq = '\0';
		if (!strcmp(key, "path"))
			r->path = eq + 1;
		else if (!strcmp(key, "linkpath"))
			r->target = eq + 1;
		else if (!strncmp(key, "GNU.sparse.", 11))
			return refuse(r, r->path, "it is a sparse file");
		else if (!strcmp(key, "size") && pax_size(r, eq + 1))
			return -EINVAL;
		data += n;
		len -= n;
	}
	return 0;
}

/* --- members --------------------------------------------------------------------------------- */

static const char *type_bad(uint8_t type)
{
	switch (type) {
	case '1':
		return "it is a hard link";
	case '3':
	case '4':
		return "it is a device";
	case '6':
		return "it is a FIFO";
	case 'S':
		return "it is a sparse file";
	default:
		return "it is of an unknown kind";
	}
}

static const char *header_name(struct reader *r, const uint8_t *h)
{
	const char *name = field_text(r, h, 100), *prefix = field_text(r, h + 345, 155);

	if (memcmp(h + 257, "ustar\0", 6) || !*prefix)
		return name;
	return arena_printf(r->a, "%s/%s", prefix, name);
}

static int add_member(struct reader *r, const uint8_t *h, const char *raw, uint64_t size)
{
	uint8_t type = h[156];
	const char *why = path_bad(raw);
	struct tar_member *m;

	if (!why && type != '0' && type && type != '7' && type != '5' && type != '2')
		why = type_bad(type);
	if (why)
		return refuse(r, raw, why);
	if (r->n == TAR_MEMBERS_MAX)
		return refuse(r, raw, "there are too many members before it");
	r->list = arena_grow(r->a, r->list, r->n, &r->cap, sizeof(*r->list));
	m = &r->list[r->n];
	*m = (struct tar_member){ .path = path_plain(r, raw) };
	m->mtime = (int64_t)(number(h + 136, 12) & INT64_MAX);
	m->kind = type == '5' ? TAR_DIR : type == '2' ? TAR_LINK : TAR_FILE;
	if (m->kind == TAR_LINK) {
		m->target = r->target ? r->target : field_text(r, h + 157, 100);
		why = target_bad(m->path, m->target);
		if (why)
			return refuse(r, raw, why);
	}
	if (m->kind == TAR_FILE) {
		m->data = r->bytes + r->at;
		m->size = (size_t)size;
		r->total += size;
	}
	if (!*m->path && m->kind != TAR_DIR)
		return refuse(r, raw, "it has no name");
	if (*m->path)
		r->n++;
	r->path = r->target = NULL;
	r->has_size = false;
	return 0;
}

/* A header and what belongs to it; r->at is behind the header. */
static int one(struct reader *r, const uint8_t *h)
{
	const char *name = r->path ? r->path : header_name(r, h);
	uint64_t size = r->has_size && h[156] != 'x' ? r->size : number(h + 124, 12);
	bool meta = memchr("xgLK", h[156], 4) != NULL;
	size_t padded;
	int e = 0;

	if (size == UINT64_MAX)
		return refuse(r, name, "its size makes no sense");
	if (h[156] == '2' || h[156] == '5')
		size = 0;
	if (size > (meta ? PATH_MOST * 16 : TAR_MEMBER_MAX) || r->total + size > TAR_TOTAL_MAX)
		return refuse(r, name, h[156] == 'S' ? type_bad('S') : "it is too large");
	padded = ((size_t)size + BLOCK - 1) / BLOCK * BLOCK;
	if (!meta)
		e = add_member(r, h, name, size);
	if (e)
		return e;
	if (padded > r->len - r->at)
		return cut_short(r, name);
	if (h[156] == 'x')
		e = pax_records(r, r->bytes + r->at, (size_t)size);
	else if (h[156] == 'L')
		r->path = field_text(r, r->bytes + r->at, (size_t)size);
	else if (h[156] == 'K')
		r->target = field_text(r, r->bytes + r->at, (size_t)size);
	r->at += padded;
	return e;
}

static bool all_zero(const uint8_t *block)
{
	for (unsigned int i = 0; i < BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

/* --- members among each other ---------------------------------------------------------------- */

/* By path, with '/' before everything else: what is below a member follows it at once. */
static int by_path(const void *a, const void *b)
{
	const char *x = ((const struct tar_member *)a)->path;
	const char *y = ((const struct tar_member *)b)->path;

	while (*x && *x == *y)
		x++, y++;
	return (*x == '/' ? 1 : (unsigned char)*x) - (*y == '/' ? 1 : (unsigned char)*y);
}

static int check_together(struct reader *r)
{
	const struct tar_member *over = NULL;

	if (r->n)
		qsort(r->list, r->n, sizeof(*r->list), by_path);
	for (unsigned int i = 0; i < r->n; i++) {
		const struct tar_member *m = &r->list[i];
		size_t n = over ? strlen(over->path) : 0;

		if (i && !strcmp(m->path, m[-1].path) &&
		    (m->kind != TAR_DIR || m[-1].kind != TAR_DIR))
			return refuse(r, m->path, "its name stands twice");
		if (over && !strncmp(m->path, over->path, n) && m->path[n] == '/')
			return refuse(r, m->path, "it lies below a file or link");
		if (m->kind != TAR_DIR)
			over = m;
	}
	return 0;
}

int tar_parse(struct arena *a, const uint8_t *bytes, size_t len, struct tar_member **ret_list,
	      unsigned int *ret_n, struct tar_error *ret_error)
{
	struct reader r = { .a = a, .bytes = bytes, .len = len, .err = ret_error };
	int e;

	for (;;) {
		const uint8_t *h = bytes + r.at;

		if (len - r.at < BLOCK)
			return cut_short(&r, r.path);
		r.at += BLOCK;
		if (all_zero(h))
			break;
		if (!checksum_fits(h))
			return refuse(&r, r.n ? r.list[r.n - 1].path : "its beginning",
				      "what follows is no tar header");
		e = one(&r, h);
		if (e)
			return e;
	}
	e = check_together(&r);
	if (e)
		return e;
	*ret_list = r.list;
	*ret_n = r.n;
	return 0;
}
