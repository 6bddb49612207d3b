# Every row of the hardware table that scsi_debug can imitate: a vendor of 8 bytes, a product of 16, and two paths each.
# The kernel attaches no disk to any vendor's `Universal Xport` (BLIST_NO_ULD_ATTACH).
# Debian's 0.9.4 is given the rows that are new or different in 0.14.3 as its configuration, so both sides have one table.
# weight: 330
# long
# shellcheck shell=bash
newer_table() {
	cat <<'E'
@0.9 A02 devices {
@0.9 A02 	device {
@0.9 A02 		vendor "^NVME"
@0.9 A02 		product ".*"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		uid_attribute "ID_WWN"
@0.9 A02 		path_checker "none"
@0.9 A02 		failback "immediate"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "(HP|HPE)"
@0.9 A02 		product "MSA [12]0[4567]0 (SAN|SAS|FC|iSCSI)"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 18
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NVME"
@0.9 A02 		product "dellemc-powerstore"
@0.9 A02 		no_path_retry 3
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "EQLOGIC"
@0.9 A02 		product "100E-00"
@0.9 A02 		path_grouping_policy "multibus"
@0.9 A02 		no_path_retry 30
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "(HITACHI|HP|HPE)"
@0.9 A02 		product "^OPEN-"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 10
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "HITACHI"
@0.9 A02 		product "Hi-SDS"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		path_checker "directio"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 6
@0.9 A02 		detect_checker "no"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NVME"
@0.9 A02 		product "HITACHI SVOS-RF-System"
@0.9 A02 		no_path_retry "queue"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NVME"
@0.9 A02 		product "FlashSystem"
@0.9 A02 		no_path_retry "fail"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NETAPP"
@0.9 A02 		product "LUN"
@0.9 A02 		flush_on_last_del "yes"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "(LIO-ORG|SUSE)"
@0.9 A02 		product ".*"
@0.9 A02 		path_checker "directio"
@0.9 A02 		detect_checker "no"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "^SCST_"
@0.9 A02 		product ".*"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 12
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "PURE"
@0.9 A02 		product "FlashArray"
@0.9 A02 		detect_prio "no"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "^(HUAWEI|HUASY|HS)"
@0.9 A02 		product "^(Dorado[25]|HVS8|S[23568]|V1[568]|VIS6000)"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 15
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "^(HUAWEI|AnyStor|Marstor|NETPOSA|SanM|SUGON|UDsafe)"
@0.9 A02 		product "XSG1"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 15
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NVME"
@0.9 A02 		product "Huawei-XSG1"
@0.9 A02 		no_path_retry 12
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NFINIDAT"
@0.9 A02 		product "InfiniBox"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry "queue"
@0.9 A02 		flush_on_last_del "yes"
@0.9 A02 		dev_loss_tmo "infinity"
@0.9 A02 		detect_prio "no"
@0.9 A02 		path_selector "service-time 0"
@0.9 A02 		rr_weight "uniform"
@0.9 A02 		rr_min_io 1000
@0.9 A02 		rr_min_io_rq 1
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NVME"
@0.9 A02 		product "InfiniBox"
@0.9 A02 		no_path_retry "queue"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "SEAGATE"
@0.9 A02 		product "STJX"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 30
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "SEAGATE"
@0.9 A02 		product "^[456]"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 30
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "AStor"
@0.9 A02 		product "NeoSapphire"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		failback "immediate"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "Quantum"
@0.9 A02 		product "(StorNext QX|QXS)"
@0.9 A02 		product_blacklist "cvfsctl"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 18
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "QUANTUM"
@0.9 A02 		product "^(F|P|H)[24]"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 30
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "QUANTUM"
@0.9 A02 		product "^F1"
@0.9 A02 		path_grouping_policy "group_by_serial"
@0.9 A02 		no_path_retry 30
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "VSTORAGE"
@0.9 A02 		product "VSTOR-DISK"
@0.9 A02 		path_grouping_policy "group_by_node_name"
@0.9 A02 		features "2 pg_init_retries 50"
@0.9 A02 		prio "alua"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry "queue"
@0.9 A02 		flush_on_last_del "yes"
@0.9 A02 		detect_prio "no"
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "^Qsan"
@0.9 A02 		product ".*"
@0.9 A02 		path_grouping_policy "group_by_prio"
@0.9 A02 		prio_args "exclusive_pref_bit"
@0.9 A02 		failback "immediate"
@0.9 A02 		no_path_retry 30
@0.9 A02 	}
@0.9 A02 	device {
@0.9 A02 		vendor "NVME"
@0.9 A02 		product "VASTData"
@0.9 A02 		no_path_retry "queue"
@0.9 A02 	}
@0.9 A02 }
E
}

batch() { # NAME VENDOR|PRODUCT...
	local name=$1
	shift
	topology vendors "$@"
	case_is "$name"
	conf <<E
defaults {
	find_multipaths no
@0.14 A01 	detect_pgpolicy no
}
$(newer_table)
E
	run -d
	run
	run -ll
	run -F
	case_is "$name-undetected"
	conf <<E
defaults {
	find_multipaths no
	detect_prio no
	detect_checker no
@0.14 A01 	detect_pgpolicy no
}
$(newer_table)
E
	run -d
}

