#!/bin/bash
# Persistent reservations on a real kernel (issue 5): LIO's logical unit by two iSCSI sessions, our daemon and our
# mpathpersist, and another node on the same unit. Debian's mpathpersist asks and changes the same disks.
# Run by boot, in the guest:  tests/vm/boot tests/vm/pr.sh
set -u
. tests/vm/lib.sh
B=$TOP/build
STOCK=/usr/local/stock/mpathpersist
[ -x "$B/mpathpersist" ] || bail "the binary under test is missing: $B/mpathpersist (run: make)"
SERIAL=59e8ba68638854e9093f3ba3a0e00002
P1=127.0.2.5 P2=127.0.4.5
DEV=/dev/mapper/shared

# mpp ARGS...: our mpathpersist; leaves OUT (both streams, times of the log taken off) and RC
mpp() {
	OUT=$(timeout 60 "$B/mpathpersist" "$@" 2>&1)
	RC=$?
	OUT=$(sed -E 's/^[0-9]+\.[0-9]{6} \| //' <<<"$OUT")
}
ask() { "$B/multipathd" "$@" 2>&1; }
keys() { sg_persist -i -k -n "/dev/$1" 2>/dev/null | grep -oE '0x[0-9a-f]+$' | sort | tr '\n' ' '; }
keys_are() { [ "$(keys "$1")" = "$2" ]; }
paths() { dmsetup table shared 2>/dev/null | grep -oE '[0-9]+:[0-9]+' | wc -l; }
paths_are() { [ "$(paths)" = "$1" ]; }
usable() { ask show paths raw format '%m %t %T' | grep -c '^shared active ready'; }
lost_one() { ask show paths raw format '%m %t' | grep -q '^shared failed'; }
usable_are() { [ "$(usable)" = "$1" ]; }
session() { iscsiadm -m node -T $ISCSI_TARGET -p "$1:3260" "$2" >/dev/null; }
daemon_idle() { ask show daemon | grep -qE 'idle|running'; }
daemon_gone() { ! kill -0 "$DAEMON" 2>/dev/null; }

daemon_start() {
	"$B/multipathd" -d -s -v3 >>/tmp/multipathd.log 2>&1 &
	DAEMON=$!
	wait_for 30 daemon_idle || bail "multipathd does not start: $(tail -5 /tmp/multipathd.log)"
}
daemon_stop() {
	ask shutdown >/dev/null
	wait_for 20 daemon_gone || kill -9 "$DAEMON"
}
configuration() { # reservation_key
	cat >/etc/multipath.conf <<-CONF
		defaults {
			find_multipaths no
			polling_interval 1
			max_polling_interval 1
			no_path_retry queue
			reservation_key $1
		}
		blacklist {
			devnode "^$OTHER\$"
		}
		multipaths {
			multipath {
				wwid "$WWID"
				alias shared
			}
		}
	CONF
}

# Another node is another way to the same unit, which no map of ours has.
other_node() {
	local cfg=/sys/kernel/config/target nexus=naa.6001405000000002 t d
	need_modules tcm_loop
	t=$cfg/loopback/naa.6001405000000001/tpgt_1
	mkdir -p "$t/lun/lun_0"
	echo $nexus >"$t/nexus" || return 1
	ln -s $cfg/core/fileio_0/store "$t/lun/lun_0/store"
	wait_for 20 other_disk || return 1
	OTHER=$(other_disk)
}
other_disk() {
	local d
	for d in /sys/devices/tcm_loop_0/tcm_loop_adapter_*/host*/target*/*/block/sd*; do
		[ -e "$d" ] && echo "${d##*/}" && return 0
	done
	return 1
}

setup() {
	base_modules
	slim_udev
	start_udev
	multipath_reset
	iscsi_target store 100000000 $SERIAL || bail "LIO does not take the target"
	mkdir -p /var/target/pr /etc/target/pr # LIO writes there at each registration, and fails it otherwise
	other_node || bail "LIO does not give the unit to another node"
	iscsi_login 1 || bail "the initiator does not log in"
	session $P2 --logout
	wait_for 20 iscsi_disk_count 1 || bail "the second session does not end"
	A=$(iscsi_disks)
	WWID=$(/lib/udev/scsi_id --whitelisted --device="/dev/$A")
	configuration 0xabc
	daemon_start
	wait_for 30 usable_are 1 || bail "no map with its path: $(ask show topology)"
}

register() {
	mpp -i -k $DEV
	is "nothing is registered" "$RC:${OUT#*, }" $'0:\t0 registered reservation key.'
	is "getprstatus before anything" "$(ask getprstatus map shared)" unset
	is "getprkey" "$(ask getprkey map shared)" 0xabc
	mpp -o -G -S def $DEV
	is "a key that is not the configured one: exit 1" "$RC" 1
	matches "... and it is said" "$OUT" "shared: configured reservation key doesn't match: 0xabc"
	mpp -o -G -S abc -d $DEV
	is "register" "$RC:$OUT" "0:"
	mpp -i -k $DEV
	is "... one key" "$RC:${OUT#*, }" $'0:\t1 registered reservation key follows:\n    0xabc'
	is "... and the daemon knows" "$(ask getprstatus map shared)" set
}

