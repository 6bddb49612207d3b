// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device-mapper through libdevmapper.
 *
 * A map is created in the kernel's own three steps (create, load, resume) rather than by the
 * library's combined task, because each step then has an errno of its own and what a failed step
 * leaves is cleaned up here. Only resume, rename and remove raise the uevent that a cookie waits
 * for. Reload is load and resume: the kernel suspends by itself for the swap. Unless the caller
 * asks for a flush it must neither freeze a file system nor wait for I/O, as a map that queues
 * would make it wait for good.
 *
 * Cookies: one per batch. They are used only while somebody listens on udevd's socket; without
 * udevd nobody would ever answer, and the library makes /dev/mapper nodes itself. With udevd,
 * nodes are udev's business alone (no fallback), as a node made behind its back has no record.
 * The wait is bounded: udevd kills a rule after 180 s, so when nothing was answered for longer
 * the cookie is given up.
 *
 * libdevmapper's log goes through one hook per process. The hook writes to the object whose call
 * runs on this thread; that thread-local pointer is the only variable outside an object.
 */
#include "core/host/dmb.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/host/clock.h"
#include "core/host/fdio.h"

#define LOG_LEVEL_MASK 7 /* the other bits say where the library would have sent it */
#define LOG_LEVEL_ERR  3
#define STALL_MAX      (200 * NSEC_PER_SEC)
#define NAP_MAX	       (10 * NSEC_PER_MSEC)
#define GIVE_UP_MAX    100000

struct dmb_lv {
	struct dmb base;
	uint32_t cookie; /* 0: none yet */
	bool batch;
	bool no_wait; /* dmb_ops.set_wait */
	bool udevd;   /* answers, as of the last look */
	char error[512];
	char udev_control[];
};

static _Thread_local struct dmb_lv *log_to;

__attribute__((format(printf, 5, 6))) static void log_hook(int level, const char *file, int line,
							   int code, const char *fmt, ...)
{
	va_list ap;

	(void)file;
	(void)line;
	(void)code;
	if (!log_to || (level & LOG_LEVEL_MASK) > LOG_LEVEL_ERR)
		return;
	va_start(ap, fmt);
	vsnprintf(log_to->error, sizeof(log_to->error), fmt, ap);
	va_end(ap);
}

static void log_here(struct dmb_lv *lv)
{
	log_to = lv;
	lv->error[0] = '\0';
}

static void task_done(struct dm_task **t)
{
	if (*t)
		dm_task_destroy(*t);
}

static struct dm_task *task_new(int type, const char *name)
{
	struct dm_task *t = dm_task_create(type);

	if (t && name && !dm_task_set_name(t, name)) {
		dm_task_destroy(t);
		return NULL;
	}
	return t;
}

/* The library opens the control node as it makes a task, and does not say why it could not. */
static int task_missing(void)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/control", dm_dir());
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : -ENOMEM;
}

static int task_run(struct dm_task *t)
{
	int err;

	if (dm_task_run(t))
		return 0;
	err = dm_task_get_errno(t);
	return err ? -err : -EIO;
}

/* Is somebody there to answer? The socket alone does not tell: a killed udevd leaves it. */
static bool udevd_answers(const struct dmb_lv *lv)
{
	__attribute__((cleanup(fd_close))) int fd = -1;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(lv->udev_control) >= sizeof(addr.sun_path))
		return false;
	strcpy(addr.sun_path, lv->udev_control);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	return connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 || errno == EAGAIN;
}

/* Changes that udevd has not answered yet, as the cookie's semaphore counts them. */
static int outstanding(uint32_t cookie)
{
	int id = semget((key_t)cookie, 1, 0);

	return id < 0 ? 0 : semctl(id, 0, GETVAL);
}

static void give_up(uint32_t cookie)
{
	int ready = 0;

	for (int i = 0; i < GIVE_UP_MAX && !ready && outstanding(cookie) > 0; i++)
		if (!dm_udev_complete(cookie) || !dm_udev_wait_immediate(cookie, &ready))
			break;
}

