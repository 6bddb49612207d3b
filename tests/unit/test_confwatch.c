/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of configuration files in a folder of our own, and what is none. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/host/confwatch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char dir[64];

static const char *at(const char *name)
{
	static char buf[4][128];
	static unsigned int n;
	char *p = buf[n++ % 4];

	snprintf(p, 128, "%s/%s", dir, name);
	return p;
}

static void put(const char *name)
{
	FILE *f = fopen(at(name), "w");

	assert_non_null(f);
	fputs("defaults {\n}\n", f);
	fclose(f);
}

static bool readable(const struct confwatch *w)
{
	struct pollfd p = { .fd = confwatch_fd(w), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void changes_are_seen(void **state)
{
	struct confwatch *w;
	(void)state;

	strcpy(dir, "/tmp/mp-confwatch-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(confwatch_live("noslash", "/x/y", &w), -ENOMEM);
	assert_int_equal(mkdir(at("state"), 0755), 0);
	assert_int_equal(confwatch_live(at("multipath.conf"), at("state/conf.d"), &w), 0);
	assert_false(readable(w));
	assert_false(confwatch_changed(w));
	put("multipath.conf");
	assert_true(readable(w));
	assert_true(confwatch_changed(w));
	assert_false(confwatch_changed(w)); /* told once */
	put("other.conf");		    /* not ours */
	put("state/wwids");
	assert_false(confwatch_changed(w));
	/* replaced, as editors do */
	put("new");
	assert_int_equal(rename(at("new"), at("multipath.conf")), 0);
	assert_true(confwatch_changed(w));
	put("multipath.conf"); /* the new one is watched, too */
	assert_true(confwatch_changed(w));
	/* the folder comes later */
	assert_int_equal(mkdir(at("state/conf.d"), 0755), 0);
	assert_true(confwatch_changed(w));
	put("state/conf.d/a.conf");
	assert_true(confwatch_changed(w));
	put("state/conf.d/a.conf~");
	assert_false(confwatch_changed(w));
	assert_int_equal(unlink(at("state/conf.d/a.conf")), 0);
	assert_true(confwatch_changed(w));
	assert_int_equal(unlink(at("multipath.conf")), 0);
	assert_true(confwatch_changed(w));
	confwatch_free(w);
	unlink(at("state/conf.d/a.conf~"));
	rmdir(at("state/conf.d"));
	unlink(at("state/wwids"));
	rmdir(at("state"));
	unlink(at("other.conf"));
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
