#!/bin/bash
# rear.sh CALL...: ReaR's own functions, loaded as /usr/sbin/rear loads them. Runs in the guest.
#
# Each CALL is a function with its arguments, in one word; after it a line "FUNCTION ARGS: exit N". One process for all, as
# loading ReaR costs seconds under emulation. The function `listing` is our name for what the script
# layout/prepare/GNU/Linux/210_load_multipath.sh does and prints.
SHARE_DIR=/usr/share/rear
TMP_DIR=$(mktemp -d) VAR_DIR=$TMP_DIR LAYOUT_FILE=$TMP_DIR/layout
trap 'rm -rf "$TMP_DIR"' EXIT
# parted is for what comes after multipath; the library only wants to know its features.
parted() { :; }
udevadm() { :; } # it triggers all devices again, for nothing here
# ReaR's own, from the file that else takes over standard output for its log.
eval "$(sed -n '/^function has_binary/,/^}/p' $SHARE_DIR/lib/_input-output-functions.sh)"
for f in array global linux layout; do
	# shellcheck disable=SC1090
	. "$SHARE_DIR/lib/$f-functions.sh" || exit 99
done
LogPrint() { printf '%s\n' "$*"; }
Log() { :; }
DebugPrint() { :; }
listing() {
	echo 'multipath /dev/mapper/mpatha 8388608 msdos /dev/sda,/dev/sdb' >"$LAYOUT_FILE"
	# shellcheck disable=SC1090
	. "$SHARE_DIR/layout/prepare/GNU/Linux/210_load_multipath.sh"
}
for call in "$@"; do
	$call
	echo "$call: exit $?"
done
