/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory is locked in two steps. What is mapped at the start (code, libraries, data) is faulted in
 * and kept: reading it back could need the very disk that has failed. What is mapped later, stacks
 * of workers above all, is locked page by page as it is touched, so that it costs what it uses.
 */
#include "core/host/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "core/host/fdio.h"

void process_settle(void)
{
	mode_t old = umask(0);

	umask(old | 022);
	if (chdir("/") < 0)
		return; /* nothing depends on it but unmounting */
}

static int null_streams(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		return -errno;
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	return 0;
}

int process_background(void)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid > 0)
		_exit(0);
	setsid();
	pid = fork();
	if (pid < 0)
		_exit(1);
	if (pid > 0)
		_exit(0);
	process_settle();
	return null_streams();
}

static int pidfile_write(int fd, const char **ret_what)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[24];
	int n;

	*ret_what = "lock";
	if (fcntl(fd, F_SETLK, &lock) < 0)
		return errno == EACCES ? -EAGAIN : -errno;
	*ret_what = "truncate";
	n = snprintf(text, sizeof(text), "%d", (int)getpid());
	if (ftruncate(fd, 0) < 0)
		return -errno;
	return fd_write(fd, text, (size_t)n);
}

int process_pidfile(const char *path, int *ret_fd, const char **ret_what)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644), r;

	*ret_what = "open";
	if (fd < 0)
		return -errno;
	r = pidfile_write(fd, ret_what);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int process_spare_from_oom(void)
{
	__attribute__((cleanup(fd_close))) int fd =
		open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd_write(fd, "-1000", 5);
}

/* What glibc can be told of its heap; that of musl needs no telling. */
static void tune_heap(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1); /* one heap for all threads: a worker allocates next to nothing */
	/* Holes in a locked heap stay resident. What is large has a mapping of its own, always: left to
	 * itself, malloc() would take more and more of it from the heap. */
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

int process_lock_memory(void)
{
	tune_heap();
	if (mlockall(MCL_CURRENT) < 0 || mlockall(MCL_FUTURE | MCL_ONFAULT) < 0)
		return -errno;
	return 0;
}

#ifdef __GLIBC__
/* Where the heap begins, NULL: not known. Its end is sbrk(0). */
static void *heap_start(void)
{
	__attribute__((cleanup(free_text))) char *maps = NULL;
	__attribute__((cleanup(fd_close))) int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	char *pos, *line;

	if (fd < 0 || fd_slurp(fd, 1 << 20, &maps, NULL) < 0)
		return NULL;
	for (pos = maps; (line = line_next(&pos));)
		if (strstr(line, "[heap]"))
			return (void *)strtoul(line, NULL, 16); /* NOLINT: as the kernel has it */
	return NULL;
}
#endif

void process_give_back(void)
{
#ifdef __GLIBC__
	/* the kernel does not take back what is locked */
	char *heap = heap_start();

	if (heap)
		munlock(heap, (size_t)((char *)sbrk(0) - heap));
	malloc_trim(0);
	if (heap)
		mlock2(heap, (size_t)((char *)sbrk(0) - heap), MLOCK_ONFAULT);
#endif
}

int process_real_time(void)
{
	struct sched_param p = { .sched_priority = sched_get_priority_max(SCHED_RR) };
	struct rlimit limit;

	if (getrlimit(RLIMIT_RTPRIO, &limit) < 0)
		return -errno;
	if (limit.rlim_max != RLIM_INFINITY && (long)limit.rlim_max < p.sched_priority)
		p.sched_priority = (int)limit.rlim_max;
	if (p.sched_priority < 1)
		return -EPERM;
	return sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &p) < 0 ? -errno : 0;
}

static long system_max_fds(void)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	size_t len;
	__attribute__((cleanup(fd_close))) int fd =
		open("/proc/sys/fs/nr_open", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fd_slurp(fd, 64, &text, &len) < 0)
		return 1 << 20;
	return strtol(text, NULL, 10);
}

int process_max_fds(long want, long *ret_has)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	*ret_has = (long)limit.rlim_cur;
	if (want < 0)
		want = system_max_fds();
	if (limit.rlim_cur != RLIM_INFINITY && (long)limit.rlim_cur >= want)
		return 0;
	if (limit.rlim_max < (rlim_t)want)
		limit.rlim_max = (rlim_t)want;
	limit.rlim_cur = (rlim_t)want;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	*ret_has = want;
	return 0;
}
