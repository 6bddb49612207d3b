// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sysfs says of devices on each transport, and what is written there: on trees made as the
 * kernel's transport classes make them (scsi_transport_fc, _iscsi, _sas; ATA, USB, virtio, CCW,
 * cciss). The guest has the same for real iSCSI, FC and SAS (tests/vm/transports.sh).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/engine/discover.h"
#include "core/engine/engine.h"
#include "core/engine/facts.h"
#include "core/engine/transport.h"
#include "parser/arena.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;

#define FC    "devices/pci0000:00/0000:00:04.0/host1/rport-1:0-3/target1:0:2/1:0:2:7"
#define ISCSI "devices/platform/host2/session5/target2:0:0/2:0:0:0"
#define SAS   "devices/pci0000:00/0000:00:05.0/host3/port-3:0/end_device-3:0/target3:0:0/3:0:0:0"
#define ATA   "devices/pci0000:00/0000:00:1f.2/ata1/host4/target4:0:0/4:0:0:0"
#define USB   "devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host5/target5:0:0/5:0:0:0"
#define VIRT  "devices/pci0000:00/0000:00:06.0/virtio3/host6/target6:0:0/6:0:0:0"

static void file(const char *dir, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "sys/%s/%s", dir, name);
	tmpdir_file(&tmp, path, text);
}

static void driver(const char *device, const char *name)
{
	char link[256], target[64];

	snprintf(target, sizeof(target), "bus/any/drivers/%s", name);
	file(target, "bind", "");
	snprintf(target, sizeof(target), "/bus/any/drivers/%s", name);
	snprintf(link, sizeof(link), "sys/%s/driver", device);
	tmpdir_link(&tmp, link, target);
}

static void disk(const char *name, const char *scsi, const char *devno)
{
	char block[256], link[300];

	snprintf(block, sizeof(block), "%s/block/%s", scsi, name);
	file(block, "dev", devno);
	file(block, "size", "2048\n");
	snprintf(link, sizeof(link), "%s/queue", block);
	file(link, "max_sectors_kb", "512\n");
	snprintf(link, sizeof(link), "sys/%s/device", block);
	tmpdir_link(&tmp, link, "../..");
	file(scsi, "vendor", "ACME    \n");
	file(scsi, "model", "LUN\n");
	file(scsi, "state", "running\n");
	snprintf(block, sizeof(block), "../../%s/block/%s", scsi, name);
	snprintf(link, sizeof(link), "sys/class/block/%s", name);
	tmpdir_link(&tmp, link, block);
}

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	disk("sda", FC, "8:0\n");
	file("class/fc_host/host1", "node_name", "0x20000000c9000001\n");
	file("class/fc_host/host1", "port_name", "0x10000000c9000001\n");
	file("class/fc_transport/target1:0:2", "node_name", "0x50060e8000000001\n");
	file("class/fc_remote_ports/rport-1:0-3", "port_name", "0x50060e8000000011\n");
	file("class/fc_remote_ports/rport-1:0-3", "dev_loss_tmo", "30\n");
	file("class/fc_remote_ports/rport-1:0-3", "fast_io_fail_tmo", "off\n");
	file("class/scsi_host/host1", "eh_deadline", "off\n");
	file("class/scsi_disk/1:0:2:7", "max_retries", "5\n");
	disk("sdb", ISCSI, "8:16\n");
	file("class/iscsi_session/session5", "targetname", "iqn.2018-01.cn.tedu:server1\n");
	file("class/iscsi_session/session5", "recovery_tmo", "120\n");
	file("class/iscsi_connection/connection5:0", "persistent_address", "127.0.2.5\n");
	file("class/iscsi_host/host2", "ipaddress", "127.0.0.1\n");
	disk("sdc", SAS, "8:32\n");
	file("class/sas_device/end_device-3:0", "sas_address", "0x5000c500a0b0c0d1\n");
	file("class/sas_end_device/end_device-3:0", "I_T_nexus_loss_timeout", "2000\n");
	disk("sdd", ATA, "8:48\n");
	driver("devices/pci0000:00/0000:00:1f.2", "ahci");
	disk("sde", USB, "8:64\n");
	driver("devices/pci0000:00/0000:00:14.0", "pcieport");
	disk("sdf", VIRT, "8:80\n");
	driver("devices/pci0000:00/0000:00:06.0/virtio3", "virtio_scsi");
	driver("devices/pci0000:00/0000:00:06.0", "virtio-pci");
	file("devices/css0/0.0.0012/0.0.4711/block/dasda", "dev", "94:0\n");
	tmpdir_link(&tmp, "sys/devices/css0/0.0.0012/0.0.4711/block/dasda/device", "../..");
	file("devices/css0/0.0.0012/0.0.4711", "devtype", "3390/0c\n");
	file("devices/css0/0.0.0012/0.0.4711", "uid", "IBM.750000000AZ231.0fe8.03.extra\n");
	file("devices/css0/0.0.0012/0.0.4711", "status", "online\n");
	tmpdir_link(&tmp, "sys/class/block/dasda",
		    "../../devices/css0/0.0.0012/0.0.4711/block/dasda");
	file("devices/pci0000:00/cciss0/c0d0/block/cciss!c0d0", "dev", "104:0\n");
	tmpdir_link(&tmp, "sys/class/block/cciss!c0d0",
		    "../../devices/pci0000:00/cciss0/c0d0/block/cciss!c0d0");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

