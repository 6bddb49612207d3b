#!/usr/bin/env python3
"""Hosts for the tests, written as snapshots (tests/snapshots/README.md).

hosts.py DIR [NAME...]: write the hosts of the table below (or those named) as DIR/NAME.
As a module: Host().path(...).map(...).write(dir)."""
import os
import sys

TUR = "000000000000"
ANSWERS = {
    "ready": "00 00 00 -",
    "faulty": "00 01 00 -",  # DID_NO_CONNECT
    "ghost": "02 00 00 70000200000000" + "0a00000000" + "040b00000000",  # not ready, standby
    "hang": "hang",
}


class Path:
    def __init__(self, name, devt, hcil, checker="ready", dm="A", device="running"):
        self.name, self.devt, self.hcil = name, devt, hcil
        self.checker, self.dm, self.device = checker, dm, device
        self.nvme = name.startswith("nvme")


class Map:
    def __init__(self, name, wwid, minor, groups, size=2097152, features="0", handler="0", vendor="ACME",
                 product="DISK", flags="", states=None, uuid="mpath-", selector="service-time 0"):
        self.name, self.wwid, self.minor, self.groups, self.size = name, wwid, minor, groups, size
        self.features, self.handler, self.vendor, self.product = features, handler, vendor, product
        self.flags, self.uuid, self.selector = flags, uuid, selector
        self.states = states or ["A"] + ["E"] * (len(groups) - 1)