static int cookie_wait(struct dmb_lv *lv)
{
	int64_t nap = NSEC_PER_MSEC / 4, stalled = 0;
	int ready = 0, before = -1, r = 0;
	uint32_t cookie = lv->cookie;

	lv->cookie = 0;
	if (lv->udevd && lv->no_wait)
		return 0; /* without a cookie; the nodes are udev's business all the same */
	if (!cookie)
		return dm_udev_wait(0) ? 0 : -EIO; /* brings the library's nodes up to date */
	while (dm_udev_wait_immediate(cookie, &ready) && !ready) {
		struct timespec ts = { .tv_nsec = nap };
		int now = outstanding(cookie);

		stalled = now == before ? stalled + nap : 0;
		before = now;
		if (stalled > STALL_MAX) {
			give_up(cookie);
			r = -ETIMEDOUT;
			break;
		}
		nanosleep(&ts, NULL);
		nap = nap * 2 < NAP_MAX ? nap * 2 : NAP_MAX;
	}
	return r < 0 || ready ? r : -EIO;
}

static void look_for_udevd(struct dmb_lv *lv)
{
	lv->udevd = udevd_answers(lv);
	dm_udev_set_sync_support(lv->udevd && !lv->no_wait);
}

static uint16_t cookie_flags(const struct dmb_lv *lv, unsigned int udev_flags)
{
	uint16_t flags = 0;

	if (lv->udevd)
		flags |= DM_UDEV_DISABLE_LIBRARY_FALLBACK;
	if (udev_flags & DM_UF_RELOAD)
		flags |= DM_SUBSYSTEM_UDEV_FLAG0;
	if (udev_flags & DM_UF_SKIP_KPARTX)
		flags |= DM_SUBSYSTEM_UDEV_FLAG1;
	if (udev_flags & DM_UF_NO_PATHS)
		flags |= DM_SUBSYSTEM_UDEV_FLAG2;
	return flags;
}

/* Run a task that raises a uevent; wait here unless a batch collects. */
static int run_with_cookie(struct dmb_lv *lv, struct dm_task *t, unsigned int udev_flags)
{
	int r, w;

	if (!lv->batch)
		look_for_udevd(lv);
	if (!dm_task_set_cookie(t, &lv->cookie, cookie_flags(lv, udev_flags)))
		return -ENOSPC; /* no semaphore to be had */
	r = task_run(t);
	if (lv->batch)
		return r;
	w = cookie_wait(lv);
	return r < 0 ? r : w;
}

static int live_batch_begin(struct dmb *d)
{
	struct dmb_lv *lv = (struct dmb_lv *)d;

	if (lv->batch)
		return -EBUSY;
	log_here(lv);
	look_for_udevd(lv);
	lv->batch = true;
	return 0;
}

static int live_batch_wait(struct dmb *d)
{
	struct dmb_lv *lv = (struct dmb_lv *)d;

	if (!lv->batch)
		return 0;
	log_here(lv);
	lv->batch = false;
	return cookie_wait(lv);
}

static int version_parse(const char *text, unsigned int v[3])
{
	unsigned int n[3];

	if (sscanf(text, "%u.%u.%u", &n[0], &n[1], &n[2]) != 3)
		return -EINVAL;
	memcpy(v, n, sizeof(n));
	return 0;
}

static void target_version(struct dm_task *t, unsigned int v[3])
{
	const struct dm_versions *at = dm_task_get_versions(t);

	v[0] = v[1] = v[2] = 0;
	while (at) {
		if (strcmp(at->name, "multipath") == 0)
			memcpy(v, at->version, sizeof(at->version));
		if (!at->next)
			break;
		at = (const struct dm_versions *)((const char *)at + at->next);
	}
}

static int live_version(struct dmb *d, unsigned int kernel[3], unsigned int target[3])
{
	__attribute__((cleanup(task_done))) struct dm_task *t = NULL, *list = NULL;
	char text[64];
	int r;

	log_here((struct dmb_lv *)d);
	t = task_new(DM_DEVICE_VERSION, NULL);
	list = task_new(DM_DEVICE_LIST_VERSIONS, NULL);
	if (!t || !list)
		return task_missing();
	r = task_run(t);
	if (r == 0)
		r = task_run(list);
	if (r < 0)
		return r;
	if (!dm_task_get_driver_version(t, text, sizeof(text)))
		return -EINVAL;
	target_version(list, target);
	return version_parse(text, kernel);
}

