# Other people's files, read where they are: no error where multipath-tools is content, unless it is
# one that a person looked at, and the mistakes that are known to be in them.
corpus=
for d in ../../../../shared/reference/corpus ../shared/reference/corpus /work/shared/reference/corpus; do
	[ -d "$d" ] && corpus=$d && break
done
# Mistakes that multipath-tools takes without a word: single quotes kept as part of an expression,
# a product "*" that is no expression and never matches.
real='020.conf single-quotes
040.conf shell-pattern'
if [ -z "$corpus" ]; then
	echo "# SKIP no corpus of other people's files here"
else
	errors=$(awk -F'\t' '$7 == 0 && $8 == 0 { print $1 }' "$corpus/INDEX.tsv" | while read -r f; do
		[ -f "$corpus/$f" ] || continue
		lint --format=gcc "$corpus/$f" | sed -n "s/.*: error: .*\[\(.*\)\]$/$f \1/p"
	done | sort -u | grep -vxF "$real")
	[ -z "$errors" ] || echo "$errors"
	[ -z "$errors" ]
	result $? "no false error on files that multipath-tools takes without a word"
	while read -r f want; do
		[ -f "$corpus/$f.conf" ] || continue
		got=$(ids "$corpus/$f.conf")
		rc=0
		for w in $want; do grep -qx "${w/:/ }" <<<"$got" || { echo "$f: no $w"; rc=1; }; done
		result $rc "corpus $f: its mistakes are found"
	done <<-'END'
		004 30:invalid-value
		006 22:queue-conflict
		012 45:shell-pattern
		020 10:single-quotes
		026 1:crlf
		028 4:shell-pattern
		042 23:shell-pattern 33:shell-pattern 87:shell-pattern 108:device-incomplete
		060 23:useless-exception
		126 119:unknown-keyword 120:prose-line
		128 9:stray-comma 14:stray-comma 23:shell-pattern 33:shell-pattern 36:stray-comma
		130 3:unknown-keyword 4:unknown-keyword 6:renamed-keyword 13:brace-on-next-line 22:queue-conflict
		132 20:typographic-quotes 23:typographic-quotes
		136 1:brace-on-next-line 3:typographic-quotes
		138 4:repeated-section 16:unknown-keyword
	END
	bad=0
	for f in "$corpus"/*.conf; do
		lint --format=json "$f" | jq -e '.diagnostics' >/dev/null || { echo "$f"; bad=1; }
	done
	result $bad "the report on each is valid JSON"
fi