class Host:
    def __init__(self, config="defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\n"):
        self.files, self.links, self.udev = {}, {}, []
        self.put("etc/multipath.conf", config)
        self.put("time", "1700000000\n")
        self.put("sys/class/misc/device-mapper/dev", "10:236\n")

    def put(self, path, content):
        self.files[path] = content.encode() if isinstance(content, str) else content
        return self

    def link(self, path, target):
        self.links[path] = target

    def record(self, **props):
        self.udev.append("".join("E: %s=%s\n" % kv for kv in props.items()))

    def disk(self, p, m=None, wwid=None, size=2097152, vendor="ACME", product="DISK", rev="1.0"):
        """A SCSI disk, or an NVMe namespace on TCP."""
        wwid = wwid or m.wwid
        if m:
            size, vendor, product = m.size, m.vendor, m.product
        h, c, t, l = p.hcil.split(":")
        if p.nvme:
            ctrl = "nvme" + h
            dev = "devices/virtual/nvme-fabrics/ctl/%s" % ctrl
            block = dev + "/" + p.name
            self.link("sys/%s/device" % block, "../../" + ctrl)
            for attr, text in (("model", product.ljust(40)), ("serial", "SN%s" % wwid[-8:]), ("firmware_rev", rev.ljust(8)),
                               ("state", "live" if p.device == "running" else p.device), ("transport", "tcp"),
                               ("cntlid", c), ("subsysnqn", "nqn.2020-01.com.acme:sub")):
                self.put("sys/%s/%s" % (dev, attr), text + "\n")
            self.put("sys/%s/wwid" % block, wwid + "\n")
            self.put("sys/%s/nsid" % block, l + "\n")
        else:
            dev = "devices/pseudo_0/adapter%s/host%s/target%s:%s:%s/%s" % (h, h, h, c, t, p.hcil)
            block = dev + "/block/" + p.name
            self.link("sys/%s/device" % block, "../../../" + p.hcil)
            for attr, text in (("vendor", vendor), ("model", product), ("rev", rev), ("state", p.device), ("timeout", "30")):
                self.put("sys/%s/%s" % (dev, attr), text + "\n")
            self.put("scsi/%s/%s" % (p.name, TUR), ANSWERS[p.checker] + "\n")
        if p.checker in ("ready", "hang"):
            self.put("scsi/%s/read" % p.name, ANSWERS[p.checker] + "\n")
        else:
            self.put("scsi/%s/read" % p.name, "error EIO\n")
        self.put("sys/%s/dev" % block, p.devt + "\n")
        self.put("sys/%s/size" % block, "%d\n" % size)
        self.put("sys/%s/ro" % block, "0\n")
        self.link("sys/class/block/" + p.name, "../../" + block)
        self.link("sys/dev/block/" + p.devt, "../../" + block)
        major, minor = p.devt.split(":")
        self.record(DEVNAME="/dev/" + p.name, SUBSYSTEM="block", MAJOR=major, MINOR=minor, USEC_INITIALIZED="1000000",
                    **({"ID_WWN": wwid} if p.nvme else {"ID_SERIAL": wwid, "SCSI_IDENT_SERIAL": wwid}))
        if m:
            self.put("sys/%s/holders/dm-%d/.keep" % (block, m.minor), "")
            self.link("sys/devices/virtual/block/dm-%d/slaves/%s" % (m.minor, p.name), "../../../../../" + block)
        return self

    def map(self, m):
        groups, status = [], []
        for g, state in zip(m.groups, m.states):
            groups.append("%s %d 1 %s" % (m.selector, len(g), " ".join("%s 1" % p.devt for p in g)))
            status.append("%s 0 %d 1 %s" % (state, len(g), " ".join("%s %s %d 0" % (p.devt, p.dm, p.dm == "F") for p in g)))
        head = lambda words: words if words == "0" or words.split()[0].isdigit() else "1 " + words
        nr = "%d 1" % len(groups) if groups else "0 0"
        text = "name: %s\n" % m.name + "uuid: %s%s\ndev: 253:%d\nopen: 1\n" % (m.uuid, m.wwid, m.minor)
        if m.flags:
            text += "flags: %s\n" % m.flags
        text += "table: 0 %d multipath %s %s %s %s\n" % (m.size, head(m.features), head(m.handler), nr, " ".join(groups))
        text += "status: 0 %d multipath 2 0 0 0 %s %s\n" % (m.size, nr, " ".join(status))
        self.put("dm/m%d" % m.minor, text)
        base = "sys/devices/virtual/block/dm-%d/" % m.minor
        for attr, value in (("dev", "253:%d" % m.minor), ("size", m.size), ("ro", int("read-only" in m.flags)), ("dm/name", m.name),
                            ("dm/uuid", m.uuid + m.wwid), ("dm/suspended", int("suspended" in m.flags))):
            self.put(base + attr, "%s\n" % value)
        self.link("sys/class/block/dm-%d" % m.minor, "../../devices/virtual/block/dm-%d" % m.minor)
        self.link("sys/dev/block/253:%d" % m.minor, "../../devices/virtual/block/dm-%d" % m.minor)
        for g in m.groups:
            for p in g:
                if p.name != "-":
                    self.disk(p, m)
        return self

    def write(self, top):
        self.put("udev/export", "\n".join(self.udev))
        for path, content in self.files.items():
            path = os.path.join(top, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content)
        for path, target in self.links.items():
            path = os.path.join(top, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(target, path)


def wwid(n):
    return "3600a0b800000000%016x" % n


def two_maps(**kw):
    """mpatha on four paths in two groups, mpathb on two; keywords change sda, the first path."""
    a = [Path("sda", "8:0", "1:0:0:0", **kw), Path("sdb", "8:16", "2:0:0:0")], \
        [Path("sdc", "8:32", "1:0:1:0"), Path("sdd", "8:48", "2:0:1:0")]
    b = [[Path("sde", "8:64", "1:0:0:1"), Path("sdf", "8:80", "2:0:0:1")]]
    return a, b


RUNNING = "pid 1234 running\n"


def host(a=None, b=None, daemon=RUNNING, **kw):
    one, two = two_maps()
    h = Host()
    h.map(Map("mpatha", wwid(1), 0, a or one, **kw))
    h.map(Map("mpathb", wwid(2), 1, b or two))
    if daemon:
        h.put("cmds/show-daemon", daemon)
    return h


def healthy():
    return host()


def degraded():
    return host(a=two_maps(checker="faulty", dm="F", device="offline")[0])


def lost(**kw):
    dead = dict(checker="faulty", dm="F")
    return host(b=[[Path("sde", "8:64", "1:0:0:1", **dead), Path("sdf", "8:80", "2:0:0:1", **dead)]], **kw)


def all_paths_lost():
    return lost()


def queueing():
    h = lost(daemon="error ECONNREFUSED\n")
    h.files["dm/m1"] = h.files["dm/m1"].replace(b"multipath 0 0", b"multipath 1 queue_if_no_path 0")
    return h


def ghost():
    return host(b=[[Path("sde", "8:64", "1:0:0:1"), Path("sdf", "8:80", "2:0:0:1", checker="ghost")]])


def pending():
    return host(a=two_maps(checker="hang")[0])


def suspended():
    return host(flags="suspended")


def read_only():
    return host(flags="read-only")


def many():
    h = Host()
    h.put("cmds/show-daemon", RUNNING)
    for i in range(64):
        major, minor = (8, 65, 66, 67, 68, 69, 70, 71)[i * 2 // 16], i * 2 % 16 * 16
        names = []
        for k in (0, 1):
            n = i * 2 + k
            names.append("sd" + (chr(96 + n // 26) if n >= 26 else "") + chr(97 + n % 26))
        bad = dict(checker="faulty", dm="F") if i in (7, 21) else {}
        h.map(Map("data%02d" % i, wwid(100 + i), i, [[Path(names[0], "%d:%d" % (major, minor), "1:0:0:%d" % i),
                                                    Path(names[1], "%d:%d" % (major, minor + 16), "2:0:0:%d" % i, **bad)]]))
    return h


def nvme():
    h = Host()
    h.put("cmds/show-daemon", RUNNING)
    h.put("sys/module/nvme_core/parameters/multipath", "N\n")
    return h.map(Map("mpatha", "eui.62326136306365612d636434382d3430", 3,
                     [[Path("nvme0n1", "259:0", "0:1:0:1"), Path("nvme1n1", "259:1", "1:2:0:1")]], features="2 queue_mode bio",
                     product="PVL-MX18S0P2L2C1-F100TP0TY1"))


def odd_alias():
    h = host()
    h.map(Map("we\"ird|na'me=1 \\x \u00e9\u4e2d", wwid(3), 2, [[Path("sdg", "8:96", "1:0:0:2"), Path("sdh", "8:112", "2:0:0:2")]]))
    return h


def no_maps():
    h = Host()
    h.put("cmds/show-daemon", "error ECONNREFUSED\n")
    return h.disk(Path("sda", "8:0", "1:0:0:0"), wwid=wwid(9))


def no_device_mapper():
    h = Host()
    del h.files["sys/class/misc/device-mapper/dev"]
    h.put("dm/.version", "error: ENXIO\n")
    h.put("cmds/show-daemon", "error ECONNREFUSED\n")
    return h.disk(Path("sda", "8:0", "1:0:0:0"), wwid=wwid(9))


def not_root():
    """Device-mapper is root's, no daemon: sysfs is what there is."""
    h = host(a=two_maps(device="offline")[0], daemon="error ENOENT\n")
    return h.put("dm/.version", "error: EACCES\n")


DAEMON_JSON = """{
   "major_version": 0,
   "minor_version": 1,
   "maps": [{
      "name" : "mpatha",
      "uuid" : "%s",
      "sysfs" : "dm-0",
      "failback" : "immediate",
      "queueing" : "12 chk",
      "paths" : 1,
      "write_prot" : "rw",
      "dm_st" : "active",
      "features" : "1 queue_if_no_path",
      "hwhandler" : "1 alua",
      "action" : "",
      "path_faults" : 3,
      "vend" : "ACME",
      "prod" : "DISK",
      "rev" : "1.0",
      "switch_grp" : 0,
      "map_loads" : 1,
      "total_q_time" : 0,
      "q_timeouts" : 0,
      "path_groups": [{
         "selector" : "service-time 0",
         "pri" : 50,
         "dm_st" : "active",
         "marginal_st" : "normal",
         "group" : 1,
         "paths": [{
            "dev" : "sda",
            "dev_t" : "8:0",
            "dm_st" : "active",
            "dev_st" : "running",
            "chk_st" : "ready",
            "checker" : "tur",
            "pri" : 50,
            "host_wwnn" : "[undef]",
            "target_wwnn" : "[undef]",
            "host_wwpn" : "[undef]",
            "target_wwpn" : "[undef]",
            "host_adapter" : "[undef]",
            "lun_hex" : "0x0000000000000000",
            "marginal_st" : "normal"
         },{
            "dev" : "sdb",
            "dev_t" : "8:16",
            "dm_st" : "failed",
            "dev_st" : "running",
            "chk_st" : "faulty",
            "checker" : "tur",
            "pri" : 50,
            "host_wwnn" : "[undef]",
            "target_wwnn" : "[undef]",
            "host_wwpn" : "[undef]",
            "target_wwpn" : "[undef]",
            "host_adapter" : "[undef]",
            "lun_hex" : "0x0000000000000000",
            "marginal_st" : "normal"
         }]
      }]
   }]
}
""" % wwid(1)


def daemon_only():
    return not_root().put("cmds/show-daemon", RUNNING).put("cmds/show-maps-json", DAEMON_JSON)


def daemon_half():
    return not_root().put("cmds/show-daemon", RUNNING).put("cmds/show-maps-json", DAEMON_JSON[:900])


def daemon_silent():
    return host(daemon="error ETIMEDOUT\n")


def no_table():
    h = host()
    return h.put("dm/m2", "name: half\nuuid: mpath-%s\ndev: 253:2\nopen: 0\n" % wwid(5))


HOSTS = {f.__name__.replace("_", "-"): f for f in (
    healthy, degraded, all_paths_lost, queueing, ghost, pending, suspended, read_only, many, nvme, odd_alias, no_maps,
    no_device_mapper, not_root, daemon_only, daemon_half, daemon_silent, no_table)}

if __name__ == "__main__":
    for name in sys.argv[2:] or HOSTS:
        HOSTS[name]().write(os.path.join(sys.argv[1], name))
