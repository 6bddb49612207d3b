#!/bin/bash
# Bad input of the daemon (issue 5): uevents of devices that are gone, out of order, doubled and in storms; udev's
# database emptied; the configuration deleted and broken while it runs; a full /etc/multipath; clock jumps; maps
# changed by others; device-mapper refusing a change. Said once by name, recovered, nothing lost.
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh

config() {
	cat >/etc/multipath.conf <<-CONF
		defaults {
		        user_friendly_names yes
		        find_multipaths yes
		        polling_interval 1
		        max_polling_interval 2
		        no_path_retry fail
		}
	CONF
}
setup() {
	base_modules
	slim_udev
	start_udev
	sdebug_load add_host=2 max_luns=2 vpd_use_hostno=0 dev_size_mb=8 || bail "no disks"
	config
}

# whole [PATHS]: so many paths are active and ready, in the daemon's and the kernel's view; two maps
whole() {
	local n=${1:-4}
	[ "$(mpd show paths raw format '%m %t %T' 2>/dev/null | grep -cE '^mpath[a-z] +active +(ready|ghost)')" = "$n" ] &&
		[ "$(dmsetup status --target multipath | grep -oE '[0-9]+:[0-9]+ [AF]' | grep -c A)" = "$n" ]
}
tell() { mpd show topology | sed 's/^/# /'; dmsetup status | sed 's/^/# /'; mpd_log_tail "${1:-40}"; }
is_whole() { ok "$1" wait_for "${3:-30}" whole "${2:-4}" || tell; } # name [paths [seconds]]
said() { grep -cE "$1" "$MPD_LOG"; } # pattern: how often
tables() { dmsetup table --target multipath | sort; }
loads() { mpd show maps raw format '%n %2' | sort | paste -sd' '; }

scene_storm() {
	local before i
	before=$(tables) loads_before=$(loads)
	for i in 1 2 3 4 5; do
		udevadm trigger --subsystem-match=block --action=change
		udevadm trigger --subsystem-match=block --action=add
	done
	udevadm settle -t 120
	sleep 3
	is_whole "a storm of uevents: all is whole"
	is "a storm of uevents: the tables are as before" "$(tables)" "$before"
	is "a storm of uevents: no map was reloaded" "$(loads)" "$loads_before"
	echo "# $(mpd show workers | paste -sd' ')"
}

scene_gone_devices() {
	local host
	# A removal told of a device that is there, then its return; told twice
	echo remove >/sys/block/sdd/uevent
	echo remove >/sys/block/sdd/uevent
	ok "a removal of a device that is there: it leaves its map" wait_for 20 whole 3 || tell
	echo add >/sys/block/sdd/uevent
	echo add >/sys/block/sdd/uevent
	is_whole "told to be there again, twice: it is in its map once"
	is "sdd is listed once" "$(mpd show paths raw format '%d' | tr -d ' ' | grep -cx sdd)" 1
	# News of a device that is gone when they are read
	host=$(basename "$(readlink -f /sys/block/sdd/device)")
	for i in 1 2 3; do
		echo add >/sys/block/sdd/uevent
		echo change >/sys/block/sdd/uevent
	done
	echo 1 >/sys/block/sdd/device/delete
	ok "news of a device that is gone: it leaves its map" wait_for 20 whole 3 || tell
	echo "- - -" >"/sys/class/scsi_host/host${host%%:*}/scan"
	is_whole "found again by a scan: it is back"
	# gone and back before anybody looks
	host=$(basename "$(readlink -f /sys/block/sdd/device)")
	for i in 1 2 3; do
		echo 1 >"/sys/class/scsi_device/$host/device/delete"
		echo "- - -" >"/sys/class/scsi_host/host${host%%:*}/scan"
	done
	is_whole "gone and back three times without pause: it is back"
}

