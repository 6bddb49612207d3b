# The guest's cache: Debian's kernel and multipath-tools, unpacked and never installed. Sourced by boot.
# Lives outside the tree, in $MINIPATH_VM_CACHE or ${XDG_CACHE_HOME:-~/.cache}/minipath-vm:
#   vmlinuz, lib/modules/VERSION/   the kernel          initrd.gz   busybox and what mounts the root
#   stock/                          multipath-tools, kpartx and the libraries they need
VM_CACHE=${MINIPATH_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/minipath-vm}

# What only the guest runs and this machine must not install: their maintainer scripts start services.
STOCK_PACKAGES="multipath-tools kpartx libaio1 liburcu8"

# fetch_debs PACKAGE...: download into the current folder; a machine with no package lists gets them first.
fetch_debs() {
	apt-get download "$@" >fetch.log 2>&1 && return 0
	local as_root=
	[ "$(id -u)" = 0 ] || as_root=sudo
	$as_root apt-get update >>fetch.log 2>&1 || true
	apt-get download "$@" >>fetch.log 2>&1 && return 0
	echo "boot: cannot download $*:" >&2
	tail -n 5 fetch.log >&2
	return 1
}

# unpack_debs DIR PACKAGE...: DIR appears only when all of it is there.
unpack_debs() {
	local dir=$1 deb work=$VM_CACHE/.work.$$
	shift
	rm -rf "$work"
	mkdir -p "$work/tree"
	(cd "$work" && fetch_debs "$@") || { rm -rf "$work"; return 1; }
	for deb in "$work"/*.deb; do
		dpkg -x "$deb" "$work/tree"
	done
	rm -rf "$dir"
	mv "$work/tree" "$dir"
	rm -rf "$work"
}

cache_kernel() {
	[ -e "$VM_CACHE/vmlinuz" ] && return 0
	local image version
	command -v apt-get >/dev/null || { echo "boot: no apt-get here to download linux-image-amd64 with" >&2; return 1; }
	image=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends:/ { print $2; exit }')
	if [ -z "$image" ]; then
		(cd "$VM_CACHE" && fetch_debs linux-image-amd64) || return 1
		image=$(dpkg-deb -f "$VM_CACHE"/linux-image-amd64_*.deb Depends | awk '{ print $1 }')
	fi
	unpack_debs "$VM_CACHE/kernel" "$image" || return 1
	version=$(basename "$VM_CACHE"/kernel/lib/modules/*)
	depmod -b "$VM_CACHE/kernel" "$version"
	rm -rf "${VM_CACHE:?}/lib"
	mv "$VM_CACHE/kernel/lib" "$VM_CACHE/lib"
	mv "$VM_CACHE"/kernel/boot/vmlinuz-* "$VM_CACHE/vmlinuz"
	rm -rf "$VM_CACHE/kernel" "$VM_CACHE/initrd.gz"
}

# The first program of the guest: mount the pieces, stack them, hand over to guest-init.
initrd_init() {
	cat <<'INIT'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r m; do insmod "/mods/$m"; done </mods/order
plan9() { mount -t 9p -o "$1,trans=virtio,version=9p2000.L,msize=262144" "$2" "$3"; }
plan9 ro,cache=loose root /ro || echo "initrd: no root file system"
mount -t tmpfs tmpfs /rw
mkdir -p /rw/up /rw/work
mount -t overlay -o lowerdir=/ro,upperdir=/rw/up,workdir=/rw/work overlay /new
mkdir -p /new/proc /new/sys /new/dev /new/run /new/tmp /new/share /new/vm
mount -t tmpfs tmpfs /new/vm
mkdir -p /new/vm/run /new/vm/cache
plan9 rw run /new/vm/run
plan9 ro,cache=loose cache /new/vm/cache
for d in proc sys dev; do mount --move /$d /new/$d; done
exec switch_root /new /vm/run/guest-init
INIT
}

cache_initrd() {
	[ -e "$VM_CACHE/initrd.gz" ] && [ "$VM_CACHE/initrd.gz" -nt "${BASH_SOURCE[0]}" ] && return 0
	local tree version top applet
	version=$(basename "$VM_CACHE"/lib/modules/*)
	tree=$(mktemp -d)
	mkdir -p "$tree"/{bin,proc,sys,dev,ro,rw,new,mods}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	for applet in sh mount insmod switch_root mkdir echo; do ln -s busybox "$tree/bin/$applet"; done
	for top in virtio_pci 9pnet_virtio 9p overlay; do
		modprobe -d "$VM_CACHE" -S "$version" --show-depends "$top"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r f; do
		cp "$f" "$tree/mods/"
		basename "$f"
	done >"$tree/mods/order"
	initrd_init >"$tree/init"
	chmod 755 "$tree/init"
	(cd "$tree" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$VM_CACHE/.initrd.$$"
	mv "$VM_CACHE/.initrd.$$" "$VM_CACHE/initrd.gz"
	rm -rf "$tree"
}

cache_stock() {
	[ -x "$VM_CACHE/stock/sbin/multipath" ] && return 0
	# shellcheck disable=SC2086
	unpack_debs "$VM_CACHE/stock" $STOCK_PACKAGES
}

# One filler at a time; the others wait and find it done.
cache_fill() {
	mkdir -p "$VM_CACHE"
	exec 9>"$VM_CACHE/.lock"
	flock 9
	if ! cache_kernel || ! cache_stock || ! cache_initrd; then
		echo "boot: the guest cannot be prepared in $VM_CACHE" >&2
		exit 125
	fi
	exec 9>&-
}
