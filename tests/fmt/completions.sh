#!/bin/bash
# Shell completions: the bash ones are sourced and asked, the others checked by their shells. TAP.
cd "$(dirname "$0")/../.." || exit 1
make -s doc >/dev/null || { echo "not ok - completions are made"; exit 1; }
c=build/completions
PATH=$PWD/build:$PATH
result() { if [ "$1" = 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi; }
# shellcheck source=/dev/null
. $c/minipath.bash
result $? "bash reads its completions"
expect() { # candidates wanted (some of them), words of the line...
	local want=$1 w bad=0
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	"$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
	for w in $want; do
		case " ${COMPREPLY[*]} " in *" $w "*) ;; *) echo "# lacks $w: ${COMPREPLY[*]}"; bad=1 ;; esac
	done
	result $bad "completion of: $*"
}
exactly() {
	local want=$1
	expect "$@"
	[ "${COMPREPLY[*]}" = "$want" ]
	result $? "... and nothing else: $want"
}
verbs=$(build/minipath --help | sed -n 's/^  \([a-z][a-z-]*\)  *.*/\1/p' | tr '\n' ' ')
expect "$verbs --version" minipath ''
exactly fmt minipath fm
expect "--check --diff --help" minipath fmt -
exactly --check minipath fmt --c
exactly "0x80 0x83 pre-spc3-83" minipath scsi-id --page = ''
exactly "0x80 0x83" minipath scsi-id --page = 0x
expect "failover multibus group_by_tpg" minipath multipath -p ''
expect "failover multibus group_by_tpg" multipath -p ''
expect "-l -ll -t -F" multipath -
expect "show reconfigure resize" minipath multipathd ''
exactly reconfigure minipath multipathd rec
exactly "" minipath nosuchverb --x
if build/minipath --help | grep -q '^  lint '; then
	expect "--strict --format= --fix" minipath lint --
	exactly "sarif" minipath lint --format = s
	expect "unknown-keyword unclosed-section" minipath lint -W un
	exactly "json" minipath lint --format j
else
	echo "# SKIP completions of lint: this build has no lint verb"
fi
for shell in zsh:_minipath fish:minipath.fish; do
	if command -v "${shell%%:*}" >/dev/null; then
		"${shell%%:*}" -n $c/"${shell#*:}"
		result $? "${shell%%:*} reads its completions"
	else
		echo "# SKIP no ${shell%%:*} here to read its completions"
	fi
	for v in $verbs; do grep -q -- "$v" $c/"${shell#*:}" || { echo "# no $v"; false; } || break; done
	result $? "${shell%%:*} completions have every verb"
done
