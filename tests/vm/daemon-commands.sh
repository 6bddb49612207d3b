#!/bin/bash
# All command lines of multipathd, asked of ours and of Debian's daemon on the same disks (issue 5). The rows and what each
# reply must be stand in daemon_commands.py.
#	tests/vm/boot tests/vm/daemon-commands.sh
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh

setup() {
	base_modules
	slim_udev
	start_udev
	need_modules loop
	sdebug_load add_host=2 max_luns=2 vpd_use_hostno=0 dev_size_mb=8 || bail "no disks"
	# What 0.14.3 decides in another way than 0.9.4 is said here, so that both work alike.
	cat >/tmp/multipath.conf <<-CONF
		defaults {
			user_friendly_names yes
			find_multipaths yes
			polling_interval 2
			max_polling_interval 2
			path_grouping_policy failover
			prio const
			detect_prio no
			no_path_retry queue
			reservation_key file
		}
	CONF
}
# since 0.12.0
second_socket() {
	is "the socket in /run is for everybody" "$(stat -c '%F %a' /run/multipathd.socket)" "socket 666"
	matches "... and answers" "$(MULTIPATH_SOCKET_NAME=/run/multipathd.socket mpd show daemon)" '^pid [0-9]+ (idle|running)$'
}

rows_of() { # side option...
	cp /tmp/multipath.conf /etc/multipath.conf
	ok "$1: the daemon starts" mpd_start "$@" || bail "no daemon"
	[ "$1" = stock ] || second_socket
	ok "$1: every command is answered" /usr/bin/python3 tests/vm/daemon_commands.py ask "/tmp/$1.json" || mpd_log_tail 20
	wait_for 30 mpd_ended
	ok "$1: has ended" mpd_ended || kill -9 "$MPD"
	wait "$MPD"
	is "$1: with success" "$?" 0
}

setup
rows_of ours -v2
dmsetup remove_all --retry >/dev/null 2>&1
rows_of stock -v2
while IFS= read -r line; do
	case $line in
	'ok - '*) ok "${line#ok - }" true ;;
	'not ok - '*) ok "${line#not ok - }" false ;;
	*) printf '%s\n' "$line" ;;
	esac
done < <(/usr/bin/python3 tests/vm/daemon_commands.py judge /tmp/ours.json /tmp/stock.json)
tap_end
