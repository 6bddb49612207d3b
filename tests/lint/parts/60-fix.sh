# --fix and --diff: what is mended, and that nothing else is.
effective() { "$dump" -r "$1" 2>/dev/null; }
fixed() { # file: the fixed text, as a filter
	lint --fix - <"$1" 2>/dev/null
}
cat >"$tmp/fix.conf" <<'END'
defaults
{  # remark
	polling_interval = 7 # seven
	path_checker=directio
	config_dir /etc/x  # our own
	verbosity 3;
	default_features "0"
	prio_callout "/sbin/x %n"
}
overrides
{
	no_path_retry 5,
}
devices {
	device {
		vendor “NETAPP”
		product "XYZ",
		checker tur
	}
},
END
cat >"$tmp/want.conf" <<'END'
defaults {
  # remark
	polling_interval 7 # seven
	path_checker directio
	# config_dir /etc/x # without effect since multipath-tools 0.8.8  # our own
	verbosity 3
	features "0"
	# prio_callout "/sbin/x %n" # gone since multipath-tools 0.4.9: see prio
}
overrides {
	no_path_retry 5
}
devices {
	device {
		vendor "NETAPP"
		product "XYZ"
		path_checker tur
	}
}
END
fixed "$tmp/fix.conf" | diff "$tmp/want.conf" - 
result $? "everything that can be mended is mended, comments are kept"
cp "$tmp/fix.conf" "$tmp/f.conf"
lint --diff "$tmp/f.conf" >"$tmp/patch"
cmp "$tmp/fix.conf" "$tmp/f.conf"
result $? "--diff changes nothing"
patch -s -o "$tmp/patched" "$tmp/f.conf" <"$tmp/patch" && cmp "$tmp/patched" <(fixed "$tmp/fix.conf")
result $? "--diff is the change as a patch"
lint --fix "$tmp/f.conf" >"$tmp/out"
cmp "$tmp/f.conf" "$tmp/want.conf" && grep -q 'mended, 0 errors' <(tail -1 "$tmp/out")
result $? "--fix writes it and counts"
sum=$(stat -c '%i %Y' "$tmp/f.conf")
lint --fix "$tmp/f.conf" >/dev/null
[ "$sum" = "$(stat -c '%i %Y' "$tmp/f.conf")" ]
result $? "a file with nothing to mend is not written"

# Every mistake that --fix claims to mend is gone; those that say they have no effect have none.
lint --list-checks | awk '$3 == "fix" { print $1 }' >"$tmp/fixable"
bad=0 same=0
for f in "$here"/checks/*.conf "$here"/../conf/cases/*.conf; do
	fixed "$f" >"$tmp/one"
	ids "$tmp/one" | awk '{ print $2 }' | grep -xF -f "$tmp/fixable" | grep -vxF removed-keyword |
		sed "s|^|$f: left: |" | grep . && bad=1
	keep=(-W no-equals-sign -W no-stray-comma -W no-typographic-quotes -W no-renamed-keyword -W no-brace-on-next-line)
	lint --fix "${keep[@]}" - <"$f" >"$tmp/one" 2>/dev/null
	cmp -s <(effective "$f") <(effective "$tmp/one") || { echo "$f: the effective configuration changed"; same=1; }
done
result $bad "what is mended stays mended"
result $same "repairs without effect have none"

# Written whole or not at all; owner, mode and links are kept.
cp "$tmp/fix.conf" "$tmp/f.conf" && chmod 640 "$tmp/f.conf"
ln -sf f.conf "$tmp/link.conf"
lint --fix "$tmp/link.conf" >/dev/null
[ -L "$tmp/link.conf" ] && [ "$(stat -c %a "$tmp/f.conf")" = 640 ] && cmp "$tmp/f.conf" "$tmp/want.conf"
result $? "mode and symbolic link are kept"
cp "$tmp/fix.conf" "$tmp/f.conf"
before=$(ls -A "$tmp" | sort)
for blocks in 0 1; do
	{ cat "$tmp/fix.conf"; for i in $(seq 40); do echo "# a remark that makes the file longer, number $i"; done; } >"$tmp/f.conf"
	cp "$tmp/f.conf" "$tmp/f.orig"
	(ulimit -f $blocks; trap '' XFSZ; lint --fix "$tmp/f.conf" 2>&1 | cat >/dev/null; exit "${PIPESTATUS[0]}") 2>/dev/null
	rc=$?
	[ $rc = 3 ] && cmp "$tmp/f.conf" "$tmp/f.orig"
	result $? "a full file system ($blocks blocks) leaves the file as it was, exit 3"
done
rm -f "$tmp/f.orig"
[ "$before" = "$(ls -A "$tmp" | sort)" ] || ls -A "$tmp"
[ "$before" = "$(ls -A "$tmp" | sort)" ]
result $? "and no temporary file"
if [ "$(id -u)" != 0 ]; then
	chmod 500 "$tmp/image" && cp "$tmp/fix.conf" "$tmp/image/f.conf" 2>/dev/null
fi
mkdir -p "$tmp/recorded/etc" && cp "$tmp/fix.conf" "$tmp/recorded/etc/multipath.conf"
"$mini" replay "$tmp/recorded" -- lint --fix >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && grep -q 'Read-only file system; it is as it was' "$tmp/err" && cmp "$tmp/fix.conf" "$tmp/recorded/etc/multipath.conf"
result $? "a recorded host is not changed"
# Nobody can be stopped at every point, but at many: the file is the old one or the new one.
bad=0
for i in $(seq 1 40); do
	cp "$tmp/fix.conf" "$tmp/f.conf"
	lint --fix "$tmp/f.conf" >/dev/null 2>&1 &
	pid=$!
	for ((j = 0; j < i * 20; j++)); do :; done
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	cmp -s "$tmp/f.conf" "$tmp/fix.conf" || cmp -s "$tmp/f.conf" "$tmp/want.conf" || bad=1
done
result $bad "killed at any time, the file is the old or the new one"
rm -f "$tmp"/f.conf.*
