#!/bin/bash
# conf-examples/: what users start from has to be right. Prints TAP.
cd "$(dirname "$0")/../.." || exit 1
make -s all confdump build/man/mkdoc >/dev/null || { echo "not ok - minipath builds"; exit 1; }
minipath=build/minipath mkdoc=build/man/mkdoc dump=build/tests/conf/confdump
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
result() { if [ "$1" = 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi; }

$mkdoc all-defaults | diff conf-examples/all-defaults.conf -
result $? "all-defaults.conf is what \`make all-defaults\` makes"
: >"$tmp/empty"
diff <($dump "$tmp/empty") <($dump conf-examples/all-defaults.conf)
result $? "all-defaults.conf changes nothing"

lint=yes
$minipath --help | grep -q '^  lint ' || lint=
for f in conf-examples/*.conf; do
	x=${f##*/}
	$dump -b -q -i "$f" >"$tmp/out" 2>&1
	[ $? = 0 ] && [ ! -s "$tmp/out" ]
	r=$?
	cat "$tmp/out"
	result $r "$x is read without a word"
	$minipath fmt --check --diff "$f"
	result $? "$x has the canonical layout"
	$mkdoc agree "$f"
	result $? "$x does not contradict the hardware table"
	! LC_ALL=C grep -n '[^ -~	]' "$f" && awk 'length > 100 { print FILENAME ":" FNR; bad = 1 } END { exit bad }' "$f"
	result $? "$x is ASCII, 100 columns at most"
	grep -q '^#' "$f" && awk '/^\t*#/ { n++ } END { exit n < 3 }' "$f"
	result $? "$x is commented"
	if [ -n "$lint" ]; then
		$minipath lint --strict -E ineffective-keyword "$f" >"$tmp/out" 2>&1
		r=$?
		[ $r = 0 ] || cat "$tmp/out"
		result $r "$x passes lint --strict"
	fi
done
[ -n "$lint" ] || echo "# SKIP lint --strict of the examples: this build has no lint verb"

# The check of device sections finds what it is for.
sed 's/group_by_prio/multibus/' conf-examples/netapp-ontap.conf >"$tmp/other.conf"
sed -i '/best group is used/d' "$tmp/other.conf"
$mkdoc agree "$tmp/other.conf" >"$tmp/out"
[ $? = 1 ] && grep -q 'path_grouping_policy is not what is built in' "$tmp/out"
result $? "a fact that contradicts the table is found"
sed -i 's/multibus/multibus # the built-in value is for other firmware/' "$tmp/other.conf"
$mkdoc agree "$tmp/other.conf"
result $? "a comment that says why is taken"
sed 's/vendor "NETAPP"/vendor "NETAPPX"/' conf-examples/netapp-ontap.conf >"$tmp/other.conf"
$mkdoc agree "$tmp/other.conf" >"$tmp/out"
[ $? = 1 ] && grep -q 'no built-in row' "$tmp/out"
result $? "a device that the table does not have is found"
