#!/bin/bash
# Manual pages: every keyword has prose, every verb and option of the programs is in its page, and
# groff and mandoc have nothing to say. Prints TAP.
cd "$(dirname "$0")/.." || exit 1
make -s all doc >/dev/null || { echo "not ok - the pages are made"; exit 1; }
result() { if [ "$1" = 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi; }
b=build
mapfile -t pages < <(ls man/*.[1-8] $b/man/*.[1-8])

$b/man/mkdoc check man/keywords.txt
result $? "every keyword has prose, and every prose a keyword"
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
sed '/^= failback$/,/^$/d' man/keywords.txt >"$tmp/less" && echo '= no_such_row' >>"$tmp/less"
$b/man/mkdoc check "$tmp/less" 2>"$tmp/err"
[ $? = 1 ] && grep -q 'written about failback$' "$tmp/err" && grep -q 'no keyword.*no_such_row' "$tmp/err"
result $? "a keyword without prose, and prose without a keyword, are found"

for p in "${pages[@]}"; do
	out=$(groff -man -Tutf8 -ww -z "$p" 2>&1)
	[ -z "$out" ] || echo "$out" | sed 's/^/# /'
	[ -z "$out" ]
	result $? "groff: ${p##*/}"
	if command -v mandoc >/dev/null; then
		mandoc -T lint -W warning "$p" | sed 's/^/# /'
		[ "${PIPESTATUS[0]}" = 0 ]
		result $? "mandoc: ${p##*/}"
	else
		echo "# SKIP mandoc is not installed"
	fi
done

page_text() { groff -man -Tascii -P-cbou -rLL=200n "$1" 2>/dev/null; }
page_of() { # verb: the page that has its options
	ls man/minipath-"$1".[1-8] man/"$1".[1-8] 2>/dev/null | head -1
}
options_of() { # verb: as its usage text has them, one a line
	case $1 in
	multipath | multipathd | multipathc | kpartx | mpathpersist) timeout 10 $b/minipath "$1" -h ;;
	*) timeout 10 $b/minipath "$1" --help ;;
	esac 2>&1 </dev/null | sed -n 's/^  *\(-[^ ].*\)/\1/p' | sed 's/  .*//' | tr ',' '\n' |
		sed 's/^ *//' | grep -oE '^--?[a-zA-Z][a-z-]*' | sort -u
}
# "-t" or "--to" as a word of its own in a page
has_option() { grep -qE -- "(^|[^a-zA-Z-])$1([^a-zA-Z-]|\$)" "$2"; }
page_text $b/man/minipath.1 >"$tmp/minipath"
verbs=$($b/minipath --help | sed -n 's/^  \([a-z][a-z-]*\)  *.*/\1/p')
[ -n "$verbs" ]
result $? "minipath --help lists verbs"
for v in $verbs; do
	grep -q "^ *$v\b" "$tmp/minipath"
	result $? "minipath(1) has the verb $v"
	opts=$(options_of "$v")
	[ -n "$opts" ] || continue
	page=$(page_of "$v")
	if [ -z "$page" ]; then
		echo "not ok - $v has options and no manual page"
		continue
	fi
	page_text "$page" >"$tmp/page"
	bad=0
	for o in $opts; do has_option "$o" "$tmp/page" || { echo "# $page lacks $o"; bad=1; }; done
	result $bad "${page##*/} has every option of $v"
done
