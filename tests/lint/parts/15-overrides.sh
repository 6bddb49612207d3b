# A setting that overrides wins over is called so, and is not held against other settings: it never takes effect.
says() { # wanted, what, text of a file
	local got
	printf '%s' "$3" >"$tmp/over.conf"
	got=$(ids -W no-default-value "$tmp/over.conf" | tr ' \n' ':;')
	[ "$got" = "$1" ] || echo "got: $got"
	[ "$got" = "$1" ]
	result $? "overrides: $2"
}
device='devices {
	device {
		vendor "NETAPP"
		product "^XYZ"
		%s
	}
}
overrides {
	%s
}
'
# shellcheck disable=SC2059
pair() { printf "$device" "$1" "$2"; }
says "5:overridden-setting;" "queueing that never takes effect needs no dev_loss_tmo" "$(pair 'no_path_retry 30' 'no_path_retry fail
	dev_loss_tmo 45')"
says "5:dev-loss-too-low;" "queueing that does take effect needs one" "$(pair 'no_path_retry 30' 'dev_loss_tmo 45')"
says "5:overridden-setting;6:overridden-setting;" "time-outs that never take effect have no order" "$(pair 'dev_loss_tmo 15
		fast_io_fail_tmo 15' 'dev_loss_tmo 45
	fast_io_fail_tmo 5')"
says "5:timeout-order;" "one that does take effect is held against the one that wins" "$(pair 'fast_io_fail_tmo 45' 'dev_loss_tmo 45')"
says "6:overridden-setting;" "priorities are of use where overrides groups by them" "$(pair 'prio alua
		path_grouping_policy multibus' 'path_grouping_policy group_by_prio')"
says "5:priority-unused;" "priorities are of no use with multibus" "$(pair 'prio alua
		path_grouping_policy multibus' 'no_path_retry fail')"
says "5:timeout-order;" "of defaults and overrides it is said once" 'defaults {
	fast_io_fail_tmo 45
}
overrides {
	dev_loss_tmo 45
}
'
