#!/bin/bash
# kpartx on a real kernel: against Debian's kpartx on the tables of kpartx-tables.sh, then what only we promise
# (updates, refusals, bad input), then the udev rules on a multipath map.
# Run by boot, in the guest:  tests/vm/boot tests/vm/kpartx.sh
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh
KPARTX=${KPARTX-$TOP/build/kpartx}
MULTIPATH=${MULTIPATH-$TOP/build/multipath}
[ -x "$KPARTX" ] || bail "the binary under test is missing: $KPARTX (run: make)"
[ -x "$MULTIPATH" ] || bail "the binary under test is missing: $MULTIPATH (run: make)"
for tool in sfdisk sgdisk parted partx; do
	[ -n "$(type -P $tool)" ] || bail "$tool is missing here (run: dist/install-deps vm)"
done
base_modules
need_modules loop
slim_udev
start_udev
cd /tmp || exit

# -- 1. the same as Debian's, table by table

# What a kpartx lists, maps and removes, with exit statuses; standard error is for people and differs. The table by
# dmsetup is the kernel's word for the maps.
record() { # program device-or-file
	local out
	for args in -l -av; do
		out=$("$1" $args "$2" 2>/tmp/err)
		echo "$args $? $out"
	done
	echo "table $(dmsetup table | sort)"
	echo "uuids $(dmsetup info -c --noheadings -o name,uuid | sort)"
	out=$("$1" -dv "$2" 2>/tmp/err)
	echo "-dv $? $out"
	echo "left $(dmsetup ls)"
}

