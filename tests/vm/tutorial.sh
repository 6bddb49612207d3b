#!/bin/bash
# The guest's part of tests/vm/tutorial: run the boxes of each PAGE of its arguments in order, one shell each, and compare what they print
# with the page's next box, or with nothing where it has none. Every box must end with success.
#
# What is the reader's own and not the page's is replaced one to one, in the commands (page's -> ours) and in what they print
# (ours -> page's): the WWID, as udev's scsi_id says it; the disks' names, addresses and numbers, as sysfs says them; the
# random disk identifier that fdisk invents; the number of a session, which goes by its portal; blanks at the end of a line go. The rest is compared byte by byte: sizes, priorities, features, columns.
#
# What stands in: apt-get looks whether the packages are here, make lays what the host installed (/share/root) over /. All
# else is the real thing, systemctl included.
# While the pages' link is cut and mended, fio writes to the mounted partition and reads back what it wrote.
set -u
. tests/vm/lib.sh
PAGE_WWID=360014059e8ba68638854e9093f3ba3a0
PAGE_SDA="2:0:0:0 sda 8:0" PAGE_SDB="3:0:0:0 sdb 8:16"
export LC_ALL=C.UTF-8

stand_ins() {
	mkdir -p /run/stand-ins
	cat >/run/stand-ins/apt-get <<-'SH'
		#!/bin/bash
		[ "$1 $2" = "install -y" ] && shift 2 && exec dpkg-query -W -f ' ' "$@" >/dev/null
		exit 1
	SH
	cat >/run/stand-ins/make <<-'SH'
		#!/bin/bash
		[ "$*" = "install PREFIX=/usr" ] && exec cp -a --no-preserve=ownership /share/root/usr /
		exit 1
	SH
	chmod 755 /run/stand-ins/*
	PATH=/run/stand-ins:$PATH
}

# The disks behind the portals: "H:C:T:L sdX major:minor" each. A login returns before they are there.
our_disk() { # portal
	local s d
	for s in /sys/class/iscsi_connection/*; do
		[ "$(cat "$s/persistent_address" 2>/dev/null)" = "$1" ] || continue
		for d in "$s"/device/../target*/*/block/sd*; do
			[ ! -e "$d" ] || echo "$(basename "$(readlink -f "$d/device")") ${d##*/} $(cat "$d/dev")"
		done
	done
}
disk_known() { [ -n "$(our_disk "$1")" ]; }

# What a reader does between two commands: look, and type. Devices come and go meanwhile.
settle() { # the box that was run
	local p
	for p in 127.0.2.5 127.0.4.5; do
		! grep -q -- "-p $p --login" "$1" || wait_for 60 disk_known $p || echo "# no disk behind $p"
	done
	udevadm settle -t 60
}

