// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recorded answers: a folder per device, a file per command, named by the command's bytes. The
 * format is in tests/snapshots/README.md. A command is looked up as it is, then with its allocation
 * length set to zero, so that one recorded page serves callers with buffers of any size; the data
 * are cut to what the caller asked for. Files are read at every call: a scenario may exchange one
 * between two calls. No file, no device: nothing is made up.
 */
#include "core/host/devio.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/host/devio_answer.h"
#include "core/host/fdio.h"
#include "core/host/jobs.h"

#define ANSWER_MAX (4U << 20)

struct devio_rp {
	struct devio base;
	int dir; /* -1: no such folder, no devices */
	pthread_mutex_t lock;
	struct devio_dev *open; /* closed at the end where a job that hangs never does it */
};

struct devio_dev {
	struct devio_rp *owner;
	struct devio_dev *next, **prev;
	int dir;
};

struct answer {
	int err; /* errno, 0: the rest counts */
	unsigned int status, host, driver;
	uint8_t sense[SCSI_SENSE_MAX];
	uint8_t sense_len;
	uint8_t *data;
	size_t len;
};

static void answer_done(struct answer *a)
{
	free(a->data);
	*a = (struct answer){ 0 };
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hex bytes with blanks anywhere and comments; at most @max. The count or -EINVAL. */
static ssize_t hex_bytes(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;

	while (*s) {
		int hi, lo;

		if (isspace((unsigned char)*s)) {
			s++;
			continue;
		}
		if (*s == '#') {
			s = strchrnul(s, '\n');
			continue;
		}
		hi = hex_digit(s[0]);
		lo = hi < 0 ? -1 : hex_digit(s[1]);
		if (lo < 0 || n == max)
			return -EINVAL;
		out[n++] = (uint8_t)(hi << 4 | lo);
		s += 2;
	}
	return (ssize_t)n;
}

/* "STATUS HOST DRIVER SENSE", hex; SENSE is "-" or absent where there is none. */
static int answer_status(const char *line, struct answer *a)
{
	char sense[2 * SCSI_SENSE_MAX + 1] = "-";
	ssize_t n;

	if (sscanf(line, "%x %x %x %510s", &a->status, &a->host, &a->driver, sense) < 3)
		return -EINVAL;
	if (strcmp(sense, "-") == 0)
		return 0;
	n = hex_bytes(sense, a->sense, sizeof(a->sense));
	if (n < 0)
		return -EINVAL;
	a->sense_len = (uint8_t)n;
	return 0;
}

static int answer_data(const char *text, struct answer *a)
{
	size_t max = strlen(text) / 2 + 1;
	ssize_t n;

	a->data = malloc(max);
	if (!a->data)
		return -ENOMEM;
	n = hex_bytes(text, a->data, max);
	if (n < 0)
		return (int)n;
	a->len = (size_t)n;
	return 0;
}

/* The first line that says something. */
static char *first_line(char **pos)
{
	char *line;

	while ((line = line_next(pos))) {
		line += strspn(line, " \t");
		line[strcspn(line, "\r")] = '\0';
		if (*line && *line != '#')
			break;
	}
	return line;
}

static int answer_parse(char *text, struct answer *a)
{
	char *pos = text, *line = first_line(&pos);
	int r;

	if (!line)
		return -EINVAL;
	if (strcmp(line, "hang") == 0) {
		free(text);
		jobs_hang();
	}
	if (strncmp(line, "error ", 6) == 0) {
		a->err = errno_by_name(line + 6);
		return a->err ? 0 : -EINVAL;
	}
	r = answer_status(line, a);
	return r < 0 ? r : answer_data(pos, a);
}

/* Owner of @ret_a's data is the caller: answer_done(). -ENOENT: nothing recorded. */
static int answer_read(int dir, const char *file, struct answer *ret_a)
{
	struct answer a = { 0 };
	char *text;
	int r = file_slurp(dir, file, ANSWER_MAX, &text, NULL);

	if (r < 0)
		return r;
	r = answer_parse(text, &a);
	free(text);
	if (r < 0) {
		answer_done(&a);
		return r;
	}
	*ret_a = a;
	return 0;
}

/* Where the allocation length of a command lies (SPC-6); 0 bytes: it has none, or we do not care. */
static void alloc_field(uint8_t opcode, unsigned int *at, unsigned int *len)
{
	static const struct {
		uint8_t opcode, at, len;
	} fields[] = {
		{ 0x03, 4, 1 },	 /* REQUEST SENSE */
		{ 0x12, 3, 2 },	 /* INQUIRY */
		{ 0x1a, 4, 1 },	 /* MODE SENSE (6) */
		{ 0x4d, 7, 2 },	 /* LOG SENSE */
		{ 0x5a, 7, 2 },	 /* MODE SENSE (10) */
		{ 0x5e, 7, 2 },	 /* PERSISTENT RESERVE IN */
		{ 0x9e, 10, 4 }, /* READ CAPACITY (16) */
		{ 0xa0, 6, 4 },	 /* REPORT LUNS */
		{ 0xa3, 6, 4 },	 /* REPORT TARGET PORT GROUPS */
	};

	*at = *len = 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].opcode == opcode) {
			*at = fields[i].at;
			*len = fields[i].len;
		}
	}
}

