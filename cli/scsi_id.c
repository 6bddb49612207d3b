/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minipath scsi-id: the options of udev's scsi_id that rules, scripts and tutorials use, with the
 * same output. What sysfs keeps of a device is not asked again; the rest is asked by INQUIRY.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/engine/ask.h"
#include "core/engine/facts.h"
#include "core/model/scsi_id.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

#define TIMEOUT_MS 5000

struct options {
	const char *device;
	enum scsi_id_page page;
	bool whitelisted, replace, export;
};

static void usage(FILE *out)
{
	fputs("Usage: minipath scsi-id [OPTION]... [--device=]DEVICE\n"
	      "  -d, --device=NODE            device node to ask\n"
	      "  -g, --whitelisted            answer for this device\n"
	      "  -b, --blacklisted            do not answer (the default without -g)\n"
	      "  -p, --page=0x80|0x83|pre-spc3-83  take the serial from this page alone\n"
	      "  -u, --replace-whitespace     print blanks as '_'\n"
	      "  -x, --export                 print KEY=value lines\n"
	      "  -h, --help                   print this text\n",
	      out);
}

static int parse_page(const char *text, enum scsi_id_page *ret)
{
	static const struct {
		const char *text;
		enum scsi_id_page page;
	} pages[] = {
		{ "0x80", SCSI_ID_80 },
		{ "0x83", SCSI_ID_83 },
		{ "pre-spc3-83", SCSI_ID_PRE_SPC3 },
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (!strcmp(pages[i].text, text)) {
			*ret = pages[i].page;
			return 0;
		}
	fprintf(stderr, "scsi-id: unknown page code '%s'\n", text);
	return 1;
}

/* -1: go on; otherwise the exit status. */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "page", required_argument, NULL, 'p' },
		{ "whitelisted", no_argument, NULL, 'g' },
		{ "blacklisted", no_argument, NULL, 'b' },
		{ "replace-whitespace", no_argument, NULL, 'u' },
		{ "export", no_argument, NULL, 'x' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "d:p:gbuxh", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->device = optarg;
			break;
		case 'p':
			if (parse_page(optarg, &o->page))
				return 1;
			break;
		case 'g':
		case 'b':
			o->whitelisted = c == 'g';
			break;
		case 'u':
			o->replace = true;
			break;
		case 'x':
			o->export = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	if (!o->device && optind < argc)
		o->device = argv[optind];
	if (o->device)
		return -1;
	fprintf(stderr, "scsi-id: no device specified\n");
	return 1;
}

static struct bytes page_of(struct ask *a, struct arena *arena, const struct bytes *have, bool vpd,
			    uint8_t page)
{
	struct bytes b = *have;
	uint8_t buf[SCSI_ID_ASK];
	uint32_t n;

	if (b.data)
		return b;
	n = ask_inquiry(a, vpd, page, TIMEOUT_MS, buf, sizeof(buf));
	if (n) {
		b.data = arena_alloc(arena, n);
		memcpy(b.data, buf, n);
		b.len = n;
	}
	return b;
}

static int print_id(const struct options *o, const struct scsi_id_pages *pages)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	char text[SCSI_ID_MAX * 2];
	struct scsi_id id;

	if (scsi_id_read(pages, o->page, &id)) {
		fprintf(stderr, "scsi-id: %s: no usable INQUIRY data\n", o->device);
		return 1;
	}
	if (o->export) {
		scsi_id_export(&id, &out);
		fputs(sb_str(&out), stdout);
		return 0;
	}
	if (scsi_id_text(&id, o->replace, text, sizeof(text)))
		return 1;
	printf("%s\n", text);
	return 0;
}

static int ask_device(struct host *h, const struct options *o, const char *name)
{
	struct arena *arena = arena_new();
	struct scsi_id_pages pages;
	struct blkdev d;
	struct ask a;
	int status = 1;

	if (facts_load(h, arena, name, &d)) {
		fprintf(stderr, "scsi-id: %s: unable to read the device\n", o->device);
	} else {
		ask_init(&a, h, &d);
		pages.inquiry = page_of(&a, arena, &d.inquiry, false, 0);
		pages.vpd0 = page_of(&a, arena, &d.vpd_pages, true, 0);
		pages.no_vpd0 = false;
		pages.vpd80 = page_of(&a, arena, &d.vpd80, true, 0x80);
		pages.vpd83 = page_of(&a, arena, &d.vpd83, true, 0x83);
		ask_done(&a);
		status = print_id(o, &pages);
		udev_props_done(&d.udev);
	}
	arena_free(arena);
	return status;
}

int scsi_id_main(struct host *h, int argc, char **argv)
{
	struct options o = { 0 };
	int status = parse(argc, argv, &o), r;
	char name[64];
	dev_t devno;

	if (status < 0) {
		r = host_node(h, o.device, &devno);
		if (!r)
			r = facts_name(h, devno, name, sizeof(name));
		if (r)
			fprintf(stderr, "scsi-id: %s: %s\n", o.device, strerror(-r));
		status = r ? 1 : o.whitelisted ? ask_device(h, &o, name) : 1;
	}
	host_free(h);
	return status;
}
