/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iet: prefers iSCSI paths by the portal they go to. Two forms of argument: the old one,
 * "preferredip=ADDRESS", gives 20 to that portal and 10 to others; the newer one,
 * "preferredip=CIDR:PRIO[,CIDR:PRIO...]", gives PRIO to the first block that holds the portal.
 * The portal comes from the session, or from udev's ID_PATH ("ip-ADDRESS:PORT-iscsi-..."). All
 * texts are cut into fixed buffers by one helper that refuses what does not fit.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/prio/prio.h"

#define ERR(text) "iet prio: " text
#define PREFERRED 20
#define OTHERS	  10

struct addr {
	int family;
	uint8_t bytes[16];
	unsigned int len; /* of an address of this family, in bytes */
};

struct block {
	struct addr addr;
	unsigned int bits;
	int prio;
};

static bool cut(char *out, size_t cap, const char *text, size_t n)
{
	if (n >= cap)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

static bool addr_parse(const char *text, size_t n, struct addr *ret)
{
	char buf[INET6_ADDRSTRLEN];

	memset(ret, 0, sizeof(*ret));
	if (!cut(buf, sizeof(buf), text, n))
		return false;
	ret->family = memchr(buf, ':', n) ? AF_INET6 : AF_INET;
	ret->len = ret->family == AF_INET6 ? 16 : 4;
	return inet_pton(ret->family, buf, ret->bytes) == 1;
}

static bool number(const char *text, size_t n, long max, long *ret)
{
	char buf[16], *end;

	if (!n || !cut(buf, sizeof(buf), text, n) || buf[0] < '0' || buf[0] > '9')
		return false;
	*ret = strtol(buf, &end, 10);
	return !*end && *ret <= max;
}

/* "/BITS" of the item, which must not exceed the family's; none: one address. */
static bool bits_parse(const char *text, size_t n, struct block *b)
{
	long bits = b->addr.len * 8;

	if (n && !number(text + 1, n - 1, bits, &bits))
		return false;
	b->bits = (unsigned int)bits;
	return true;
}

/* ADDRESS[/BITS][:PRIO]. Without a '/', colons of an IPv6 address belong to the address. */
static bool item_parse(const char *text, size_t n, struct block *b)
{
	const char *end = text + n;
	const char *slash = memchr(text, '/', n);
	const char *colon =
		slash ? memchr(slash, ':', (size_t)(end - slash)) : memchr(text, ':', n);
	const char *mask, *stop;
	long prio = PREFERRED;

	if (!slash && colon && memchr(colon + 1, ':', (size_t)(end - colon) - 1))
		colon = NULL;
	stop = colon ? colon : end;
	mask = slash ? slash : stop;
	if (colon && !number(colon + 1, (size_t)(end - colon) - 1, INT_MAX, &prio))
		return false;
	b->prio = (int)prio;
	return addr_parse(text, (size_t)(mask - text), &b->addr) &&
	       bits_parse(mask, (size_t)(stop - mask), b);
}

static bool holds(const struct block *b, const struct addr *a)
{
	unsigned int whole = b->bits / 8, rest = b->bits % 8;

	if (a->family != b->addr.family || memcmp(a->bytes, b->addr.bytes, whole) != 0)
		return false;
	return !rest || !((a->bytes[whole] ^ b->addr.bytes[whole]) >> (8 - rest));
}

/*
 * Walks the items. -EINVAL: one of them cannot be read; else the rank of @portal (NULL: only look
 * whether the text is good).
 */
static int list_rank(const char *text, const struct addr *portal)
{
	struct block b;
	size_t n;
	int prio = OTHERS;
	bool found = false;

	do {
		n = strcspn(text, ", \t");
		if (!item_parse(text, n, &b))
			return -EINVAL;
		if (portal && !found && holds(&b, portal)) {
			prio = b.prio;
			found = true;
		}
		text += n;
	} while (*text++ == ',');
	return prio;
}

/* The list behind "preferredip=", NULL with a reason. */
static const char *list_of(const char *args, const char **ret_why)
{
	static const char key[] = "preferredip=";

	args += strspn(args, " \t");
	if (!*args) {
		*ret_why = ERR("need prio_args with preferredip set");
		return NULL;
	}
	if (strncmp(args, key, sizeof(key) - 1) != 0 ||
	    list_rank(args + sizeof(key) - 1, NULL) < 0) {
		*ret_why = ERR("unexpected prio_args format");
		return NULL;
	}
	return args + sizeof(key) - 1;
}

static int iet_args_ok(const char *args, char *why)
{
	const char *wrong;

	if (list_of(args, &wrong))
		return 0;
	snprintf(why, PRIO_WHY_MAX, "%s", wrong);
	return -EINVAL;
}

/* The address in ID_PATH: behind "ip-", before the port. */
static bool portal_of_path(const char *id_path, struct addr *ret)
{
	const char *ip = strstr(id_path, "ip-"), *end, *port;

	if (!ip)
		return false;
	ip += 3;
	end = strchr(ip, '-');
	if (!end)
		end = ip + strlen(ip);
	port = memrchr(ip, ':', (size_t)(end - ip));
	if (port)
		end = port;
	if (end > ip && *ip == '[' && end[-1] == ']') {
		ip++;
		end--;
	}
	return addr_parse(ip, (size_t)(end - ip), ret);
}

static enum probe_next iet_judge(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct prio_verdict *v)
{
	const char *why, *list = list_of(p->args, &why), *portal = p->dev->iscsi_portal, *id_path;
	struct addr a;

	(void)rsp;
	(void)req;
	if (!list)
		return prio_poor(v, 0, why);
	if (*portal)
		return prio_done(v, addr_parse(portal, strlen(portal), &a) ? list_rank(list, &a)
									   : OTHERS);
	id_path = udev_prop(&p->dev->udev, "ID_PATH");
	if (!id_path)
		return prio_poor(v, 0, ERR("failed to get BY_PATH property"));
	return prio_done(v, portal_of_path(id_path, &a) ? list_rank(list, &a) : OTHERS);
}

const struct prioritizer prio_iet = {
	.name = "iet",
	.args_ok = iet_args_ok,
	.prepare = prio_no_io,
	.judge = iet_judge,
};
