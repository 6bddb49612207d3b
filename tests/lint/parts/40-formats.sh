# The five formats.
mkdir "$tmp/json" "$tmp/sarif"
for f in "$here"/checks/[a-d]*.conf "$here"/../conf/cases/*.conf; do
	n=$(basename "$f")
	lint --strict --format=json "$f" >"$tmp/json/$n" 2>/dev/null
	case $n in *[05]-*) lint --strict --format=sarif "$f" >"$tmp/sarif/$n" 2>/dev/null ;; esac
done
lint --format=json "$tmp/absent" >"$tmp/json/absent" 2>/dev/null
lint --format=sarif "$tmp/absent" >"$tmp/sarif/absent" 2>/dev/null
python3 "$here/validate.py" dist/schema/lint.schema.json "$tmp"/json/*
result $? "JSON reports fit their schema"
python3 "$here/validate.py" "$here/sarif-2.1.0-subset.schema.json" "$tmp"/sarif/*
result $? "SARIF reports fit SARIF 2.1.0 as we read it"
/usr/bin/python3 "$here/sarif_model.py" "$tmp"/sarif/*
result $? "SARIF reports fit the object model made from the official schema"
jq '.runs[0].results[0].severity = "error"' "$tmp/sarif/15-wrong-section-key.conf" >"$tmp/bad.sarif"
! /usr/bin/python3 "$here/sarif_model.py" "$tmp/bad.sarif" >"$tmp/out" && grep -q 'runs/results has no member severity' "$tmp/out" &&
	! python3 "$here/validate.py" "$here/sarif-2.1.0-subset.schema.json" "$tmp/bad.sarif" >"$tmp/out"
result $? "both find a member that SARIF does not have"
jq -e '.runs[0].invocations[0]|(.executionSuccessful|not) and (.toolExecutionNotifications|length==1)' "$tmp/sarif/absent" >/dev/null &&
	jq -e '.diagnostics[0]|.id=="unreadable-file" and .line==0' "$tmp/json/absent" >/dev/null
result $? "a file that cannot be read is in both reports"

# Same diagnostics in all of them.
bad=0
for f in "$here"/../conf/cases/*.conf; do
	want=$(lint --format=json "$f" | jq -r '.diagnostics[]|"\(.line):\(.column) \(.severity) \(.id)"')
	gcc=$(lint --format=gcc "$f" | sed -n 's/^[^:]*:\([0-9]*:[0-9]*\): \([a-z]*\): .*\[\(.*\)\]$/\1 \2 \3/p')
	text=$(lint "$f" | sed -n 's/^[^: ]*:\([0-9]*:[0-9]*\): \([a-z]*\): .*\[\([a-z0-9-]*\)\]$/\1 \2 \3/p')
	github=$(lint --format=github "$f" | sed -n 's/^::\([a-z]*\) file=[^,]*,line=\([0-9]*\),col=\([0-9]*\)::.*\[\([a-z0-9-]*\)\].*/\2:\3 \1 \4/p' | sed 's/ notice / note /')
	sarif=$(lint --format=sarif "$f" | jq -r '.runs[0].results[]|"\(.locations[0].physicalLocation.region.startLine) \(.level) \(.ruleId)"')
	[ "$want" = "$gcc" ] && [ "$want" = "$text" ] && [ "$want" = "$github" ] &&
		[ "$(sed 's/:[0-9]*//' <<<"$want")" = "$sarif" ] || { echo "$f"; bad=1; }
done
result $bad "all formats report the same places, severities and ids"

# The text format: place, underline, notes, suggestion, last line.
printf 'defaults {\n\tpolling_interval 2\n\tpolling_interval 3\n\tfailback imediate\n}\n' >"$tmp/t.conf"
(cd "$tmp" && lint t.conf) >"$tmp/out"
diff "$tmp/out" - <<'END'
t.conf:3:2: warning: "polling_interval" stood here before; the last one wins [duplicate-keyword]
    3 | 	polling_interval 3
      | 	^~~~~~~~~~~~~~~~
t.conf:2:19: note: the value before this one
    2 | 	polling_interval 2
      | 	                 ^
t.conf:4:11: error: "imediate" is no value for "failback"; valid: manual|immediate|followover|0..2147483647 (s) [invalid-value]
    4 | 	failback imediate
      | 	         ^~~~~~~~
      = help: did you mean immediate?
1 error, 1 warning, 0 notes in 1 file
END
result $? "text shows the line, underlines the words and points at the other place"
printf 'defaults {\n\tprio_args caf\303\251 x\n\tprio_args a\033[31mb c\n}\n' >"$tmp/t.conf"
lint "$tmp/t.conf" >"$tmp/out"
! grep -q $'\033' "$tmp/out" && grep -q 'a\\x1b\[31mb' "$tmp/out"
result $? "nothing in a file can drive the terminal"
awk '/^ *[0-9]+ \|/ { line = $0 } /^ +\| / { if (length($0) > length(line) + 1) bad = 1 } END { exit bad }' "$tmp/out"
result $? "underlines end where their line does"
head -c 100000 /dev/zero | tr '\0' x >"$tmp/t.conf"
[ "$(lint "$tmp/t.conf" | awk '{ if (length($0) > m) m = length($0) } END { print m }')" -lt 300 ]
result $? "of a long line only the part around the place is shown"

# GitHub's commands, character by character where it matters.
printf 'defaults {\n\tfoo%%b:a,r 1\n}\n' >"$tmp/a,b:c.conf"
(cd "$tmp" && lint --format=github 'a,b:c.conf') | head -1 |
	grep -qxF '::error file=a%2Cb%3Ac.conf,line=2,col=2::unknown keyword "foo%25b:a,r" in the defaults section [unknown-keyword]'
result $? "GitHub commands are escaped"

# Colour.
printf 'x y z\n' >"$tmp/t.conf"
! lint "$tmp/t.conf" | grep -q $'\033'
result $? "no colour into a pipe"
lint --color=always "$tmp/t.conf" | grep -q $'\033\[1;31merror:\033\[0m'
result $? "--color=always"
env -u NO_COLOR TERM=xterm script -qec "$mini lint $tmp/t.conf" /dev/null </dev/null | grep -q $'\033\[1;31m'
result $? "colour on a terminal"
! NO_COLOR=1 TERM=xterm script -qec "$mini lint $tmp/t.conf" /dev/null </dev/null | grep -q $'\033\['
result $? "NO_COLOR is respected"