scene_udev_database() {
	local before
	before=$(tables)
	rm -rf /run/udev/data/*
	sleep 3
	is_whole "udev's database is empty: all stays"
	is "udev's database is empty: reconfigure" "$(mpd reconfigure)" ok
	sleep 5
	wait_for 30 mpd_is_idle
	is_whole "udev's database is empty, and all looked at anew: all stays" 4 60
	is "the tables are as before" "$(tables)" "$before"
	udevadm trigger --subsystem-match=block --action=change
	udevadm settle -t 60
	is_whole "it is filled again: all is whole"
}

told() { grep -c 'Multipath configuration updated' "$MPD_LOG"; } # so often
told_is() { [ "$(told)" = "$1" ]; }

scene_configuration() {
	local out before
	before=$(told)
	rm /etc/multipath.conf
	ok "the configuration is deleted: the log says that it was not read" wait_for 5 told_is $((before + 1))
	sleep 3
	is_whole "the configuration is deleted: nothing changes"
	mkdir -p /etc/multipath/conf.d
	echo '# nothing' >/etc/multipath/conf.d/more.conf
	config
	sleep 1
	is "more of it is changed: that is said once" "$(told)" $((before + 1))
	is "it is read" "$(mpd reconfigure)" ok
	wait_for 30 mpd_is_idle
	rm /etc/multipath/conf.d/more.conf
	ok "then a change is told again" wait_for 5 told_is $((before + 2))
	printf 'defaults {\n\tuser_friendly_names yes\n\tpolling_interval 1\n}\n' >/etc/multipath.conf
	printf 'blacklist {\n\tdevnode "^(sd"\n}\n' >>/etc/multipath.conf
	out=$(mpd reconfigure 2>&1)
	matches "a configuration that cannot be used: the answer says so" "$out" 'fail|cannot be used'
	is_whole "... and the last good one stays"
	config
	is "mended: reconfigure" "$(mpd reconfigure)" ok
	wait_for 30 mpd_is_idle
	is_whole "mended: all is whole"
}

scene_full_disk() {
	local n
	mount -t tmpfs -o size=16k tmpfs /etc/multipath
	printf '# Multipath bindings, Version : 1.0\n' >/etc/multipath/bindings
	printf '# Multipath wwids, Version : 1.0\n' >/etc/multipath/wwids
	dd if=/dev/zero of=/etc/multipath/filler bs=1k 2>/dev/null
	mpd reconfigure >/dev/null
	wait_for 30 mpd_is_idle
	sleep 8
	is "a full /etc/multipath: all paths are used" "$(dmsetup status --target multipath | grep -oE '[0-9]+:[0-9]+ [AF]' | grep -c A)" 4
	n=$(said '/etc/multipath/.*(No space|cannot be written)')
	ok "it is said, and not over and over ($n times)" [ "$n" -ge 1 -a "$n" -le 4 ]
	grep -E '/etc/multipath/.*(No space|cannot be written)' "$MPD_LOG" | head -5 | sed 's/^/# /'
	umount /etc/multipath
	mpd reconfigure >/dev/null
	wait_for 30 mpd_is_idle
	is_whole "there is room again: all is whole"
}

scene_clock() {
	local since d gap n last
	last=$(sdebug_disks | tail -1 | cut -d' ' -f2)
	since=$(uptime_ms)
	date -s '+1 day' >/dev/null
	sleep 4
	date -s '-2 days' >/dev/null
	sleep 4
	date -s '+1 day' >/dev/null
	for d in sda "$last"; do
		read -r gap n < <(longest_gap $d "$since")
		ok "the clock jumps: $d was checked $n times meanwhile, the longest pause was $gap ms" [ "$n" -ge 3 -a "$gap" -le 4500 ]
	done
	is_whole "the clock jumps: all is whole"
	echo offline >/sys/block/$last/device/state
	ok "and a path that fails is seen" wait_for 20 path_is "$last" failed faulty
	echo running >/sys/block/$last/device/state
	is_whole "and one that comes back"
}

scene_others() {
	local table
	dmsetup remove --retry mpathb
	ok "a map removed by others: the daemon forgets it" wait_for 20 eval '! mpd show maps | grep -q mpathb'
	is "... and reconfigure" "$(mpd reconfigure)" ok
	is_whole "... makes it again"
	dmsetup rename mpathb other
	ok "a map renamed by others is known by that name, or gets its own back" wait_for 20 eval 'mpd show maps | grep -qE "other|mpathb"'
	mpd reconfigure >/dev/null
	wait_for 30 mpd_is_idle
	is_whole "it has its own name again, by reconfigure at the latest"
	dmsetup suspend mpatha
	sleep 3
	dmsetup resume mpatha
	is_whole "a map suspended for a while by others"
	# another table: without its second path
	table=$(dmsetup table mpathb)
	dmsetup suspend mpathb
	dmsetup load mpathb --table "0 16384 multipath 0 0 1 1 service-time 0 1 1 $(</sys/block/sdb/dev) 1"
	dmsetup resume mpathb
	mpd reconfigure >/dev/null
	wait_for 30 mpd_is_idle
	is_whole "a table loaded by others is mended"
}

# A path that somebody else has for himself: device-mapper refuses the table.
scene_refused() {
	local disk wwid
	disk=$(basename "$(readlink -f "/sys/dev/block/$(dmsetup table mpathb | grep -oE '[0-9]+:[0-9]+' | head -1)")")
	wwid=$(/lib/udev/scsi_id --whitelisted --device="/dev/$disk")
	mpd del map mpathb >/dev/null
	wait_for 20 [ ! -e /dev/mapper/mpathb ]
	/usr/bin/python3 -c 'import os, time; os.open("/dev/'"$disk"'", os.O_RDONLY | os.O_EXCL); print(flush=True); time.sleep(300)' >/tmp/held &
	local holder=$!
	ok "the disk $disk of the map that was removed is free" wait_for 30 [ -s /tmp/held ] || tell 80
	mpd add map "$wwid" >/dev/null 2>&1
	sleep 6
	ok "a path that somebody holds: no map" [ ! -e /dev/mapper/mpathb ]
	ok "... and it is said by name" [ "$(said 'mpathb.*(fail|refuse|busy)')" -ge 1 ] || mpd_log_tail 30
	kill $holder
	wait $holder 2>/dev/null
	mpd reconfigure >/dev/null
	is_whole "let go, the map is made"
}

setup
ok "the daemon starts" mpd_start ours -v3 || bail "no daemon"
is_whole "two maps with two paths each" 4 60
for scene in ${SCENES:-storm gone_devices udev_database configuration full_disk clock others refused}; do
	scene_$scene
done
ok "it is the same daemon" kill -0 "$MPD"
echo "# $(mpd show workers | paste -sd' ')"
mpd_stop
is "it ends with success" "$MPD_RC" 0
tap_end
