#!/bin/bash
# tests/clients/cache.sh: fetch the client programs that only the guest runs (group guest of dist/packages.debian) and
# pack them into one file, $VM_CACHE/clients.tar; guest.sh unpacks it over the guest's root.
#
# They are never installed here: libblockdev-mpath2 wants multipath-tools, python3-os-brick sixty other packages. One
# tar file, as opening hundreds of small files through 9p costs more than reading ten megabytes at once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/cache.sh"

packages=$(awk '$1 == "guest" { print $2 }' "$here/../../dist/packages.debian")
# A new list or a new way of packing makes a new file.
stamp=$(cat "$here/cache.sh" - <<<"$packages" | cksum | cut -d' ' -f1)

# Only what the clients read: every file costs time when the guest unpacks it. The byte code is what dpkg's hook makes.
pack() { # tree
	local python=$1/usr/lib/python3/dist-packages
	rm -rf "$1"/usr/share/{doc,man,locale,lintian} "${1:?}/etc" "$python"/*/tests "$1/usr/share/monitoring-plugins-contrib"
	find "$1/usr/lib/nagios/plugins" -type f ! -name check_multipath ! -name check_madrisan_multipath -delete
	find "$1/usr/share/rear" -mindepth 1 -maxdepth 1 ! -name lib ! -name layout -exec rm -rf {} +
	find "$python/sos/report/plugins" -type f ! -name __init__.py ! -name multipath.py -delete
	find "$python/os_brick/initiator/connectors" -type f ! -name __init__.py ! -name base.py -delete
	/usr/bin/python3 -m compileall -q -j 2 "$python" >/dev/null || true
	# Byte code carries the source's time, so the time must survive; the owner is root.
	tar -C "$1" --owner=0 --group=0 -cf "$VM_CACHE/.clients.$$" usr
	mv "$VM_CACHE/.clients.$$" "$VM_CACHE/clients.tar"
}

mkdir -p "$VM_CACHE"
exec 9>"$VM_CACHE/.clients.lock"
flock 9
if [ ! -s "$VM_CACHE/clients.tar" ] || [ "$(cat "$VM_CACHE/clients.stamp" 2>/dev/null)" != "$stamp" ]; then
	# shellcheck disable=SC2086
	unpack_debs "$VM_CACHE/clients" $packages
	pack "$VM_CACHE/clients"
	rm -rf "$VM_CACHE/clients"
	echo "$stamp" >"$VM_CACHE/clients.stamp"
fi
