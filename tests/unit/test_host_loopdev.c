// SPDX-License-Identifier: GPL-2.0-or-later
/* Which loop device serves a file, and what is no file; attaching is tested in the guest. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/host/fstree.h"
#include "core/host/loopdev.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;
static struct fstree *sys;
static struct loopdev *l;

static char *at(const char *rel)
{
	static char path[PATH_MAX];

	return tmpdir_path(&tmp, rel, path);
}

static void loop(const char *name, const char *file, const char *offset)
{
	char rel[64], text[PATH_MAX + 1];

	snprintf(rel, sizeof(rel), "sys/block/%s/loop/backing_file", name);
	snprintf(text, sizeof(text), "%s\n", at(file));
	tmpdir_file(&tmp, rel, text);
	snprintf(rel, sizeof(rel), "sys/block/%s/loop/offset", name);
	tmpdir_file(&tmp, rel, offset);
	snprintf(rel, sizeof(rel), "sys/block/%s/loop/sizelimit", name);
	tmpdir_file(&tmp, rel, "0\n");
}

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "a.img", "a");
	tmpdir_file(&tmp, "b.img", "b");
	tmpdir_link(&tmp, "link", "a.img");
	if (mkfifo(at("fifo"), 0600))
		return -1;
	tmpdir_file(&tmp, "sys/block/sda/size", "1\n");
	tmpdir_file(&tmp, "sys/block/loop0/size", "0\n"); /* free */
	loop("loop1", "b.img", "4096\n");
	loop("loop3", "a.img", "0\n");
	assert_int_equal(fstree_open(at("sys"), false, &sys), 0);
	assert_int_equal(loopdev_live(tmp.path, sys, &l), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	loopdev_free(l);
	fstree_free(sys);
	tmpdir_remove(&tmp);
	return 0;
}

static void test_find(void **state)
{
	char name[LOOPDEV_NAME_MAX] = "";

	(void)state;
	assert_int_equal(l->ops->find(l, at("a.img"), name), 0);
	assert_string_equal(name, "loop3");
	assert_int_equal(l->ops->find(l, at("link"), name), 0);
	assert_string_equal(name, "loop3");
	assert_int_equal(l->ops->find(l, at("b.img"), name), -ENODEV); /* only a part of it */
	assert_int_equal(l->ops->find(l, at("nosuch"), name), -ENOENT);
	assert_int_equal(l->ops->find(l, at("fifo"), name), -EINVAL);
	assert_int_equal(l->ops->find(l, tmp.path, name), -EINVAL);
}

/* Nobody writes to the FIFO: an open that waits for a writer would never return. */
static void test_attach_refuses(void **state)
{
	char name[LOOPDEV_NAME_MAX] = "";

	(void)state;
	assert_int_equal(l->ops->attach(l, at("fifo"), true, name), -EINVAL);
	assert_int_equal(l->ops->attach(l, at("fifo"), false, name), -EINVAL);
	assert_int_equal(l->ops->attach(l, at("nosuch"), false, name), -ENOENT);
	assert_int_equal(l->ops->attach(l, at("a.img"), false, name),
			 -ENOENT); /* no loop-control */
	assert_int_equal(l->ops->detach(l, "loop3"), -ENOENT);
}

static void test_none(void **state)
{
	char name[LOOPDEV_NAME_MAX] = "";
	struct loopdev *none;

	(void)state;
	assert_int_equal(loopdev_none(&none), 0);
	assert_int_equal(none->ops->find(none, at("a.img"), name), -EOPNOTSUPP);
	assert_int_equal(none->ops->attach(none, at("a.img"), false, name), -EOPNOTSUPP);
	assert_int_equal(none->ops->detach(none, "loop3"), -EOPNOTSUPP);
	loopdev_free(none);
	loopdev_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_find, setup, teardown),
		cmocka_unit_test_setup_teardown(test_attach_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
