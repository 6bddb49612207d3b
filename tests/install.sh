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
for f in sbin/minipath sbin/multipath sbin/kpartx lib/udev/kpartx_id share/man/man8/kpartx.8 sbin/mpathpersist share/man/man8/mpathpersist.8 share/man/man1/minipath.1 share/man/man1/minipath-fmt.1 \
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
# The daemon as a service, for an initramfs, and udev's rules under both sets of names.
for f in lib/systemd/system/multipathd.service lib/systemd/system/multipathd.socket \
	lib/systemd/system/multipathd-queueing.service lib/tmpfiles.d/multipath.conf \
	lib/modules-load.d/multipath.conf lib/modules-load.d/scsi_dh.conf share/man/man8/multipathd.8 \
	share/man/man8/multipathc.8 share/initramfs-tools/hooks/multipath \
	share/initramfs-tools/scripts/local-top/multipath lib/dracut/modules.d/90multipath/module-setup.sh; do
	[ -s "$d/$f" ]
	result $? "/usr/$f is installed"
done
for names in upstream:2 debian:3; do
	make -s install-udev UDEV_NAMES="${names%:*}" DESTDIR="$tmp/${names%:*}" PREFIX=/usr
	[ "$(ls "$tmp/${names%:*}/usr/lib/udev/rules.d")" = "$(awk -v c="${names#*:}" '!/^#/ { print $c }' dist/udev/names | sort)" ]
	result $? "udev rules are installed under the names of ${names%:*}"
done
! grep -rn '@[A-Z]*@' "$d/lib" "$d/share/initramfs-tools"
result $? "no place holder is left"
bad=0
for f in "$d"/share/initramfs-tools/hooks/* "$d"/share/initramfs-tools/scripts/local-top/* dist/dracut/multipath*.sh; do
	sh -n "$f" || bad=1
done
bash -n "$d/lib/dracut/modules.d/90multipath/module-setup.sh" || bad=1
result $bad "scripts for initramfs images can be read by their shells"
grep -qx 'Restart=on-failure' "$d/lib/systemd/system/multipathd.service"
result $? "the daemon's unit starts it again after a crash (0.11.0)"
if command -v systemd-analyze >/dev/null; then
	mkdir "$tmp/units" && cp "$d"/lib/systemd/system/multipathd* "$tmp/units"
	sed -i 's|/usr/sbin/multipathd|/bin/true|' "$tmp"/units/*.service # not installed on this machine
	systemd-analyze verify --man=no "$tmp"/units/multipathd* >"$tmp/out" 2>&1
	r=$?
	grep -F "$tmp/units" "$tmp/out" && r=1
	result $r "systemd has nothing to say against the units"
else
	echo "# SKIP no systemd-analyze here"
fi
if udevadm verify --help >/dev/null 2>&1; then
	udevadm verify --no-summary "$tmp"/upstream/usr/lib/udev/rules.d/*.rules
	result $? "udevadm has nothing to say against the rules"
else
	echo "# SKIP this udevadm cannot verify rules (systemd 254 can)"
fi
# Every jump has its label, every line parses into KEY OP "value", ....
python3 - "$tmp"/upstream/usr/lib/udev/rules.d/*.rules <<'END'
import re, sys
item = re.compile(r'\s*([A-Z]+)(\{[^}]+\})?\s*(==|!=|=|\+=|-=|:=)\s*"[^"]*"\s*')
for name in sys.argv[1:]:
    jumps, labels = set(), set()
    for n, line in enumerate(open(name), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        at = 0
        while at < len(line):
            m = item.match(line, at)
            assert m, "%s:%d: %s" % (name, n, line[at:])
            at = m.end() + (line[m.end():m.end() + 1] == ",")
        jumps |= set(re.findall(r'GOTO="([^"]+)"', line))
        for l in re.findall(r'LABEL="([^"]+)"', line):
            assert l not in labels, "%s:%d: %s twice" % (name, n, l)
            labels.add(l)
    assert jumps <= labels, "%s: no label for %s" % (name, jumps - labels)
END
result $? "the rules parse, and every jump leads somewhere"
"$d/lib/udev/kpartx_id" 254 0 part3-LVM-x | grep -qx DM_PART=3
result $? "kpartx_id runs under its name"
"$d/sbin/kpartx" -l nosuch | grep -qx 'failed to stat() nosuch'
result $? "the installed kpartx runs under its name"
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