static void cdb_name(const uint8_t *cdb, unsigned int len, char *name)
{
	for (unsigned int i = 0; i < len; i++)
		sprintf(name + 2 * i, "%02x", cdb[i]);
}

bool answer_cdb_name(const struct scsi_cmd *c, bool any_length, char *name)
{
	uint8_t cdb[sizeof(c->cdb)];
	unsigned int at = 0, len = 0;

	memcpy(cdb, c->cdb, sizeof(cdb));
	if (any_length) {
		alloc_field(cdb[0], &at, &len);
		if (!len || at + len > c->cdb_len)
			return false;
		memset(cdb + at, 0, len);
	}
	cdb_name(cdb, c->cdb_len, name);
	return true;
}

static int answer_for_cdb(int dir, const struct scsi_cmd *c, struct answer *ret_a)
{
	char name[ANSWER_NAME_MAX] = "";
	int r;

	answer_cdb_name(c, false, name);
	r = answer_read(dir, name, ret_a);
	if (r != -ENOENT || !answer_cdb_name(c, true, name))
		return r;
	return answer_read(dir, name, ret_a);
}

static size_t answer_copy(const struct answer *a, void *buf, size_t len)
{
	size_t n = a->len < len ? a->len : len;

	if (len)
		memset(buf, 0, len);
	if (n)
		memcpy(buf, a->data, n);
	return n;
}

static void replay_scsi(struct devio_dev *d, const struct scsi_cmd *c, void *buf,
			struct scsi_result *r)
{
	__attribute__((cleanup(answer_done))) struct answer a = { 0 };
	int err;

	*r = (struct scsi_result){ 0 };
	if (c->cdb_len < 6 || c->cdb_len > sizeof(c->cdb)) {
		r->err = EINVAL;
		return;
	}
	err = answer_for_cdb(d->dir, c, &a);
	if (err < 0 || a.err) {
		r->err = a.err ? a.err : err == -ENOENT ? ENODEV : -err;
		return;
	}
	r->status = (uint8_t)a.status;
	r->host = (uint16_t)a.host;
	r->driver = (uint16_t)a.driver;
	memcpy(r->sense, a.sense, a.sense_len);
	r->sense_len = a.sense_len;
	r->len = c->write ? c->len : (uint32_t)answer_copy(&a, buf, c->len);
}

/* "nvme-OPCODE-NSID-CDW10...": hex, zero words at the end left out. */
void answer_nvme_name(const struct nvme_cmd *c, char *name, size_t size)
{
	const uint32_t w[] = { c->cdw10, c->cdw11, c->cdw12, c->cdw13, c->cdw14 };
	size_t n = 5, len;

	while (n && !w[n - 1])
		n--;
	len = (size_t)snprintf(name, size, "nvme-%02x-%x", c->opcode, c->nsid);
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(name + len, size - len, "-%x", w[i]);
}

static int replay_nvme(struct devio_dev *d, const struct nvme_cmd *c, void *buf)
{
	__attribute__((cleanup(answer_done))) struct answer a = { 0 };
	char name[ANSWER_NAME_MAX];
	int r;

	answer_nvme_name(c, name, sizeof(name));
	r = answer_read(d->dir, name, &a);
	if (r < 0)
		return r == -ENOENT ? -ENODEV : r;
	if (a.err)
		return -a.err;
	if (a.status)
		return (int)a.status;
	answer_copy(&a, buf, c->len);
	return 0;
}