late_path() {
	session $P2 --login
	wait_for 40 usable_are 2 || echo "# $(ask show topology)"
	ok "a path added later is registered" wait_for 20 keys_are "$A" "0xabc 0xabc "
	C=$(iscsi_disks | grep -v "^$A\$")
}

reserve() {
	mpp -o -R -K abc -T 5 $DEV
	is "reserve" "$RC:$OUT" "0:"
	is "... the daemon knows who holds it" "$(ask getprhold map shared)" set
	mpp -i -r $DEV
	is "read the reservation" "$RC:${OUT#*, }" \
		$'0:Reservation follows:\n   Key = 0xabc\n  scope = LU_SCOPE, type = Write Exclusive, registrants only'
	mpp -o -R -K abc -T 5 $DEV
	is "reserving again changes nothing" "$RC:$OUT" "0:"
	ok "data goes through the map" dd if=/dev/zero of=$DEV bs=4k count=64 oflag=direct status=none
	ok "... and another node cannot write" bash -c \
		"! dd if=/dev/zero of=/dev/$OTHER bs=4k count=1 oflag=direct status=none 2>/dev/null"
}

# Of a standard error: without log lines, usage text and the name of the program, what a caller may look for.
words() { sed -E '/^[0-9]+\.[0-9]{6} \| |^unrecognised switch/d; /^multipath-tools v/,$d; s,^[^ ]*/mpathpersist: ,,' "$1"; }
# alike OPTIONS...: exit status and words are those of Debian's, but for what ACCEPTED.md says
alike() {
	local wanted
	$STOCK "$@" >/tmp/out 2>/tmp/err </dev/null
	wanted="exit $? $(cat /tmp/out) $(words /tmp/err)"
	timeout 60 "$B/mpathpersist" "$@" >/tmp/out 2>/tmp/err </dev/null
	is "mpathpersist $*: exit status and words of Debian's" "exit $? $(cat /tmp/out) $(words /tmp/err)" "$wanted"
}
beside_stock() {
	local o
	for o in -k -r -s; do
		alike -i $o $DEV
	done
	mpp -i -k -H $DEV
	matches "in hexadecimal" "$RC $OUT" '^0  00     00 00 00 [0-9a-f]{2} 00 00 00 10  00 00 00 00 00 00 0a bc    '
	mpp -i -k -l 8 $DEV
	is "an answer cut off: the keys that are there" "$RC:${OUT#*, }" $'0:\t0 registered reservation key.'
	alike --in --read-reservation --device=$DEV
	mpp -i -c $DEV
	matches "report capabilities" "$RC $(tr '\n' ' ' <<<"$OUT")" \
		'^0 Report capabilities response: .*\(PTPL_C\): 1 .*Write Exclusive, all registrants: 1'
	for o in "" "-i" "-o" "-x" "-v" "-v x -i -k $DEV" "-o -G -R $DEV" "-i -k -r $DEV" "-i -G $DEV" "-i -k" "-k $DEV" "-i -o -k $DEV" \
		"-o -R -K zz $DEV" "-o -R -K abc -T zz $DEV" "-i -k /nosuch" "-i -k /dev/null" "-i -k -l 9000 $DEV" "-i -k $DEV extra" "-f /nosuch" \
		"-o -R -K def -T 5 $DEV" "-o -R -K abc -T 1 $DEV" "-o -G -S def $DEV" "-o -P -K abc -S 123 -T 5 $DEV"; do
		alike $o
	done
	mpp -o -R -K abc -T 10 $DEV
	matches "a type of more than four bits" "$RC $(head -1 <<<"$OUT")" "^1 bad argument to '--prout-type'"
	printf '%s\n' "-i -k $DEV" '# nothing' '' "mpathpersist -i -r -d $DEV" "-o -R -K abc -T 5 $DEV" '-i -k' >/tmp/batch
	alike -f /tmp/batch
	alike --batch-file=/tmp/batch -i -s $DEV
}

# The path that holds the reservation (of a type that one path holds) is lost.
lost_holder() {
	mpp -o -L -K abc -T 5 $DEV
	is "release" "$RC:$OUT:$(ask getprhold map shared)" "0::unset"
	mpp -o -R -K abc -T 1 $DEV
	is "reserve for one path" "$RC:$OUT" "0:"
	local holder
	holder=$(sg_persist -i -s -n "/dev/$A" | awk '/target port/ { p = $NF } /Reservation holder/ { print p }')
	[ "$(sg_persist -i -s -n "/dev/$A" | grep -c 'Reservation holder')" = 1 ] || echo "# holders: $holder"
	# the first path in the map made it
	cut_link $P1
	wait_for 90 lost_one || echo "# $(ask show topology)"
	mpp -o -L -K abc -T 1 $DEV
	is "release while the holder is lost: exit 0" "$RC" 0
	is "... and nobody holds it" "$(sg_persist -i -r -n "/dev/$C" | grep -c 'Key=')" 0
	ok "... the map goes on" dd if=/dev/zero of=$DEV bs=4k count=4 oflag=direct status=none
	mend_links
	ok "the path is back" wait_for 60 usable_are 2
	ok "... and registered again" wait_for 20 keys_are "$C" "0xabc 0xabc "
}