/* A task that only asks about one map, by name or by number. */
static int ask(int type, const char *name, dev_t devno, struct dm_task **ret_task,
	       struct dm_info *info)
{
	struct dm_task *t = task_new(type, name);
	int r;

	if (!t)
		return -ENOMEM;
	/* Without these a question could wait for I/O that a map queues. */
	if (!dm_task_no_flush(t) || (!name && !(dm_task_set_major(t, (int)major(devno)) &&
						dm_task_set_minor(t, (int)minor(devno)))))
		r = -EINVAL;
	else
		r = task_run(t);
	if (r == 0 && (!dm_task_get_info(t, info) || !info->exists))
		r = -ENXIO;
	if (r < 0) {
		dm_task_destroy(t);
		return r;
	}
	*ret_task = t;
	return 0;
}

static int info_copy(struct dm_task *t, const struct dm_info *info, struct dm_map *m)
{
	const char *name = dm_task_get_name(t), *uuid = dm_task_get_uuid(t);
	int n = snprintf(m->name, sizeof(m->name), "%s", name ? name : "");

	if (n < 0 || (size_t)n >= sizeof(m->name))
		return -EOVERFLOW;
	n = snprintf(m->uuid, sizeof(m->uuid), "%s", uuid ? uuid : "");
	if (n < 0 || (size_t)n >= sizeof(m->uuid))
		return -EOVERFLOW;
	m->major = info->major;
	m->minor = info->minor;
	m->open_count = info->open_count;
	m->event_nr = info->event_nr;
	m->suspended = info->suspended;
	m->read_only = info->read_only;
	m->live_table = info->live_table;
	m->deferred_remove = info->deferred_remove;
	return 0;
}

/* First target's type, count and size; its parameters to *ret_params where that is not NULL. */
static int targets_copy(struct dm_task *t, struct dm_map *m, char **ret_params)
{
	char *type, *params;
	uint64_t start, length;
	void *next = NULL;
	unsigned int n = 0;

	m->size = 0;
	do {
		next = dm_get_next_target(t, next, &start, &length, &type, &params);
		if (!type)
			break;
		m->size += length;
		if (n++ > 0)
			continue;
		free(m->target);
		m->target = strdup(type);
		if (ret_params)
			*ret_params = strdup(params ? params : "");
		if (!m->target || (ret_params && !*ret_params))
			return -ENOMEM;
	} while (next);
	m->n_targets = n;
	return 0;
}

static int map_read(const char *name, dev_t devno, unsigned int want, struct dm_map *m)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = NULL, *st = NULL;
	struct dm_info info;
	int r;

	r = ask(DM_DEVICE_TABLE, name, devno, &t, &info);
	if (r == 0)
		r = info_copy(t, &info, m);
	if (r == 0)
		r = targets_copy(t, m, want & DM_TABLE ? &m->table : NULL);
	if (r < 0 || !(want & DM_STATUS))
		return r;
	/* By number: the same map even when somebody renames it in between. */
	r = ask(DM_DEVICE_STATUS, NULL, makedev(m->major, m->minor), &st, &info);
	if (r < 0)
		return r;
	m->event_nr = info.event_nr;
	return targets_copy(st, m, &m->status);
}

static int live_get(struct dmb *d, const char *name, dev_t devno, unsigned int want,
		    struct dm_map *ret_map)
{
	struct dm_map m = { 0 };
	int r;

	log_here((struct dmb_lv *)d);
	r = map_read(name, devno, want, &m);
	if (r < 0) {
		dm_map_done(&m);
		return r;
	}
	*ret_map = m;
	return 0;
}

static unsigned int names_count(const struct dm_names *at)
{
	unsigned int n = 0;

	if (!at || !at->dev)
		return 0;
	for (n = 1; at->next; n++)
		at = (const struct dm_names *)((const char *)at + at->next);
	return n;
}