batch 01 'NVME|DISK' 'APPLE|Xserve RAID' '3PARdata|VV' 'NVME|HPE Alletra' 'DEC|HSG80' 'HP|A6189A' 'COMPAQ|MSA100' \
	'COMPAQ|MSA VOLUME' 'COMPAQ|HSV101' 'HP|MSA2012fc' 'HP|MSA2012sa' 'HP|MSA 1040 SAN' 'HP|HSVX700' \
	'HP|LOGICAL VOLUME' 'HP|P2000 G3 FC' 'LEFTHAND|P4000'
batch 02 'Nimble|Server' 'SGI|TP9100' 'SGI|TP9300' 'SGI|IS' 'SGI|DD4A-' 'DDN|SAN DataDirector' \
	'DDN|EF3010' 'DDN|EF3015' 'NEXENTA|COMSTAR' 'TEGILE|ZEBI-FC' 'EMC|SYMMETRIX' 'NVME|EMC PowerMax' 'DGC|RAID' \
	'DGC|LUNZ' 'EMC|Invista'
batch 03 'EMC|LUNZ' 'XtremIO|XtremApp' 'COMPELNT|Compellent Vol' 'DELL|MD3' \
	'DellEMC|PowerStore' 'DellEMC|ME' 'EQLOGIC|100E-00' 'FSC|CentricStor' 'FUJITSU|ETERNUS_DXH' 'EUROLOGC|FC2502' \
	'FUJITSU|E2000' 'FUJITSU|E6000' 'FUJITSU|ETERNUS_AHB' 'HITACHI|OPEN-'
batch 04 'HITACHI|DF' 'HITACHI|DF600F' 'HITACHI|Hi-SDS' 'IBM|ProFibre 4000R' 'IBM|1722-600' \
	'IBM|1724' 'IBM|1726' 'IBM|1742' 'IBM|1746' 'IBM|1813' 'IBM|1814' 'IBM|1815' 'IBM|1818' 'IBM|3526' 'IBM|3542'
batch 05 'IBM|2105' 'IBM|1750500' 'IBM|2107900' 'IBM|2145' 'NVME|IBM 2145' 'IBM|S/390 DASD ECKD' \
	'IBM|S/390 DASD FBA' 'IBM|IPR' 'IBM|1820N00' 'XIV|NEXTRA' 'TMS|RamSan' 'NVME|FlashSystem' 'IBM|DCS9900' 'AIX|VDASD' \
	'IBM|3303 NVDISK' 'AIX|NVDISK'
batch 06 'LENOVO|DE_Series' 'NETAPP|LUN' 'NETAPP|INF-01-00' \
	'SolidFir|SSD SAN' 'NEC|DISK ARRAY' 'Pillar|Axiom' 'Oracle|Oracle FS' 'STK|BladeCtlr' \
	'STK|OPENstorage' 'STK|FLEXLINE 380' 'SUN|StorEdge 3' 'SUN|STK6580_6780' 
batch 07 'SUN|CSM100_R' 'SUN|LCSM100_I' 'SUN|SUN_6180' 'SUN|ArrayStorage' 'SUN|Sun Storage' 'PIVOT3|RAIGE VOLUME' \
	'NexGen|TierStore' 'Intel|Multi-Flex' 'Intel|VTrak V-LUN' 'LIO-ORG|DISK' 'SCST_|DISK' 'DataCore|SANmelody' \
	'DataCore|Virtual Disk' 'PURE|FlashArray' 'HUAWEI|Dorado2' 'HUAWEI|XSG1'
batch 08 'NVME|Huawei-XSG1' 'KOVE|XPD' 'NFINIDAT|InfiniBox' 'NVME|InfiniBox' 'KMNRIO|K2' 'NEXSAN|NXS-B0' \
	'NEXSAN|SATAB' 'Nexsan|NestOS' 'VIOLIN|SAN ARRAY' 'VIOLIN|SAN ARRAY ALUA' 'VIOLIN|CONCERTO ARRAY' 'XIOTECH|ISE' \
	'XIOTECH|IGLU DISK' 'XIOTECH|Magnitude' 'Vexata|VX' 'Promise|VTrak'
batch 09 'Promise|VTrak V-LUN' 'Promise|Vess' 'Promise|Vess V-LUN' 'IFT|DISK' 'DotHill|SANnet' 'DotHill|R/Evo' \
	'DotHill|DH' 'SEAGATE|STJX' 'SEAGATE|4' 'AStor|NeoSapphire' 'INSPUR|MCS' 'MacroSAN|LU' 'Quantum|StorNext QX' \
	'Quantum|cvfsctl' 'QUANTUM|F2' 'QUANTUM|F1'
batch 10 'VSTORAGE|VSTOR-DISK' 'Qsan|DISK' 'NVME|VASTData'