# Whoever has been preempted stays out: the path that comes back is not registered.
fenced() {
	sg_persist -o -G -S def "/dev/$OTHER" >/dev/null 2>&1 || echo "# the other node cannot register"
	sg_persist -o -R -K def -T 1 "/dev/$OTHER" >/dev/null 2>&1 || echo "# the other node cannot reserve"
	mpp -o -L -K abc -T 1 $DEV
	matches "release does not touch the reservation of another node" \
		"$(sg_persist -i -r -n "/dev/$OTHER")" 'Key=0xdef'
	cut_link $P2
	wait_for 90 lost_one || echo "# $(ask show topology)"
	sg_persist -o -P -K def -S abc -T 1 "/dev/$OTHER" >/dev/null 2>&1
	is "another node has preempted us" "$(keys "$OTHER")" "0xdef "
	mend_links
	wait_for 60 usable_are 2 || echo "# $(ask show topology)"
	ok "the daemon has seen it" wait_for 20 bash -c "[ \"\$($B/multipathd getprstatus map shared)\" = unset ]"
	is "no path of ours is registered again" "$(keys "$OTHER")" "0xdef "
	mpp -o -R -K abc -T 1 $DEV
	is "reserving is refused with a conflict" "$RC:$OUT" \
		$'11:persistent reserve out: scsi status: Reservation Conflict\nPR out: command failed'
	sg_persist -o -C -K def "/dev/$OTHER" >/dev/null 2>&1
}

restart() {
	mpp -o -I -S abc $DEV
	is "register and ignore" "$RC:$OUT:$(keys "$A")" "0::0xabc 0xabc "
	daemon_stop
	daemon_start
	ok "a new daemon learns from the device that the key is registered" \
		wait_for 30 bash -c "[ \"\$($B/multipathd getprstatus map shared)\" = set ]"
	mpp -o -C -K abc $DEV
	is "clear" "$RC:$OUT:$(keys "$A")" "0::"
	is "... the daemon knows" "$(ask getprstatus map shared):$(ask getprhold map shared)" unset:unset
}

key_file() {
	configuration file
	ask reconfigure >/dev/null
	wait_for 30 daemon_idle
	is "without a key in the file" "$(ask getprkey map shared)" none
	mpp -o -G -S 77 $DEV
	is "register with reservation_key file" "$RC:$OUT:$(keys "$A")" "0::0x77 0x77 "
	is "... the file has the key" "$(grep -v '^#' /etc/multipath/prkeys)" "0x0000000000000077 $WWID"
	is "... the daemon has it" "$(ask getprkey map shared)" 0x77
	mpp -o -G -K 77 -S 78 $DEV
	is "another key" "$RC:$OUT:$(keys "$A"):$(ask getprkey map shared)" "0::0x78 0x78 :0x78"
	mpp -o -G -K 99 -S 9a $DEV
	is "refused: the old key stays" "$RC:$(keys "$A"):$(ask getprkey map shared)" "1:0x78 0x78 :0x78"
	alike -o -G -K 99 -S 9a $DEV
	printf '%s\n' '# a batch' "-i -k $DEV # keys" "mpathpersist --out --register -K 78 -S 0 $DEV" "-i -x" >/tmp/batch
	mpp -f /tmp/batch
	is "a batch file: the status of the first line that failed" "$RC" 1
	matches "... its first line" "$OUT" '2 registered reservation keys follow'
	matches "... and its last" "$OUT" 'syntax error on line 4 in batch file'
	is "unregistered" "$(keys "$A"):$(ask getprkey map shared):$(ask getprstatus map shared)" ":none:unset"
	is "... the line is a comment" "$(grep -c "^#x0000000000000078 $WWID\$" /etc/multipath/prkeys)" 1
}

stock_and_our_daemon() {
	configuration 0xabc
	ask reconfigure >/dev/null
	wait_for 30 daemon_idle
	$STOCK -o -G -S abc $DEV >/tmp/out 2>&1
	is "Debian's mpathpersist registers" "$?:$(keys "$A")" "0:0xabc 0xabc "
	is "... and tells our daemon" "$(ask getprstatus map shared)" set
	$STOCK -o -G -K abc -S 0 $DEV >/tmp/out 2>&1
	is "... and unregisters" "$?:$(keys "$A"):$(ask getprstatus map shared)" "0::unset"
	daemon_stop
	mpp -o -G -S abc $DEV
	is "without a daemon: registered all the same" "$RC:$(keys "$A")" "0:0xabc 0xabc "
	mpp -o -G -K abc -S 0 $DEV
}

setup
register
late_path
reserve
beside_stock
lost_holder
fenced
restart
key_file
stock_and_our_daemon
[ -z "${KEEP_LOG:-}" ] || sed 's/^/# /' /tmp/multipathd.log
tap_end