COMPARED=0
compare() { # name device-or-file
	COMPARED=$((COMPARED + 1))
	stock=$(record stock-kpartx "$2")
	ours=$(record "$KPARTX" "$2")
	is "$1: the same lists, maps and words" "$ours" "$stock"
	case $stock in *"add map"*) ;; *) ok "$1: Debian's kpartx maps something" false ;; esac
}
. "$TOP/tests/vm/kpartx-tables.sh"
ok "there are 40 tables or more ($TABLES; $COMPARED comparisons now)" [ $TABLES -ge 40 ]
rm -f /tmp/*.img

# -- 2. image files, updates, refusals

kp() {
	OUT=$(timeout 60 "$KPARTX" "$@" 2>/tmp/err)
	RC=$?
	ERR=$(cat /tmp/err)
}
# answers NAME RC OUT ERR-PATTERN: of the last kp; "" is for no words at all on standard error
answers() {
	is "$1: exit status and standard output" "$RC $OUT" "$2 $3"
	if [ -n "$4" ]; then matches "$1: standard error" "$ERR" "$4"; else is "$1: standard error" "$ERR" ""; fi
}
maps() { dmsetup table | grep -v '^No devices' | sort; }

truncate -s 64M d.img
sfdisk -q d.img <<-'E'
	label: dos
	1: start=2048,size=4096
	2: start=8192,size=40960,type=5
	3: start=57344,size=2048
	5: start=10240,size=2048
E
kp -l d.img
answers "a file is listed" 0 "loop0p1 : 0 4096 /dev/loop0 2048
loop0p2 : 0 2 /dev/loop0 8192
loop0p3 : 0 2048 /dev/loop0 57344
loop0p5 : 0 2048 /dev/dm-1 2048" ""
is "listing leaves no loop device" "$(losetup -a)" ""
kp -d d.img
answers "no loop device, nothing to delete" 0 "" ""
kp -a d.img
answers "-a without -v says nothing" 0 "" ""
before=$(maps)
events=$(dmsetup info -c --noheadings -o events,suspended,open | sort -u)
kp -uv d.img
is "nothing changed: -u prints the maps all the same" "$RC $(grep -c '^add map loop0p' <<<"$OUT")" "0 4"
is "nothing changed: the maps were not touched" "$(maps) $(dmsetup info -c --noheadings -o events,suspended,open | sort -u)" "$before $events"
sfdisk -q --no-reread d.img <<-'E'
	label: dos
	1: start=2048,size=2048
	2: start=8192,size=40960,type=5
	4: start=60000,size=1000
	5: start=10240,size=2048
E
exec 7</dev/mapper/loop0p3
kp -u d.img
answers "update with a vanished partition in use" 1 "" '^loop0p3 is in use. Not removing$'
exec 7<&-
wait_for 5 test "$(dmsetup info -c --noheadings -o open loop0p3)" = 0
kp -uv d.img
is "update: added, resized, removed" "$RC $OUT" "0 add map loop0p1 (254:0): 0 2048 linear 7:0 2048
add map loop0p2 (254:1): 0 2 linear 7:0 8192
add map loop0p4 (254:4): 0 1000 linear 7:0 60000
add map loop0p5 (254:3): 0 2048 linear 7:0 10240
del devmap : loop0p3"
is "update: the maps" "$(maps)" "loop0p1: 0 2048 linear 7:0 2048
loop0p2: 0 2 linear 7:0 8192
loop0p4: 0 1000 linear 7:0 60000
loop0p5: 0 2048 linear 7:0 10240"
# a partition in use on -d: all stay
before=$(maps)
exec 7</dev/mapper/loop0p5
kp -d d.img
answers "in use on -d" 1 "" '^loop0p5 is in use. Not removing$'
kp -dv d.img
answers "in use on -dv" 1 "loop0p5 is in use. Not removing" ""
is "in use on -d: every map and the loop device stay" "$(maps) $(losetup -a | grep -c d.img)" "$before 1"
exec 7<&-
kp -a -p -part d.img
is "another delimiter renames" "$RC $(dmsetup ls | cut -f1 | sort | paste -sd' ')" "0 loop0-part1 loop0-part2 loop0-part4 loop0-part5"
ok "nodes are there when kpartx returns" test -b /dev/mapper/loop0-part5
kp -d d.img
is "all gone" "$RC $(maps) $(losetup -a)" "0  "
kp -an d.img
is "-n: exit status" "$RC" 0
udevadm settle -t 60
is "-n: udev makes the nodes" "$(stat -c %N /dev/mapper/loop0p1)" "'/dev/mapper/loop0p1' -> '../dm-0'"
is "-n: no cookie is left" "$(dmsetup udevcookies 2>/dev/null | grep -c 0x)" 0
kp -dn d.img
udevadm settle -t 60
is "-dn: nodes and maps are gone" "$(ls /dev/mapper)" control
kp -ar d.img
is "-r: read-only maps" "$(blockdev --getro /dev/mapper/loop0p1)" 1
kp -d d.img

# names that are taken
loop=$(losetup -f --show d.img)
dmsetup create loop0p1 --table '0 100 zero'
kp -av "$loop"
is "a name that is taken: the others are mapped" "$RC $(grep -c '^add map' <<<"$OUT")" "1 3"
matches "a name that is taken: it is named" "$ERR" '^loop0p1: is already in use by a map that is no partition of loop0$'
is "a name that is taken: its map is as it was" "$(dmsetup table loop0p1)" "0 100 zero "
kp -d "$loop"
dmsetup remove loop0p1
dmsetup create loop0p1 --table "0 100 linear $loop 8"
kp -dv "$loop"
answers "-d and a map without UUID" 0 "loop0p1: is not a kpartx partition. Not removing" ""
kp -dvf "$loop"
answers "-df and a map without UUID" 0 "del devmap : loop0p1" ""
kp -av -t sun "$loop"
answers "-t: only that kind is looked for" 0 "" ""
kp -l -t nosuch "$loop"
answers "-t: no such kind" 1 "" '^-t nosuch: '
losetup -d "$loop"

# bad input: a message with the name and the reason, nothing half-created, exit 1
bad() { # name file pattern [what -a maps all the same]
	kp -a "$2"
	answers "$1" 1 "" "$3"
	is "$1: maps" "$(maps)" "${4:-}"
	kp -l "$2"
	is "$1: -l fails, too" "$RC" 1
	kp -d "$2"
	is "$1: no map and no loop device is left" "$(maps) $(losetup -a)" " "
}
mkfifo fifo.img
bad "a FIFO" fifo.img '^invalid device: fifo.img$'
bad "a character device" /dev/null '^invalid device: /dev/null$'
bad "a folder" /tmp '^invalid device: /tmp$'
kp -a nosuch.img
answers "no such file" 1 "failed to stat() nosuch.img" ""
truncate -s 64M g.img
sgdisk -a 1 -n 1:2048:4095 -n 2:100000:120000 g.img >/dev/null 2>&1
cp g.img h.img
printf X | dd of=h.img bs=1 seek=530 conv=notrunc 2>/dev/null
printf X | dd of=h.img bs=1 seek=$((64 * 1048576 - 512 + 18)) conv=notrunc 2>/dev/null
bad "a bad CRC in both headers" h.img '^loop0: gpt: the primary header has a wrong checksum'
cp g.img h.img
truncate -s 40M h.img
bad "a disk shorter than its table" h.img '^loop0p2: does not end on the device \(start 100000, 20001 sectors\): not mapped$' \
	"loop0p1: 0 2048 linear 7:0 2048"
cp d.img h.img # the link of the only logical partition leads to itself
printf '\x05' | dd of=h.img bs=1 seek=$((8192 * 512 + 0x1ce + 4)) conv=notrunc 2>/dev/null
printf '\x00\x00\x00\x00\x00\x01\x00\x00' | dd of=h.img bs=1 seek=$((8192 * 512 + 0x1ce + 8)) conv=notrunc 2>/dev/null
bad "a loop in the extended chain" h.img '^loop0p2: has a chain of logical partitions that comes back to itself' \
	"loop0p1: 0 2048 linear 7:0 2048
loop0p4: 0 1000 linear 7:0 60000"
for what in negative:127:64 two-to-the-64:0:18446744073709551615; do # first and last block of entry 1, CRCs made right
	cp g.img h.img
	python3 - h.img "${what#*:}" <<-'E'
		import struct, sys, zlib
		f = open(sys.argv[1], "r+b"); first, last = map(int, sys.argv[2].split(":")); size = 64 << 20
		for at in 512, size - 512:
		    f.seek(at); h = bytearray(f.read(92)); lba = struct.unpack_from("<Q", h, 72)[0]
		    f.seek(lba * 512); t = bytearray(f.read(16384)); struct.pack_into("<QQ", t, 32, first, last)
		    f.seek(lba * 512); f.write(t); struct.pack_into("<I", h, 88, zlib.crc32(t)); struct.pack_into("<I", h, 16, 0)
		    struct.pack_into("<I", h, 16, zlib.crc32(h)); f.seek(at); f.write(h)
	E
	bad "a ${what%%:*} size" h.img '^loop0p1: (ends before it starts|does not end on the device) .*: not mapped$' \
		"loop0p2: 0 20001 linear 7:0 100000"
done
truncate -s 64M h.img
printf 'label: dos\nstart=2048,size=2048\nstart=8192,size=2048\n' | sfdisk -q h.img
printf '\x00\x09\x00\x00' | dd of=h.img bs=1 seek=$((0x1be + 16 + 8)) conv=notrunc 2>/dev/null
bad "overlapping partitions" h.img '^loop0p2: overlaps partition 1 \(start 2304, 2048 sectors\): not mapped$' "loop0p1: 0 2048 linear 7:0 2048"
kp -avf h.img
is "overlapping partitions: -f maps them" "$RC $(maps | wc -l)" "0 2"
kp -d h.img
truncate -s 1M empty.img
kp -av empty.img
answers "no table" 0 "" "^loop deleted : /dev/loop0$"
is "no table: no loop device is left" "$(losetup -a)" ""
rm -f ./*.img

# -- 3. udev rules on a multipath map

cat >/usr/sbin/kpartx <<-E
	#!/bin/sh
	echo "\$*" >>/run/kpartx.log
	exec $KPARTX "\$@"
E
chmod 755 /usr/sbin/kpartx
ln -sf "$TOP/build/minipath" /usr/lib/udev/kpartx_id
make -s -C "$TOP" install-udev DESTDIR=/tmp/install PREFIX=/usr UDEV_NAMES=debian || bail "make install-udev fails"
ln -sf "$TOP/build/minipath" /usr/sbin/multipath
cp /tmp/install/usr/lib/udev/rules.d/*-dm-mpath.rules /tmp/install/usr/lib/udev/rules.d/*-dm-parts.rules \
	/tmp/install/usr/lib/udev/rules.d/*-kpartx.rules /tmp/install/usr/lib/udev/rules.d/*-del-part-nodes.rules /run/rules/
# What rules that are not here would say: a partitioner's close is a change, these disks are paths.
cat >/run/rules/56-z-others.rules <<-'E'
	KERNEL=="dm-*", ACTION!="remove", OPTIONS+="watch"
	KERNEL=="sd*", ENV{DEVTYPE}=="disk", TEST=="/run/paths", ENV{DM_MULTIPATH_DEVICE_PATH}="1"
E
udevadm control --reload
sdebug_load add_host=2 vpd_use_hostno=0 dev_size_mb=64 inq_vendor="A  B    " inq_product="two words       " || bail "no scsi_debug disks"
scsi_id_is_udevs "$(sdebug_disks | head -1 | cut -d' ' -f2)"
settled() { udevadm settle -t 60; }
mpath_conf() { printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n\tuxsock_timeout 60000\n}\n%s\n' "${1:-}" >/etc/multipath.conf; }
parts() { dmsetup ls | cut -f1 | grep part | sort | paste -sd' '; }
multipath_reset
: >/run/kpartx.log
mpath_conf
"$MULTIPATH" -v0
settled
wwid=$(dmsetup info -c --noheadings -o uuid mpatha) wwid=${wwid#mpath-}
is "a map without a table has no partition maps" "$(parts)" ""
is "kpartx ran once for the new map, as the rule says" "$(cat /run/kpartx.log)" "-un -p -part /dev/$(basename "$(readlink /dev/mapper/mpatha)")"
printf 'label: gpt\nsize=8M\nsize=8M\n' | sfdisk -q /dev/mapper/mpatha >/dev/null 2>&1
settled
wait_for 20 test "$(parts)" = "mpatha-part1 mpatha-part2"
is "a partitioner closed the map: partition maps" "$(parts)" "mpatha-part1 mpatha-part2"
is "by-id link of the WWID" "$(readlink /dev/disk/by-id/scsi-"$wwid"-part1)" "../../$(basename "$(readlink /dev/mapper/mpatha-part1)")"
is "by-id link of the WWN" "$(readlink /dev/disk/by-id/wwn-0x"${wwid#?}"-part2)" "../../$(basename "$(readlink /dev/mapper/mpatha-part2)")"
# kpartx_id, against Debian's shell script
for map in mpatha mpatha-part2; do
	read -r major minor uuid < <(dmsetup info -c --noheadings --separator ' ' -o major,minor,uuid $map)
	is "kpartx_id of $map is Debian's" "$(/usr/lib/udev/kpartx_id "$major" "$minor" "$uuid")" \
		"$(sh /vm/cache/stock/lib/udev/kpartx_id "$major" "$minor" "$uuid")"
done
# nothing changes: no process (a reload for the paths' sake: with the daemon, below)
settled
: >/run/kpartx.log
path=$(dmsetup deps -o devno mpatha | sed -E 's/.*: \(([0-9]+), ([0-9]+)\).*/\1:\2/')
for message in fail_path reinstate_path; do dmsetup message mpatha 0 "$message $path" && settled; done
is "a path that fails and comes back starts no kpartx" "$(cat /run/kpartx.log)" ""
"$MULTIPATH" -rr -v0
settled
is "a reload that somebody asked for does" "$(grep -c . /run/kpartx.log)" 1
# the table changes
printf 'label: gpt\n1: start=2048,size=8M\n3: size=4M\n' | sfdisk -q --force /dev/mapper/mpatha >/dev/null 2>&1
settled
wait_for 20 test "$(parts)" = "mpatha-part1 mpatha-part3"
is "partition maps follow the table" "$(parts)" "mpatha-part1 mpatha-part3"
# rename takes them along
mpath_conf "multipaths {
	multipath {
		wwid $wwid
		alias data
	}
}"
"$MULTIPATH" -r -v0
settled
is "a rename takes partition maps along" "$(parts)" "data-part1 data-part3"
# in use: nothing is removed
exec 7</dev/mapper/data-part3
"$MULTIPATH" -f data 2>/tmp/err
is "-f with a partition in use: exit status and maps" "$? $(dmsetup ls | cut -f1 | sort | paste -sd' ')" "1 data data-part1 data-part3"
matches "-f with a partition in use: it is named" "$(cat /tmp/err)" 'data-part3: map in use'
exec 7<&-
settled
"$MULTIPATH" -f data 2>/tmp/err
is "-f removes partition maps with their map" "$? $(dmsetup ls)" "0 No devices found"
settled
"$MULTIPATH" -v0
settled
wait_for 20 test "$(parts)" = "data-part1 data-part3"
is "a map that appears gets its partition maps" "$(parts)" "data-part1 data-part3"
"$MULTIPATH" -F
is "-F removes them, too" "$? $(dmsetup ls)" "0 No devices found"
# skip_kpartx
settled
: >/run/kpartx.log
mpath_conf "overrides {
	skip_kpartx yes
}"
"$MULTIPATH" -v0
settled
udevadm trigger --action=add --subsystem-match=block
udevadm trigger --action=change --subsystem-match=block
settled
is "skip_kpartx: no partition maps, no process, coldplug included" "$(parts)$(cat /run/kpartx.log)" ""
"$MULTIPATH" -F
# the kernel's partitions of the paths
disk=$(sdebug_disks | head -1 | cut -d' ' -f2)
blockdev --rereadpt "/dev/$disk"
settled
ok "the kernel sees partitions of the path" test -e "/sys/block/$disk/${disk}1"
: >/run/paths
udevadm trigger --action=change "/sys/block/$disk"
settled
ok "del-part-nodes: they are taken away" test ! -e "/sys/block/$disk/${disk}1"
blockdev --rereadpt "/dev/$disk"
settled
ok "del-part-nodes: once" test -e "/sys/block/$disk/${disk}1"
rm -f /run/paths

