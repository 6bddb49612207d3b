# Input that is no configuration, too much of it, and none.
limits() { # seconds: run with bounded time and memory (KiB)
	local t=$1 m=$2
	shift 2
	[ -n "$SAN" ] && { timeout 120 "$@"; return; }
	(ulimit -v "$m"; timeout "$t" "$@")
}
mkdir "$tmp/dir.conf"
mkfifo "$tmp/fifo.conf"
printf 'defaults {\n}\n' >"$tmp/secret.conf"
status 3 "a directory" "$tmp/dir.conf"
grep -qF "$tmp/dir.conf: Is a directory" "$tmp/err"
result $? "a directory is named"
timeout 5 "$mini" lint "$tmp/fifo.conf" >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && grep -qF "$tmp/fifo.conf: no regular file" "$tmp/err"
result $? "a FIFO is refused without waiting"
if [ "$(id -u)" = 0 ]; then
	chmod 0 "$tmp/secret.conf" && chmod 755 "$tmp"
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$mini" lint "$tmp/secret.conf" >"$tmp/out" 2>"$tmp/err"
else
	chmod 0 "$tmp/secret.conf" && lint "$tmp/secret.conf" >"$tmp/out" 2>"$tmp/err"
fi
[ $? = 3 ] && grep -qF "secret.conf: Permission denied" "$tmp/err"
result $? "a file that may not be read"
head -c 300000 "$mini" >"$tmp/binary.conf"
limits 20 1000000 "$mini" lint "$tmp/binary.conf" >"$tmp/out" 2>&1
rc=$?
[ $rc = 2 ] && ! LC_ALL=C grep -q $'[\001-\010\013-\037]' "$tmp/out"
result $? "binary data: errors, and nothing unprintable"
limits 20 1000000 "$mini" lint --fix - <"$tmp/binary.conf" >"$tmp/out" 2>/dev/null
[ $? -le 2 ]
result $? "binary data can be mended without harm"
: >"$tmp/zero.conf"
status 0 "an empty file" --strict "$tmp/zero.conf"
for what in open close quote newline nul word; do
	case $what in
	open) c='{' ;; close) c='}' ;; quote) c='"' ;; newline) c='\n' ;; nul) c='\0' ;; word) c=x ;;
	esac
	head -c 4000000 /dev/zero | tr '\0' "$c" | limits 60 1500000 "$mini" lint -q - >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc -le 3 ] || { echo "rc $rc"; cat "$tmp/err"; }
	[ $rc -le 3 ]
	result $? "4 MB of $what"
done
truncate -s 1G "$tmp/big.conf"
limits 20 1000000 "$mini" lint "$tmp/big.conf" >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && grep -qF "$tmp/big.conf: File too large" "$tmp/err"
result $? "a file of 1 GB is refused by its size"
rm -f "$tmp/big.conf"
head -c 1073741824 /dev/zero | tr '\0' '{' | limits 60 1000000 "$mini" lint - >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && grep -qF -- "-: File too large" "$tmp/err"
result $? "1 GB of { on a pipe ends at the limit, in bounded memory"
for i in $(seq 20000); do echo 'devices {'; done >"$tmp/deep.conf"
status 2 "20,000 open braces" "$tmp/deep.conf"
for i in $(seq 20000); do echo 'foo {'; done >"$tmp/deep.conf"
for i in $(seq 20000); do echo '}'; done >>"$tmp/deep.conf"
[ "$(ids "$tmp/deep.conf")" = "1 unknown-section" ]
result $? "an unknown section nested 20,000 deep is one mistake"
yes 'nonsense 1' | head -120000 >"$tmp/many.conf"
lint --format=gcc "$tmp/many.conf" >"$tmp/out"
grep -q '\[too-many-problems\]$' "$tmp/out" && [ "$(wc -l <"$tmp/out")" -lt 100010 ]
result $? "more problems than are listed: said so"
awk 'BEGIN { for (i = 0; i < 2000010; i++) print "" }' >"$tmp/many.conf"
[ "$(ids "$tmp/many.conf" | cut -d' ' -f2)" = too-many-lines ]
result $? "more lines than are read: said so"
awk 'BEGIN { print "blacklist {"; for (i = 0; i < 65540; i++) print "\twwid \"3600a0980383030534" i "\""; print "}" }' >"$tmp/many.conf"
ids "$tmp/many.conf" | cut -d' ' -f2 | grep -qx too-many-rules
result $? "more rules than are held: said so"
# A file that changes while it is checked is not overwritten: the daemon of a config manager may be at it.
lint --format=gcc "$tmp/absent" "$tmp/dir.conf" "$tmp/clean.conf" >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && [ "$(wc -l <"$tmp/err")" = 2 ] && tail -1 "$tmp/out" | grep -q '2 not read'
result $? "every file that cannot be read is named and counted"
