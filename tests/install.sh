#!/bin/bash
# make install DESTDIR=...: what has to be there is, and works from there. Prints TAP.
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
result() { if [ "$1" = 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi; }
make -s install DESTDIR="$tmp/d" PREFIX=/usr >"$tmp/log" 2>&1
r=$?
[ $r = 0 ] || cat "$tmp/log"
result $r "make install DESTDIR=... PREFIX=/usr"
d=$tmp/d/usr
for f in sbin/minipath sbin/multipath share/man/man1/minipath.1 share/man/man1/minipath-fmt.1 \
	share/man/man1/minipath-lint.1 share/man/man1/minipath-scsi-id.1 share/man/man5/multipath.conf.5 \
	share/man/man8/multipath.8 share/bash-completion/completions/minipath \
	share/bash-completion/completions/multipath share/zsh/site-functions/_minipath \
	share/fish/vendor_completions.d/minipath.fish share/doc/minipath/multipath.conf \
	share/doc/minipath/all-defaults.conf share/doc/minipath/github-problem-matcher.json \
	share/doc/minipath/lint-workflow.yml share/man/man1/minipath-status.1 \
	share/doc/minipath/monitoring/minipath.rules.yml share/doc/minipath/schema/status.schema.json; do
	[ -s "$d/$f" ]
	result $? "/usr/$f is installed"
done
diff <(cd conf-examples && ls ./*.conf) <(cd "$d/share/doc/minipath" && ls ./*.conf)
result $? "every example is installed"
[ -z "$(find "$tmp/d" -type l ! -exec test -e {} \; -print)" ]
result $? "no symbolic link leads nowhere"
[ -z "$(find "$tmp/d" -type f -perm /022 -print)" ] && [ -x "$d/sbin/minipath" ]
result $? "nothing is writable for others"
! grep -rlF "$tmp" "$d"
result $? "no file holds the name of DESTDIR"
"$d/sbin/minipath" --version | grep -q '^minipath '
result $? "the installed minipath runs"
"$d/sbin/multipath" -h 2>&1 | grep -q '^multipath-tools v'
result $? "the installed multipath runs under its name"
"$d/sbin/minipath" fmt --check "$d"/share/doc/minipath/*.conf
result $? "the installed minipath finds the installed examples in order"
groff -man -Tascii "$d/share/man/man5/multipath.conf.5" 2>/dev/null | grep -q 'path_grouping_policy'
result $? "the installed manual has the keywords"
grep -q 'minipath' "$d/share/zsh/site-functions/_minipath"
result $? "the installed completions are made"
python3 - dist/github-problem-matcher.json <<'END'
import json, re, sys
p = json.load(open(sys.argv[1]))["problemMatcher"][0]["pattern"][0]
m = re.match(p["regexp"], 'a/multipath.conf:3:21: error: "x" is wrong [unknown-keyword]')
assert m and m.group(p["file"]) == "a/multipath.conf" and m.group(p["line"]) == "3"
assert m.group(p["column"]) == "21" and m.group(p["severity"]) == "error"
assert m.group(p["message"]) == '"x" is wrong' and m.group(p["code"]) == "unknown-keyword"
assert not re.match(p["regexp"], "2 errors, 1 warning, 1 note in 1 file")
END
result $? "the problem matcher takes a diagnostic apart"
if build/minipath --help | grep -q '^  lint '; then
	printf 'defaults {\n\tno_such 1\n}\n' >"$tmp/x.conf"
	build/minipath lint --format=gcc "$tmp/x.conf" >"$tmp/out"
	python3 - dist/github-problem-matcher.json "$tmp/out" <<'END'
import json, re, sys
p = json.load(open(sys.argv[1]))["problemMatcher"][0]["pattern"][0]
assert any(re.match(p["regexp"], l.rstrip("\n")) for l in open(sys.argv[2]))
END
	result $? "the problem matcher takes what lint prints"
else
	echo "# SKIP the problem matcher on lint's output: this build has no lint verb"
fi
for id in minipath-lint minipath-fmt; do
	grep -q "^- id: $id\$" .pre-commit-hooks.yaml
	result $? ".pre-commit-hooks.yaml has $id"
done