static int maps_read(const struct dm_names *at, unsigned int want, struct dm_maps *maps)
{
	unsigned int n = names_count(at);
	int r = 0;

	if (!n)
		return 0;
	maps->list = calloc(n, sizeof(*maps->list));
	if (!maps->list)
		return -ENOMEM;
	while (n-- && r == 0) {
		struct dm_map *m = &maps->list[maps->n];

		r = map_read(NULL, (dev_t)at->dev, want, m);
		if (r == 0)
			maps->n++;
		else
			dm_map_done(m);
		if (r == -ENXIO) /* removed since the list was made */
			r = 0;
		at = (const struct dm_names *)((const char *)at + at->next);
	}
	return r;
}

static int map_order(const void *a, const void *b)
{
	return strcmp(((const struct dm_map *)a)->name, ((const struct dm_map *)b)->name);
}

static int live_list(struct dmb *d, unsigned int want, struct dm_maps *ret_maps)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = NULL;
	struct dm_maps maps = { 0 };
	int r;

	log_here((struct dmb_lv *)d);
	t = task_new(DM_DEVICE_LIST, NULL);
	if (!t)
		return task_missing();
	r = task_run(t);
	if (r == 0)
		r = maps_read(dm_task_get_names(t), want, &maps);
	if (r < 0) {
		dm_maps_done(&maps);
		return r;
	}
	if (maps.n)
		qsort(maps.list, maps.n, sizeof(*maps.list), map_order);
	*ret_maps = maps;
	return 0;
}

static int step_create(const struct dm_spec *s)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = task_new(DM_DEVICE_CREATE, s->name);

	if (!t)
		return -EINVAL; /* a name the kernel cannot hold */
	if (s->uuid && !dm_task_set_uuid(t, s->uuid))
		return -EINVAL;
	return task_run(t);
}

static int step_load(const struct dm_spec *s)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = task_new(DM_DEVICE_RELOAD, s->name);

	if (!t)
		return -EINVAL;
	if (!dm_task_add_target(t, 0, s->size, s->target, s->params))
		return -ENOMEM;
	if (s->read_only && !dm_task_set_ro(t))
		return -EINVAL;
	dm_task_no_open_count(t);
	return task_run(t);
}

static int step_resume(struct dmb_lv *lv, const struct dm_spec *s, bool flush)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = task_new(DM_DEVICE_RESUME, s->name);

	if (!t)
		return -ENOMEM;
	dm_task_no_open_count(t);
	if (!flush && (!dm_task_skip_lockfs(t) || !dm_task_no_flush(t)))
		return -EINVAL;
	if ((s->set_mode && !dm_task_set_mode(t, s->mode)) ||
	    (s->set_uid && !dm_task_set_uid(t, s->uid)) ||
	    (s->set_gid && !dm_task_set_gid(t, s->gid)))
		return -EINVAL;
	return run_with_cookie(lv, t, s->udev_flags);
}

/* A step without a uevent to wait for: suspend, clear the inactive table. */
static int step_plain(int type, const char *name, bool flush)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = task_new(type, name);

	if (!t)
		return -ENOMEM;
	dm_task_no_open_count(t);
	if (!flush && (!dm_task_skip_lockfs(t) || !dm_task_no_flush(t)))
		return -EINVAL;
	return task_run(t);
}

static int step_remove(struct dmb_lv *lv, const char *name, bool deferred, unsigned int udev_flags)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = task_new(DM_DEVICE_REMOVE, name);

	if (!t)
		return -ENOMEM;
	dm_task_no_open_count(t);
	if (deferred && !dm_task_deferred_remove(t))
		return -EINVAL;
	return run_with_cookie(lv, t, udev_flags);
}

/* Undo without losing the words for what went wrong. */
static void undo_create(struct dmb_lv *lv, const struct dm_spec *s)
{
	char words[sizeof(lv->error)];

	memcpy(words, lv->error, sizeof(words));
	step_remove(lv, s->name, false, s->udev_flags);
	memcpy(lv->error, words, sizeof(words));
}

static int live_create(struct dmb *d, const struct dm_spec *s)
{
	struct dmb_lv *lv = (struct dmb_lv *)d;
	int r;

	log_here(lv);
	r = step_create(s);
	if (r < 0)
		return r;
	r = step_load(s);
	if (r == 0)
		r = step_resume(lv, s, false);
	if (r < 0 && r != -ETIMEDOUT) /* then the map is there, only udev has not answered */
		undo_create(lv, s);
	return r;
}