# -- 4. the daemon does the same

mpath_alias() { # name [more of the multipath section]
	mpath_conf "multipaths {
		multipath {
			wwid $wwid
			alias $1
			${2:-}
		}
	}"
}
parts_now_are() { [ "$(parts)" = "$1" ]; }
parts_are() { wait_for 30 parts_now_are "$1"; }
maps_now() { dmsetup ls | cut -f1 | sort | paste -sd' '; }
mpd_ok() { mpd "$@" >/tmp/out 2>&1; is "daemon: $*" "$(cat /tmp/out)" ok; }
mpath_alias one
ok "daemon: it starts" mpd_start ours -v2 || bail "no daemon"
parts_are "one-part1 one-part3"
is "daemon: its new map gets partition maps" "$(parts)" "one-part1 one-part3"
wait_for 30 eval 'mpd show maps raw format %n | grep -qx one'
mpath_alias two
mpd_ok reconfigure
parts_are "two-part1 two-part3"
is "daemon: a rename takes partition maps along" "$(maps_now)" "two two-part1 two-part3"
settled
: >/run/kpartx.log
mpd_ok reload map two
settled
is "daemon: a reload that changes nothing starts no kpartx" "$(cat /run/kpartx.log)" ""
exec 7</dev/mapper/two-part3
for cmd in "del map two" "remove map two" "del maps"; do
	matches "daemon: $cmd with a partition in use: refused" "$(mpd $cmd 2>&1)" 'in use'