static struct engine *engine(const char *conf, const struct engine_options *opt)
{
	struct config *cfg;
	struct host *h;

	tmpdir_file(&tmp, "etc/multipath.conf", conf);
	assert_int_equal(host_replay(tmp.path, &h), 0);
	assert_int_equal(engine_load_config(h, 0, CONFIG_FOR_MAPS, &cfg), 0);
	return engine_new(h, cfg, opt);
}

static void done(struct engine *e)
{
	struct host *h = e->host;

	engine_free(e);
	host_free(h);
}

/* --- facts ----------------------------------------------------------------------------------- */

static void facts(const char *name, enum protocol protocol, const char *node, const char *adapter)
{
	struct arena *a = arena_new();
	struct blkdev d;
	struct host *h;

	assert_int_equal(host_replay(tmp.path, &h), 0);
	assert_int_equal(facts_load(h, a, name, &d), 0);
	assert_int_equal(d.protocol, protocol);
	assert_string_equal(d.tgt_node_name, node);
	assert_string_equal(d.host_adapter, adapter);
	arena_free(a);
	host_free(h);
}

static void protocols_nodes_and_adapters(void **state)
{
	(void)state;
	facts("sda", PROTO_SCSI_FCP, "0x50060e8000000001", "0000:00:04.0");
	facts("sdb", PROTO_SCSI_ISCSI, "iqn.2018-01.cn.tedu:server1", "127.0.0.1");
	facts("sdc", PROTO_SCSI_SAS, "0x5000c500a0b0c0d1", "0000:00:05.0");
	facts("sdd", PROTO_SCSI_ATA, "ata1", "0000:00:1f.2");
	facts("sde", PROTO_SCSI_USB, "", "");
	facts("sdf", PROTO_SCSI_UNSPEC, "", "virtio3");
	facts("dasda", PROTO_CCW, "", "");
	facts("cciss!c0d0", PROTO_CCISS, "", "");
}

static void fc_has_names_of_both_ends(void **state)
{
	struct arena *a = arena_new();
	struct blkdev d;
	struct host *h;

	(void)state;
	assert_int_equal(host_replay(tmp.path, &h), 0);
	assert_int_equal(facts_load(h, a, "sda", &d), 0);
	assert_string_equal(d.host_wwnn, "0x20000000c9000001");
	assert_string_equal(d.host_wwpn, "0x10000000c9000001");
	assert_string_equal(d.tgt_wwpn, "0x50060e8000000011");
	assert_true(d.has_hcil);
	assert_int_equal(d.host, 1);
	assert_int_equal(d.id, 2);
	assert_int_equal(d.lun, 7);
	assert_string_equal(d.vendor, "ACME");
	arena_free(a);
	host_free(h);
}

static void dasd_is_named_by_its_bus_id(void **state)
{
	struct arena *a = arena_new();
	struct blkdev d;
	struct host *h;

	(void)state;
	assert_int_equal(host_replay(tmp.path, &h), 0);
	assert_int_equal(facts_load(h, a, "dasda", &d), 0);
	assert_int_equal(d.bus, BUS_CCW);
	assert_string_equal(d.vendor, "IBM");
	assert_string_equal(d.product, "S/390 DASD ECKD");
	assert_string_equal(d.serial, "0.0.4711");
	assert_string_equal(d.ccw_uid, "IBM.750000000AZ231.0fe8.03.extra");
	assert_int_equal(d.id, 0x4711);
	arena_free(a);
	host_free(h);
}

/* --- what is written ------------------------------------------------------------------------- */

/* A map of the one path @name is created with @conf. */
static struct engine *settled(const char *name, const char *conf)
{
	static char text[1024];
	struct engine *e;
	struct path *p;
	struct map *m;

	snprintf(text, sizeof(text),
		 "defaults {\nallow_usb_devices yes\n%s\n}\nblacklist_exceptions {\nproperty "
		 "\".*\"\n}\n",
		 conf);
	e = engine(text, &(struct engine_options){ .daemon_runs = true });
	assert_int_equal(discover_one(e, name, false, &p, NULL), DISCOVER_OK);
	m = topology_add_map(e->topo);
	strcpy(m->alias, "mpatha");
	map_add_path(e->topo, m, p);
	m->action = ACT_CREATE;
	props_map(&m->props, &(struct prop_layers){ .cfg = e->cfg, .devices = NULL });
	transport_settle(e, m);
	return e;
}