/* After a failed swap the kernel may leave the map suspended with its old table: I/O must go on. */
static void undo_reload(struct dmb_lv *lv, const struct dm_spec *s)
{
	char words[sizeof(lv->error)];
	struct dm_map m = { 0 };

	memcpy(words, lv->error, sizeof(words));
	step_plain(DM_DEVICE_CLEAR, s->name, true);
	if (map_read(s->name, 0, DM_INFO, &m) == 0 && m.suspended)
		step_resume(lv, s, false);
	dm_map_done(&m);
	memcpy(lv->error, words, sizeof(words));
}

static int live_reload(struct dmb *d, const struct dm_spec *s, bool flush)
{
	struct dmb_lv *lv = (struct dmb_lv *)d;
	int r;

	log_here(lv);
	r = step_load(s);
	if (r < 0)
		return r;
	r = step_resume(lv, s, flush);
	if (r < 0 && r != -ETIMEDOUT)
		undo_reload(lv, s);
	return r;
}

static int live_rename(struct dmb *d, const char *from, const char *to, unsigned int udev_flags)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = NULL;
	struct dmb_lv *lv = (struct dmb_lv *)d;

	log_here(lv);
	t = task_new(DM_DEVICE_RENAME, from);
	if (!t || !dm_task_set_newname(t, to))
		return -EINVAL;
	dm_task_no_open_count(t);
	return run_with_cookie(lv, t, udev_flags);
}

static int live_remove(struct dmb *d, const char *name, bool deferred, unsigned int udev_flags)
{
	struct dmb_lv *lv = (struct dmb_lv *)d;

	log_here(lv);
	return step_remove(lv, name, deferred, udev_flags);
}

static int live_message(struct dmb *d, const char *name, const char *text)
{
	__attribute__((cleanup(task_done))) struct dm_task *t = NULL;

	log_here((struct dmb_lv *)d);
	t = task_new(DM_DEVICE_TARGET_MSG, name);
	if (!t || !dm_task_set_sector(t, 0) || !dm_task_set_message(t, text))
		return -ENOMEM;
	dm_task_no_open_count(t);
	return task_run(t);
}

static int live_suspend(struct dmb *d, const char *name, bool flush)
{
	log_here((struct dmb_lv *)d);
	return step_plain(DM_DEVICE_SUSPEND, name, flush);
}

static int live_resume(struct dmb *d, const char *name, unsigned int udev_flags)
{
	const struct dm_spec s = { .name = name, .udev_flags = udev_flags };
	struct dmb_lv *lv = (struct dmb_lv *)d;

	log_here(lv);
	return step_resume(lv, &s, false);
}

static void live_set_wait(struct dmb *d, bool wait)
{
	((struct dmb_lv *)d)->no_wait = !wait;
}

static const char *live_error(struct dmb *d)
{
	return ((struct dmb_lv *)d)->error;
}

static void live_free(struct dmb *d)
{
	struct dmb_lv *lv = (struct dmb_lv *)d;

	live_batch_wait(d);
	if (log_to == lv)
		log_to = NULL;
	free(lv);
}

static const struct dmb_ops live_ops = {
	.version = live_version,
	.list = live_list,
	.get = live_get,
	.create = live_create,
	.reload = live_reload,
	.rename = live_rename,
	.remove = live_remove,
	.message = live_message,
	.suspend = live_suspend,
	.resume = live_resume,
	.batch_begin = live_batch_begin,
	.batch_wait = live_batch_wait,
	.set_wait = live_set_wait,
	.error = live_error,
	.free = live_free,
};

int dmb_live(const char *udev_control, struct dmb **ret_dmb)
{
	struct dmb_lv *lv = calloc(1, sizeof(*lv) + strlen(udev_control) + 1);

	if (!lv)
		return -ENOMEM;
	lv->base.ops = &live_ops;
	strcpy(lv->udev_control, udev_control);
	dm_log_with_errno_init(log_hook);
	*ret_dmb = &lv->base;
	return 0;
}
