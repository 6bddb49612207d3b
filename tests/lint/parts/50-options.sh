# Options, exit codes, comments that disable, several files.
status() { # wanted what args...
	local want=$1 what=$2 rc
	shift 2
	lint "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc = "$want" ] || { echo "rc $rc"; cat "$tmp/out" "$tmp/err"; }
	[ $rc = "$want" ]
	result $? "$what: exit $want"
}
printf 'defaults {\n\tpolling_interval 7\n}\n' >"$tmp/clean.conf"
printf 'defaults {\n\tverbosity 9\n}\n' >"$tmp/warn.conf"
printf 'defaults {\n\tnonsense 9\n}\n' >"$tmp/error.conf"
status 0 "a clean file" "$tmp/clean.conf"
status 0 "warnings" "$tmp/warn.conf"
status 1 "warnings with --strict" --strict "$tmp/warn.conf"
status 2 "errors" "$tmp/error.conf"
status 2 "errors with --strict" --strict "$tmp/error.conf" "$tmp/warn.conf"
status 3 "a file that is not there" "$tmp/absent" "$tmp/error.conf"
grep -qF "minipath lint: $tmp/absent: No such file or directory" "$tmp/err" && grep -q nonsense "$tmp/out"
result $? "it is named on standard error, the other file is checked"
status 3 "an unknown option" --nonsense
status 3 "an unknown format" --format=xml "$tmp/clean.conf"
status 3 "an unknown check" -W nonsense "$tmp/clean.conf"
grep -q nonsense "$tmp/err" && grep -q list-checks "$tmp/err"
result $? "the message names it and the way out"
for v in 0.4.4 x 1..2 "" . 0.9.4-1; do status 3 "target version '$v'" "--target-version=$v" "$tmp/clean.conf"; done
for v in 0.4.5 0.4.9 0.9.4 0.14.3 0.15 0.15.0; do status 0 "target version $v" "--target-version=$v" "$tmp/clean.conf"; done
status 0 "help" --help
status 0 "an error turned off" -W no-unknown-keyword "$tmp/error.conf"
status 0 "an error made a warning" -W unknown-keyword "$tmp/error.conf"
status 2 "a warning made an error" -E value-too-large "$tmp/warn.conf"
status 3 "explain an unknown check" --explain nonsense
[ "$(tail -1 < <(lint "$tmp/error.conf" "$tmp/warn.conf"))" = "1 error, 1 warning, 0 notes in 2 files" ]
result $? "the last line counts"
[ "$(lint -q "$tmp/error.conf")" = "1 error, 0 warnings, 0 notes in 1 file" ]
result $? "-q is the last line alone"
lint --list-checks | awk '{ print $1 }' | sort | uniq -d | grep -q . && rc=1 || rc=0
result $rc "ids are unique"

# Several files are one configuration, or not.
printf 'devices {\n\tdevice {\n\t\tvendor "NETAPP"\n\t\tproduct "XYZ"\n\t\tno_path_retry 5\n\t}\n}\n' >"$tmp/a.conf"
sed s/5/6/ "$tmp/a.conf" >"$tmp/b.conf"
lint --format=gcc "$tmp/a.conf" "$tmp/b.conf" | grep -q 'b.conf:2:2: note: .*\[device-merged\]'
result $? "files are one configuration in the given order"
! lint --each --format=gcc "$tmp/a.conf" "$tmp/b.conf" | grep -q 'device-merged'
result $? "--each checks each alone"
[ "$(lint --format=gcc - <"$tmp/error.conf" | head -1)" = '-:2:2: error: unknown keyword "nonsense" in the defaults section [unknown-keyword]' ]
result $? "- is standard input"
cat "$tmp/error.conf" | lint - | grep -q '^    2 | .nonsense 9$'
result $? "the source line is shown for a pipe too"

# Without FILE: as the daemon reads them. A recorded host has its files below a folder.
mkdir -p "$tmp/host/etc/multipath/conf.d"
cp "$tmp/error.conf" "$tmp/host/etc/multipath.conf"
cp "$tmp/warn.conf" "$tmp/host/etc/multipath/conf.d/b.conf"
cp "$tmp/warn.conf" "$tmp/host/etc/multipath/conf.d/a.conf"
cp "$tmp/error.conf" "$tmp/host/etc/multipath/conf.d/a.conf.bak"
"$mini" replay "$tmp/host" -- lint --format=gcc >"$tmp/out" 2>"$tmp/err"
[ "$(sed 's|^.*/etc/|/etc/|; s/: .*//' "$tmp/out" | head -3 | tr '\n' ' ')" = "/etc/multipath.conf:2:2 /etc/multipath/conf.d/a.conf:2:12 /etc/multipath/conf.d/b.conf:2:12 " ] ||
	{ cat "$tmp/out" "$tmp/err"; false; }
result $? "the main file and conf.d, in order, *.conf only"