static void attr_is(struct engine *e, const char *path, const char *want)
{
	char text[64];

	assert_true(fstree_text(e->host->sys, text, sizeof(text), "%s", path) >= 0);
	assert_string_equal(text, want);
}

#define RPORT "class/fc_remote_ports/rport-1:0-3/"

static void fc(const char *conf, const char *loss, const char *fast)
{
	struct engine *e = settled("sda", conf);

	attr_is(e, RPORT "dev_loss_tmo", loss);
	attr_is(e, RPORT "fast_io_fail_tmo", fast);
	done(e);
}

static void fc_remote_ports_get_their_timeouts(void **state)
{
	(void)state;
	fc("", "30", "5"); /* the built-in fast_io_fail_tmo */
	fc("dev_loss_tmo 100\nfast_io_fail_tmo 10", "100", "10");
	fc("dev_loss_tmo infinity", "2147483647", "5");
	fc("fast_io_fail_tmo off\ndev_loss_tmo 60", "60", "off");
	/* fast_io_fail_tmo must be the smaller one */
	fc("dev_loss_tmo 10\nfast_io_fail_tmo 10", "10", "off");
	/* 12 checks of 5 s: the port must not go before queueing ends */
	fc("no_path_retry 12\ndev_loss_tmo 20", "60", "5");
	fc("no_path_retry queue\ndev_loss_tmo 20", "2147483647", "5");
}

/* Release 0.10.1: "no_path_retry fail" without dev_loss_tmo must not set it to 0. */
static void no_path_retry_fail_leaves_dev_loss_tmo_alone(void **state)
{
	(void)state;
	fc("no_path_retry fail", "30", "5");
	fc("no_path_retry fail\ndev_loss_tmo 40", "40", "5");
}

static void hosts_disks_and_queues(void **state)
{
	struct engine *e = settled("sda", "eh_deadline 15\nmax_retries 3\nmax_sectors_kb 256");

	(void)state;
	attr_is(e, "class/scsi_host/host1/eh_deadline", "15");
	attr_is(e, "class/scsi_disk/1:0:2:7/max_retries", "3");
	attr_is(e, "class/block/sda/queue/max_sectors_kb", "256");
	done(e);
	e = settled("sda", "max_retries off\neh_deadline off");
	attr_is(e, "class/scsi_disk/1:0:2:7/max_retries", "-1");
	attr_is(e, "class/scsi_host/host1/eh_deadline", "off");
	attr_is(e, "class/block/sda/queue/max_sectors_kb", "512");
	done(e);
}

static void iscsi_sessions_get_recovery_tmo(void **state)
{
	struct engine *e = settled("sdb", "fast_io_fail_tmo 9\ndev_loss_tmo 50");

	(void)state;
	attr_is(e, "class/iscsi_session/session5/recovery_tmo", "9");
	done(e);
	e = settled("sdb", "fast_io_fail_tmo off");
	attr_is(e, "class/iscsi_session/session5/recovery_tmo", "120");
	done(e);
}

static void sas_end_devices_get_nexus_loss(void **state)
{
	struct engine *e = settled("sdc", "dev_loss_tmo 44\nfast_io_fail_tmo 3");

	(void)state;
	attr_is(e, "class/sas_end_device/end_device-3:0/I_T_nexus_loss_timeout", "44");
	done(e);
}

static void overrides_by_protocol_win(void **state)
{
	static const char conf[] = "dev_loss_tmo 50\n}\noverrides {\ndev_loss_tmo 60\nprotocol {\n"
				   "type scsi:fcp\ndev_loss_tmo 70\nfast_io_fail_tmo 11\n}\n"
				   "protocol {\ntype scsi:sas\ndev_loss_tmo 80\n}\n";
	struct engine *e;

	(void)state;
	fc(conf, "70", "11");
	e = settled("sdc", conf);
	attr_is(e, "class/sas_end_device/end_device-3:0/I_T_nexus_loss_timeout", "80");
	done(e);
}

static void other_transports_are_left_alone(void **state)
{
	static const char *const names[] = { "sdd", "sde", "sdf" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		done(settled(names[i], "dev_loss_tmo 44\nfast_io_fail_tmo 3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocols_nodes_and_adapters),
		cmocka_unit_test(fc_has_names_of_both_ends),
		cmocka_unit_test(dasd_is_named_by_its_bus_id),
		cmocka_unit_test(fc_remote_ports_get_their_timeouts),
		cmocka_unit_test(no_path_retry_fail_leaves_dev_loss_tmo_alone),
		cmocka_unit_test(hosts_disks_and_queues),
		cmocka_unit_test(iscsi_sessions_get_recovery_tmo),
		cmocka_unit_test(sas_end_devices_get_nexus_loss),
		cmocka_unit_test(overrides_by_protocol_win),
		cmocka_unit_test(other_transports_are_left_alone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
