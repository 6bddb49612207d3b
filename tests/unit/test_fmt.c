/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fmt: the writing of files (whole or not at all, also on a full disk, also when somebody else
 * writes), and the exact text of a diff. Layouts have their goldens in tests/fmt.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "cli/fmt.h"
#include "parser/srcfile.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void assert_file(const char *path, const char *text)
{
	struct srcfile *f;
	size_t len;

	assert_int_equal(srcfile_read(path, NULL, &f), 0);
	assert_string_equal(srcfile_bytes(f, &len), text);
	srcfile_free(f);
}

static unsigned int files_in(const char *path)
{
	DIR *d = opendir(path);
	unsigned int n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static struct srcfile *text_file(const char *text)
{
	struct srcfile *f;

	assert_int_equal(srcfile_from_mem("test", text, strlen(text), &f), 0);
	return f;
}

static void test_write(void **state)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX];
	struct srcfile *old;
	struct stat st;

	(void)state;
	write_text(tmpdir_path(&tmp, "a.conf", path), "old\n");
	assert_int_equal(chmod(path, 0604), 0);
	old = text_file("old\n");
	sb_add(&text, "new\n");
	assert_int_equal(fmt_write(path, old, &text), 0);
	assert_file(path, "new\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
	assert_int_equal(files_in(tmp.path), 1);
	srcfile_free(old);
}

static void test_write_race(void **state)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX];
	struct srcfile *old;

	(void)state;
	write_text(tmpdir_path(&tmp, "a.conf", path), "somebody else's\n");
	old = text_file("old\n");
	sb_add(&text, "new\n");
	assert_int_equal(fmt_write(path, old, &text), -ESTALE);
	assert_file(path, "somebody else's\n");
	assert_int_equal(files_in(tmp.path), 1);
	unlink(path);
	assert_int_equal(fmt_write(path, old, &text), -ENOENT);
	srcfile_free(old);
}

/* RLIMIT_FSIZE makes write(2) fail half way, as a full disk does. */
static void test_write_full_disk(void **state)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	const struct rlimit limit = { .rlim_cur = 5000, .rlim_max = 5000 };
	char path[PATH_MAX];
	struct srcfile *old;
	pid_t child;
	int status;

	(void)state;
	write_text(tmpdir_path(&tmp, "a.conf", path), "old\n");
	old = text_file("old\n");
	sb_fill(&text, 'x', 20000);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit))
			_exit(2);
		_exit(fmt_write(path, old, &text) == -EFBIG ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_file(path, "old\n");
	assert_int_equal(files_in(tmp.path), 1);
	srcfile_free(old);
}

static void assert_diff(const char *from, const char *want)
{
	__attribute__((cleanup(fmt_done))) struct fmt f = { 0 };
	__attribute__((cleanup(sb_done))) struct strbuf diff = STRBUF_INIT;
	struct srcfile *src = text_file(from);

	assert_int_equal(fmt_text(src, &(struct fmt_reading){ 0 }, &f), 0);
	assert_int_equal(f.result, FMT_CHANGED);
	fmt_diff(&f, src, "x.conf", &diff);
	assert_string_equal(sb_str(&diff), want);
	srcfile_free(src);
}

static void test_diff(void **state)
{
	(void)state;
	assert_diff("defaults {\nverbosity 2\n}", "--- x.conf\n+++ x.conf\n@@ -1,3 +1,3 @@\n"
						  " defaults {\n-verbosity 2\n-}\n"
						  "\\ No newline at end of file\n"
						  "+\tverbosity 2\n+}\n");
	assert_diff("\n", "--- x.conf\n+++ x.conf\n@@ -1,1 +0,0 @@\n-\n");
	/* two changes far from each other are two hunks; a dropped line shifts the second */
	assert_diff("\n# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n# 7\n# 8\n # 9\n",
		    "--- x.conf\n+++ x.conf\n@@ -1,4 +1,3 @@\n-\n # 1\n # 2\n # 3\n"
		    "@@ -7,4 +6,4 @@\n # 6\n # 7\n # 8\n- # 9\n+# 9\n");
}

static void test_results(void **state)
{
	static const struct {
		const char *text;
		enum fmt_result result;
	} rows[] = {
		{ "", FMT_SAME },
		{ "# only a comment\n", FMT_SAME },
		{ "defaults {\n\tverbosity 2\n}\n", FMT_SAME },
		{ "defaults {\n\tverbosity \"2\"\n}\n", FMT_CHANGED },
		{ "defaults {\n}", FMT_CHANGED },
		{ "defaults\n{\n}\n", FMT_REFUSED },
		{ "defaults {\n", FMT_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		__attribute__((cleanup(fmt_done))) struct fmt f = { 0 };
		struct srcfile *src = text_file(rows[i].text);

		assert_int_equal(fmt_text(src, &(struct fmt_reading){ 0 }, &f), 0);
		assert_int_equal(f.result, rows[i].result);
		assert_int_equal(f.result == FMT_REFUSED, f.why.len != 0);
		srcfile_free(src);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_write, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_race, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_full_disk, setup, teardown),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
