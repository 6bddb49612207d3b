# The 24 mistakes that people made, as tests/conf/cases has them: line and id of what is said.
while read -r name want; do
	case $name in '' | '#'*) continue ;; esac
	got=$(ids -W no-default-value -W no-device-merged "$here/../conf/cases/$name.conf" | tr ' \n' ': ')
	[ "$got" = "$want " ] || echo "got: $got"
	[ "$got" = "$want " ]
	result $? "mistake $name"
done <<'END'
01-typo-key 2:unknown-keyword
02-typo-section 1:unknown-section
03-equals 3:equals-sign 4:equals-sign
04-comma 3:stray-comma 4:stray-comma 5:stray-comma 6:stray-comma
05-smartquote 2:typographic-quotes
06-brace-nextline 1:brace-on-next-line
07-missing-close 1:unclosed-section
08-extra-close 4:unmatched-close-brace
09-bad-enum 2:value-prefix 3:unknown-prioritizer 4:unknown-checker 5:invalid-value
10-bad-int 2:not-a-number 3:invalid-value 4:trailing-unit 5:invalid-value
11-dup-key 3:duplicate-keyword 5:repeated-section
12-bad-regex 2:shell-pattern 3:bad-regex 4:shell-pattern 4:lvm2-regex
13-oneline 1:one-line-section
14-unclosed-quote 3:missing-quote
15-wrong-section-key 3:impossible-wwid 4:misplaced-keyword 5:misplaced-keyword
16-dup-alias 2:duplicate-multipath 3:impossible-wwid 7:impossible-wwid 11:impossible-wwid
17-device-no-vendor 2:device-incomplete
18-extra-data 2:unquoted-value 4:extra-data
19-conflict 2:queue-conflict 5:timeout-order
20-deprecated 2:ignored-keyword 3:ignored-keyword 4:ignored-keyword 5:ignored-keyword 6:ineffective-keyword
21-utf8bom 1:utf8-bom
22-crlf 1:crlf
23-prose 1:unknown-keyword 2:prose-line
24-nested-blacklist 3:misplaced-keyword
END
[ -z "$(ids "$here/../conf/cases/00-empty.conf")" ]
result $? "an empty file is clean"

# What helps: the nearest keyword of that section, the nearest word, the other place.
suggestion() { lint --format=json "$1" | jq -r --arg id "$2" '[.diagnostics[]|select(.id==$id)][0].suggestion'; }
[ "$(suggestion "$here/../conf/cases/01-typo-key.conf" unknown-keyword)" = polling_interval ]
result $? "the nearest keyword is suggested"
[ "$(suggestion "$here/../conf/cases/02-typo-section.conf" unknown-section)" = defaults ]
result $? "the nearest section is suggested"
[ "$(suggestion "$here/../conf/cases/09-bad-enum.conf" invalid-value)" = immediate ] &&
	[ "$(suggestion "$here/../conf/cases/09-bad-enum.conf" unknown-checker)" = tur ] &&
	[ "$(suggestion "$here/../conf/cases/09-bad-enum.conf" unknown-prioritizer)" = alua ]
result $? "the nearest word of the vocabulary is suggested"
printf 'multipaths {\n\tmultipath {\n\t\twwid 3600a098038303053442b463045727654\n\t\tpath_chekcer tur\n\t}\n}\n' >"$tmp/near.conf"
[ "$(suggestion "$tmp/near.conf" unknown-keyword)" != path_checker ]
result $? "a keyword that the section does not allow is not suggested"
printf 'devices {\n\tdevice {\n\t\tvendor NETAPP\n\t}\n}\n' >"$tmp/vendor.conf"
[ "$(suggestion "$here/../conf/cases/17-device-no-vendor.conf" device-incomplete)" = '"multipath -ll" shows VENDOR,PRODUCT of a map' ] &&
	[ "$(suggestion "$tmp/vendor.conf" device-incomplete)" = 'product ".*" is for all products of a vendor' ]
result $? "what a device section lacks decides what is suggested"
! lint "$here/../conf/cases/20-deprecated.conf" | grep -q 'not set'
result $? "no value is named where there is none"
lint --format=json "$here/../conf/cases/11-dup-key.conf" |
	jq -e '[.diagnostics[]|select(.id=="duplicate-keyword").notes[]|.line]==[2]' >/dev/null
result $? "the note of a duplicate points at the first one"
