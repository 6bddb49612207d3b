// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device interface around another one. Before a command is passed on its answer is noted as one
 * that never came; when it does come, it takes that place. So a device that hangs while the recording
 * is written is recorded as one that hangs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/devio_answer.h"
#include "core/host/fdio.h"
#include "core/host/record.h"
#include "parser/strbuf.h"

struct devio_rec {
	struct devio base;
	struct devio *inner;
	struct record *record;
};

struct devio_dev {
	struct devio_rec *owner;
	struct devio_dev *inner;
	char name[32];
};

static void answer_path(char *path, size_t len, const char *device, const char *answer)
{
	snprintf(path, len, "scsi/%s/%s", device, answer);
}

static void note_error(struct devio_rec *rec, const char *device, const char *answer, int err)
{
	char path[160], text[48];

	answer_path(path, sizeof(path), device, answer);
	snprintf(text, sizeof(text), "error %s\n", errno_name(err));
	record_text(rec->record, path, text);
}

static void put_hex(struct strbuf *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sb_printf(out, "%02x", bytes[i]);
}

/* The data stand on one line without blanks, so that a number in them can be found as text. */
static void note_answer(struct devio_dev *d, const char *answer, const struct scsi_result *r,
			const uint8_t *data, size_t len)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	char path[160];

	if (r->err) {
		note_error(d->owner, d->name, answer, r->err);
		return;
	}
	sb_printf(&text, "%02x %02x %02x ", r->status, r->host, r->driver);
	if (r->sense_len)
		put_hex(&text, r->sense, r->sense_len);
	else
		sb_addc(&text, '-');
	sb_addc(&text, '\n');
	if (len) {
		put_hex(&text, data, len);
		sb_addc(&text, '\n');
	}
	answer_path(path, sizeof(path), d->name, answer);
	record_answer(d->owner->record, path, sb_str(&text));
}

static void note_hang(struct devio_dev *d, const char *answer)
{
	char path[160];

	answer_path(path, sizeof(path), d->name, answer);
	if (!record_has(d->owner->record, path))
		record_text(d->owner->record, path, "hang\n");
}

static int rec_open(struct devio *io, const char *name, dev_t devno, struct devio_dev **ret_dev)
{
	struct devio_rec *rec = (struct devio_rec *)io;
	struct devio_dev *d = calloc(1, sizeof(*d));
	char path[64];
	int r;

	if (!d)
		return -ENOMEM;
	d->owner = rec;
	snprintf(d->name, sizeof(d->name), "%s", name);
	note_hang(d, "open");
	r = rec->inner->ops->open(rec->inner, name, devno, &d->inner);
	if (r) {
		note_error(rec, name, "open", -r);
		free(d);
		return r;
	}
	snprintf(path, sizeof(path), "scsi/%s/open", name);
	record_text(rec->record, path, "00 00 00 -\n");
	*ret_dev = d;
	return 0;
}

static void rec_close(struct devio_dev *d)
{
	if (!d)
		return;
	d->owner->inner->ops->close(d->inner);
	free(d);
}

static void rec_scsi(struct devio_dev *d, const struct scsi_cmd *c, void *buf,
		     struct scsi_result *r)
{
	char name[ANSWER_NAME_MAX];
	size_t len;

	if (!answer_cdb_name(c, true, name))
		answer_cdb_name(c, false, name);
	note_hang(d, name);
	d->owner->inner->ops->scsi(d->inner, c, buf, r);
	len = c->write ? 0 : r->len < c->len ? r->len : c->len;
	note_answer(d, name, r, buf, len);
}

static int rec_nvme(struct devio_dev *d, const struct nvme_cmd *c, void *buf)
{
	struct scsi_result as = { 0 };
	char name[ANSWER_NAME_MAX];
	int r;

	answer_nvme_name(c, name, sizeof(name));
	note_hang(d, name);
	r = d->owner->inner->ops->nvme_admin(d->inner, c, buf);
	if (r < 0)
		as.err = -r;
	else
		as.status = (uint8_t)r;
	note_answer(d, name, &as, buf, r ? 0 : c->len);
	return r;
}

static ssize_t rec_read(struct devio_dev *d, void *buf, size_t len, uint64_t offset)
{
	struct scsi_result as = { 0 };
	ssize_t n;
	char name[40];

	snprintf(name, sizeof(name), "read-%llu", (unsigned long long)offset);
	note_hang(d, name);
	n = d->owner->inner->ops->read(d->inner, buf, len, offset);
	as.err = n < 0 ? (int)-n : 0;
	note_answer(d, name, &as, NULL, 0);
	return n;
}

static int rec_block_size(struct devio_dev *d, unsigned int *ret_bytes)
{
	int r = d->owner->inner->ops->block_size(d->inner, ret_bytes);
	char path[160], text[24];

	if (r)
		return r;
	answer_path(path, sizeof(path), d->name, "blocksize");
	snprintf(text, sizeof(text), "%u\n", *ret_bytes);
	record_text(d->owner->record, path, text);
	return 0;
}

static int rec_exclusive(struct devio *io, const char *name, dev_t devno)
{
	struct devio_rec *rec = (struct devio_rec *)io;
	int r = rec->inner->ops->exclusive(rec->inner, name, devno);

	if (r)
		note_error(rec, name, "exclusive", -r);
	return r;
}

static void rec_free(struct devio *io)
{
	free(io);
}

static const struct devio_ops rec_ops = {
	.open = rec_open,
	.close = rec_close,
	.scsi = rec_scsi,
	.nvme_admin = rec_nvme,
	.read = rec_read,
	.block_size = rec_block_size,
	.exclusive = rec_exclusive,
	.free = rec_free,
};

int devio_record(struct devio *inner, struct record *r, struct devio **ret_io)
{
	struct devio_rec *rec = calloc(1, sizeof(*rec));

	if (!rec)
		return -ENOMEM;
	rec->base.ops = &rec_ops;
	rec->inner = inner;
	rec->record = r;
	*ret_io = &rec->base;
	return 0;
}