static ssize_t replay_read(struct devio_dev *d, void *buf, size_t len, uint64_t offset)
{
	__attribute__((cleanup(answer_done))) struct answer a = { 0 };
	char name[40];
	int r;

	snprintf(name, sizeof(name), "read-%llu", (unsigned long long)offset);
	r = answer_read(d->dir, name, &a);
	if (r == -ENOENT)
		r = answer_read(d->dir, "read", &a);
	if (r < 0)
		return r == -ENOENT ? -ENODEV : r;
	if (a.err)
		return -a.err;
	answer_copy(&a, buf, len); /* blocks past the recorded bytes read as zeros */
	return (ssize_t)len;
}

static int replay_block_size(struct devio_dev *d, unsigned int *ret_bytes)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	unsigned int size = 512;
	int r = file_slurp(d->dir, "blocksize", ANSWER_MAX, &text, NULL);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && (sscanf(text, "%u", &size) != 1 || size == 0))
		return -EINVAL;
	*ret_bytes = size;
	return 0;
}

/* The device's folder, or what the recorded answer @file says instead. */
static int device_dir(struct devio *io, const char *name, const char *file)
{
	__attribute__((cleanup(answer_done))) struct answer a = { 0 };
	const struct devio_rp *rp = (const struct devio_rp *)io;
	int dir, r;

	if (rp->dir < 0)
		return -ENODEV;
	if (name_check(name) < 0)
		return -EINVAL;
	dir = openat(rp->dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	r = answer_read(dir, file, &a);
	if (r == -ENOENT || (r == 0 && !a.err))
		return dir;
	close(dir);
	return r < 0 ? r : -a.err;
}

static int replay_open(struct devio *io, const char *name, dev_t devno, struct devio_dev **ret_dev)
{
	struct devio_rp *rp = (struct devio_rp *)io;
	struct devio_dev *d;
	int dir = device_dir(io, name, "open");

	(void)devno; /* recorded devices do not change their numbers */
	if (dir < 0)
		return dir;
	d = malloc(sizeof(*d));
	if (!d) {
		close(dir);
		return -ENOMEM;
	}
	d->dir = dir;
	d->owner = rp;
	pthread_mutex_lock(&rp->lock);
	d->next = rp->open;
	d->prev = &rp->open;
	if (d->next)
		d->next->prev = &d->next;
	rp->open = d;
	pthread_mutex_unlock(&rp->lock);
	*ret_dev = d;
	return 0;
}

static void replay_close(struct devio_dev *d)
{
	if (!d)
		return;
	pthread_mutex_lock(&d->owner->lock);
	*d->prev = d->next;
	if (d->next)
		d->next->prev = d->prev;
	pthread_mutex_unlock(&d->owner->lock);
	close(d->dir);
	free(d);
}

static int replay_exclusive(struct devio *io, const char *name, dev_t devno)
{
	int dir = device_dir(io, name, "exclusive");

	(void)devno;
	if (dir < 0)
		return dir;
	close(dir);
	return 0;
}

static int replay_lock(struct devio *io, const char *name, dev_t devno)
{
	(void)devno;
	return device_dir(io, name, "lock");
}

static void replay_unlock(struct devio *io, int lock)
{
	(void)io;
	close(lock);
}

static void replay_free(struct devio *io)
{
	struct devio_rp *rp = (struct devio_rp *)io;

	while (rp->open)
		replay_close(rp->open);
	pthread_mutex_destroy(&rp->lock);
	fd_close(&rp->dir);
	free(rp);
}

static const struct devio_ops replay_ops = {
	.open = replay_open,
	.close = replay_close,
	.scsi = replay_scsi,
	.nvme_admin = replay_nvme,
	.read = replay_read,
	.block_size = replay_block_size,
	.exclusive = replay_exclusive,
	.lock = replay_lock,
	.unlock = replay_unlock,
	.free = replay_free,
};

int devio_replay(const char *dir, struct devio **ret_io)
{
	struct devio_rp *rp = calloc(1, sizeof(*rp));

	if (!rp)
		return -ENOMEM;
	rp->base.ops = &replay_ops;
	pthread_mutex_init(&rp->lock, NULL);
	rp->dir = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (rp->dir < 0 && errno != ENOENT && errno != ENOTDIR) {
		int r = -errno;

		free(rp);
		return r;
	}
	*ret_io = &rp->base;
	return 0;
}
