# Every check: a file that triggers exactly it, one that does not, an explanation.
header() { # file key
	head -c 300 "$1" | sed -n "1s/.*# line=\([0-9]*\) options=\([^\r]*\).*/\\$2/p"
}
# Checks that no small file can trigger; 20-files.sh and 60-limits.sh do.
generated=" too-many-lines too-many-problems too-many-rules unreadable-file initramfs-differs initramfs-missing "
for id in $(lint --list-checks | awk '{print $1}'); do
	lint --explain "$id" >"$tmp/explain" && grep -q '^For example:' "$tmp/explain" && grep -q '^To mend it: ' "$tmp/explain"
	result $? "$id is explained"
	case $generated in *" $id "*) continue ;; esac
	f=$here/checks/$id.conf
	if [ ! -f "$f" ]; then
		echo "not ok - $id has a test"
		continue
	fi
	read -r -a opts <<<"$(header "$f" 2 | sed "s|@HERE@|$here|")"
	got=$(ids "${opts[@]}" "$f" | sort -u)
	[ "$got" = "$(header "$f" 1) $id" ] || echo "$got"
	[ "$got" = "$(header "$f" 1) $id" ]
	result $? "$id is triggered, and nothing else"
	f=$here/checks/$id.ok.conf
	read -r -a opts <<<"$(header "$f" 2 | sed "s|@HERE@|$here|")"
	got=$(ids "${opts[@]}" "$f")
	! grep -q " $id$" <<<"$got" && lint -q --strict "${opts[@]}" "$f" >"$tmp/out"
	rc=$?
	[ $rc = 0 ] || { echo "$got"; cat "$tmp/out"; }
	result $rc "$id is not triggered by a sane file"
done