mkdir -p "$tmp/bare/etc"
"$mini" replay "$tmp/bare" -- lint >"$tmp/out" 2>"$tmp/err"
[ $? = 0 ] && grep -q "bare/etc/multipath.conf here, nothing is checked" "$tmp/err" && grep -q 'in 0 files' "$tmp/out"
result $? "a machine without configuration: said so, as a forgotten FILE in a CI job would look the same"
ln -s nowhere "$tmp/host/etc/multipath/conf.d/c.conf"
"$mini" replay "$tmp/host" -- lint --format=gcc >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && grep -q 'conf.d/c.conf: No such file' "$tmp/err" && grep -q 'conf.d/b.conf:2:12' "$tmp/out"
result $? "a drop-in that vanished after it was listed: named, the others are checked, exit 3"

# Comments that disable.
cat >"$tmp/d.conf" <<'END'
defaults {
	nonsense 1 # minipath-lint: disable=unknown-keyword
	nonsense 2
	# minipath-lint: disable=unknown-keyword,value-too-large
	nonsense 3
	nonsense 4 # minipath-lint: disable=crlf
	nonsense 5 # minipath-lint: disable=all
	# minipath-lint: disable=unknown-keyword
	# another remark

	nonsense 6
}
multipaths { # minipath-lint: disable=unknown-keyword
	multipath {
		wwid 3600a098038303053442b463045727654
		nonsense 7
	}
	nonsense 8
}
# minipath-lint: disable=unknown-keyword
blacklist {
	nonsense 9
	device {
		nonsense 10
	}
}
blacklist_exceptions {
	nonsense 11
}
END
[ "$(ids "$tmp/d.conf" | tr '\n' ';')" = "3 unknown-keyword;6 unknown-keyword;28 unknown-keyword;" ] || ids "$tmp/d.conf"
[ "$(ids "$tmp/d.conf" | tr '\n' ';')" = "3 unknown-keyword;6 unknown-keyword;28 unknown-keyword;" ]
result $? "comments disable checks for a line, the next statement and a section"
{ cat "$tmp/d.conf"; echo "# minipath-lint: disable-file=unknown-keyword"; } >"$tmp/e.conf"
status 0 "disable-file" --strict "$tmp/e.conf"
lint --format=gcc "$tmp/e.conf" "$tmp/error.conf" | grep -q 'error.conf:2:2: error'
result $? "disable-file is for its own file"

# The release that reads the file.
printf 'devnode_blacklist {\n\tdevnode "^dcss"\n}\ndefaults {\n\tdefault_features "0"\n\tgetuid_callout "/sbin/x"\n\tconfig_dir /etc/x\n}\n' >"$tmp/old.conf"
at() { ids --target-version="$1" -W no-default-value "$tmp/old.conf" | tr ' \n' ':;'; }
[ "$(at 0.8.0)" = "6:ignored-keyword;" ] && [ "$(at 0.8.9)" = "6:ignored-keyword;7:ignored-keyword;" ] &&
	[ "$(at 0.9.0)" = "1:renamed-keyword;5:renamed-keyword;6:ignored-keyword;7:ignored-keyword;" ] &&
	[ "$(at 0.5.0)" = "6:ignored-keyword;7:keyword-too-new;" ] || { at 0.8.0; at 0.8.9; at 0.9.0; at 0.5.0; false; }
result $? "what is known, deprecated and gone depends on --target-version"
printf 'defaults {\n\trr_min_io 10\n\trr_weight priorities\n}\n' >"$tmp/rr.conf"
[ "$(ids --target-version=0.15.0 "$tmp/rr.conf" | tr ' \n' ':;')" = "2:ineffective-keyword;3:ineffective-keyword;" ] &&
	[ "$(ids "$tmp/rr.conf" | tr ' \n' ':;')" = "2:ineffective-keyword;3:ineffective-keyword;" ] &&
	lint -q --strict "$tmp/rr.conf" >"$tmp/out" && ! lint -q --strict --target-version=0.15 "$tmp/rr.conf" >"$tmp/out"
result $? "rr_min_io and its like have an id of their own: a note, from 0.15 on a warning"

# The copy in an initramfs.
mkdir -p "$tmp/image/etc/multipath/conf.d" "$tmp/empty"
cp "$tmp/clean.conf" "$tmp/image/etc/multipath.conf"
[ -z "$(ids --initramfs "$tmp/image" "$tmp/clean.conf")" ]
result $? "the same configuration in the initramfs"
printf '# remark\n\ndefaults {\n polling_interval "7"\n}' >"$tmp/image/etc/multipath.conf"
[ -z "$(ids --initramfs "$tmp/image" "$tmp/clean.conf")" ]
result $? "the same meaning in the initramfs"
printf 'blacklist {\n\twwid "abcdefgh12"\n}\n' >"$tmp/image/etc/multipath/conf.d/x.conf"
[ "$(ids --initramfs "$tmp/image" "$tmp/clean.conf")" = "1 initramfs-differs" ]
result $? "a drop-in more in the initramfs"
[ "$(ids --initramfs "$tmp/warn.conf" "$tmp/clean.conf")" = "1 initramfs-differs" ]
result $? "the copy as a file"
[ "$(ids --initramfs "$tmp/empty" "$tmp/clean.conf")" = "1 initramfs-missing" ]
result $? "no configuration in the initramfs"
status 3 "no initramfs" --initramfs "$tmp/absent" "$tmp/clean.conf"