done
"$MULTIPATH" -f two >/tmp/out 2>&1
is "daemon: multipath -f with a partition in use: exit status" $? 1
matches "daemon: ... and says why" "$(cat /tmp/out)" 'in use'
is "daemon: every map stays" "$(maps_now)" "two two-part1 two-part3"
exec 7<&-
settled
mpd_ok remove map two
is "daemon: partition maps went with their map" "$(maps_now)" "No devices found"
mpath_alias two "skip_kpartx yes"
: >/run/kpartx.log
mpd_ok reconfigure all
wait_for 30 test -b /dev/mapper/two
settled
is "daemon: skip_kpartx: no partition maps, no process" "$(maps_now)$(cat /run/kpartx.log)" two
mpd_ok del maps
mpath_alias two "flush_on_last_del unused"
mpd_ok reconfigure all
parts_are "two-part1 two-part3"
settled
"$MULTIPATH" -F
is "daemon: multipath -F removes partition maps, too" "$? $(maps_now)" "0 No devices found"
mpd_ok reconfigure all
parts_are "two-part1 two-part3"
settled
exec 7</dev/mapper/two-part1
for disk in $(sdebug_disks | cut -d' ' -f2); do echo 1 >"/sys/block/$disk/device/delete"; done
no_paths() { [ -z "$(mpd show paths raw format %d 2>/dev/null)" ]; }
wait_for 30 no_paths
settled
is "daemon: flush_on_last_del with a partition in use: every map stays" "$(maps_now)" "two two-part1 two-part3"
exec 7<&-
mpd_ok del map two
sdebug_unload
sdebug_load add_host=2 vpd_use_hostno=0 dev_size_mb=64 inq_vendor="A  B" inq_product="two words" || bail "no scsi_debug disks"
disk=$(sdebug_disks | head -1 | cut -d' ' -f2)
is "scsi-id: INQUIRY texts with zero bytes behind them" "$("$TOP/build/minipath" scsi-id -g -p 0x80 "/dev/$disk" | cut -c1-25)" \
	"SA  B    two words       "
printf 'label: gpt\nsize=8M\n' | sfdisk -q --no-reread "/dev/$disk" >/dev/null 2>&1
mpath_alias two "deferred_remove yes"
mpd_ok reconfigure all
parts_are two-part1
settled
exec 7</dev/mapper/two-part1
for disk in $(sdebug_disks | cut -d' ' -f2); do echo 1 >"/sys/block/$disk/device/delete"; done
deferred() { dmsetup info two-part1 | grep -q 'DEFERRED REMOVE'; }
ok "daemon: deferred_remove with a partition in use: its removal waits" wait_for 30 deferred
is "daemon: ... every map is there" "$(maps_now)" "two two-part1"
exec 7<&-
wait_for 30 eval '[ "$(maps_now)" = "No devices found" ]'
is "daemon: ... closed, map and partition map go" "$(maps_now)" "No devices found"
mpd_stop

sdebug_unload
tap_end
