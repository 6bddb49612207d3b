#!/bin/bash
# The floors of the house: no include may point up, and effects stand only in their live file.
# Prints TAP.
cd "$(dirname "$0")/.." || exit 1
floor() {
	case $1 in
	parser/*) echo 0 ;;
	core/host/*) echo 1 ;;
	core/model/*) echo 2 ;;
	core/engine/*) echo 3 ;;
	daemon/*) echo 4 ;;
	cli/*) echo 5 ;;
	*) echo 9 ;;
	esac
}
bad=
while IFS=: read -r f inc; do
	inc=${inc#*\"} inc=${inc%\"*}
	[ "$(floor "$inc")" -le "$(floor "$f")" ] || [ "$(floor "$inc")" = 9 ] || bad+="$f includes $inc"$'\n'
done < <(git ls-files -co --exclude-standard 'parser/*' 'core/*' 'daemon/*' 'cli/*' | grep -E '\.(c|h|l|y|def)$' |
	xargs grep -HE '^ *# *include "')
if [ -z "$bad" ]; then echo "ok - no include points up a floor"; else echo "$bad"; echo "not ok - no include points up a floor"; fi

only() { # what regex file...: the regex may only match in the files
	local what=$1 re=$2 hits
	shift 2
	hits=$(git ls-files -co --exclude-standard 'parser/*' 'core/*' 'daemon/*' 'cli/*' | grep -E '\.(c|h|l|y)$' |
		grep -vxF -f <(printf '%s\n' "$@") | xargs grep -nE "$re" | grep -vE ':[0-9]+:\s*(/?\*|//)')
	if [ -z "$hits" ]; then echo "ok - $what"; else echo "$hits"; echo "not ok - $what"; fi
}
only "dm tasks stand in core/host/dmb_live.c" '\bdm_task_|libdevmapper\.h' core/host/dmb_live.c
only "libudev stands in core/host/udb_live.c and udevmon_live.c" '\budev_(new|device|enumerate|monitor|list)|libudev\.h' core/host/udb_live.c core/host/udevmon_live.c core/host/udb_live.h
only "ioctls stand in the live files" '\bioctl\(' core/host/scsi_live.c core/host/blkio_live.c core/host/nvme_live.c core/host/dmevents_live.c core/host/term_live.c \
	core/host/loop_live.c
only "the literal /sys stands in one file" '"/sys' core/host/host_live.c
only "the literal /dev stands in one file" '"/dev' core/host/host_live.c core/host/process_live.c
only "the literal /etc stands in one file" '"/etc' core/host/host_live.c