# pairs: "page's<TAB>ours" for all that is the reader's own, as far as it is known now, the longest first. udev's word on
# the WWID is asked for once a page: a disk whose link is cut has no answer.
pairs() {
	local p page ours i
	set -- 127.0.2.5 "$PAGE_SDA" 127.0.4.5 "$PAGE_SDB"
	: >/tmp/pairs
	while [ $# -gt 0 ]; do
		read -ra page <<<"$2"
		read -ra ours <<<"$(our_disk "$1")"
		for i in "${!ours[@]}"; do printf '%s\t%s\n' "${page[i]}" "${ours[i]}" >>/tmp/pairs; done
		[ -n "$OUR_WWID" ] || [ ${#ours[@]} = 0 ] || OUR_WWID=$(/lib/udev/scsi_id --whitelisted --device="/dev/${ours[1]}")
		shift 2
	done
	[ -z "$OUR_WWID" ] || printf '%s\t%s\n' $PAGE_WWID "$OUR_WWID" >>/tmp/pairs
	awk '{ print length($0), $0 }' /tmp/pairs | sort -rn | cut -d' ' -f2- >/tmp/pairs.new && mv /tmp/pairs.new /tmp/pairs
}

# translate TO: standard input with the page's words made ours, or ours the page's. In two steps, as one may be the other of
# another pair, and the longest first, as 8:0 is a part of 8:0:0:0.
translate() {
	local page ours from to n=0 away=() back=()
	while IFS=$'\t' read -r page ours; do
		from=$page to=$ours
		[ "$1" = ours ] || from=$ours to=$page
		n=$((n + 1))
		away+=(-e "s/\\b${from//./\\.}\\b/<<$n>>/g")
		back+=(-e "s/<<$n>>/$to/g")
	done </tmp/pairs
	sed -E "${away[@]}" "${back[@]}" -e 's/[ \t]+$//' \
		-e 's/sid: [0-9]+(, .*portal: 127\.0\.2\.5,)/sid: 1\1/; s/sid: [0-9]+(, .*portal: 127\.0\.4\.5,)/sid: 2\1/' \
		-e 's/(disk identifier:? )0x[0-9a-f]{8}\b/\10x1a2b3c4d/'
}

writing() { # until /tmp/stop: each pass writes its file and reads all of it back
	local n=0
	: >/tmp/fio.err
	while [ ! -e /tmp/stop ]; do
		fio --name=data --directory=/mnt/data --rw=randwrite --bs=16k --size=1M --direct=1 --rate=256k \
			--verify=crc32c --verify_fatal=1 --verify_state_save=0 --minimal >/tmp/fio.out 2>>/tmp/fio.err ||
			echo "fio pass $n: exit $?" >>/tmp/fio.err
		n=$((n + 1))
		echo $n >/tmp/passes
	done
}

start_writing() {
	rm -f /tmp/stop /tmp/passes
	writing &
	WRITER=$!
}

stop_writing() { # page
	touch /tmp/stop
	wait "$WRITER"
	WRITER=
	rm -f /mnt/data/data*
	ok "$1: fio wrote while the link was cut and mended" [ "$(cat /tmp/passes)" -ge 2 ]
	is "$1: $(cat /tmp/passes) passes of fio: no I/O error, no mismatch" "$(cat /tmp/fio.err)" ""
}

run_box() { # page file-without-suffix
	local box=$2 name n=${2##*/}
	name="$1 $n ($(cat "$box.name"))"
	translate ours <"$box.sh" >/tmp/box.sh
	timeout 600 bash /tmp/box.sh </dev/null >/tmp/box.raw 2>&1
	RC=$?
	settle "$box.sh"
	pairs
	translate page </tmp/box.raw >/tmp/box.out
	[ ! -e "$box.txt" ] || cp "$box.txt" /tmp/box.txt
	[ -e "$box.txt" ] || : >/tmp/box.txt
	is "$name: prints what the page shows" "$(cat /tmp/box.out)" "$(translate page </tmp/box.txt)"
	is "$name: exit status" $RC 0
}

run_page() { # page
	local page=$1 box
	OUR_WWID=
	for box in "/share/$page"/*.sh; do
		# The link: from the box that cuts it to the first one behind that in which both paths are back.
		grep -q 'umount' "$box" && [ -n "$WRITER" ] && stop_writing "$page"
		grep -q 'table inet cut {' "$box" && start_writing
		run_box "$page" "${box%.sh}"
	done
	is "$page: nothing is left: maps, sessions, targets" \
		"$(dmsetup ls) $(iscsi_disks | wc -l) $(ls /sys/kernel/config/target/iscsi | grep -c iqn)" "No devices found 0 0"
}

WRITER=
: >/tmp/pairs
base_modules
stand_ins
mkdir -p /srv
systemctl start dbus >/dev/null 2>&1 # targetcli wants it
targetcli </dev/null >/dev/null 2>&1  # and once in its life says that it has no preferences yet
rm -rf /etc/rtslib-fb-target/*
for page in "$@"; do
	run_page "$page"
	rm -rf /etc/rtslib-fb-target/* /etc/multipath # the next page's reader has a machine of his own
done
[ "$TAP_BAD" = 0 ] || dmesg | tail -30 | sed 's/^/# /'
tap_end
