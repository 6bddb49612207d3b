#!/usr/bin/env python3
# Clients that mean no good, against the real daemon while it checks paths. Root starts it; users are real ones.
# Prints TAP lines without numbers (daemon-clients.sh numbers them). daemon_hostile.py PID FLOOD
import os, random, resource, socket, sys, time
from mpd_client import Client, HEAD, NAME

pid, flood = int(sys.argv[1]), int(sys.argv[2])
ALLOWED_MS = 500


def ok(good, what, detail=""):
    print("ok" if good else "not ok", "-", what + (" (%s)" % detail if detail else ""), flush=True)


def rss_kb():
    with open("/proc/%d/status" % pid) as f:
        return int([l for l in f if l.startswith("VmRSS:")][0].split()[1])


def ask_ms(text="show daemon"):
    t0 = time.monotonic()
    reply = Client().ask(text)
    return reply, (time.monotonic() - t0) * 1000


def answered(what):
    tries = [ask_ms() for i in range(7)]
    best, worst = min(t[1] for t in tries), max(t[1] for t in tries)
    ok(all(t[0].startswith("pid %d" % pid) for t in tries) and best < ALLOWED_MS,
       what + ": root is answered", "%.1f to %.1f ms" % (best, worst))


def as_user(uid, fn):
    """In a child that is this user; its word on standard output is lines of TAP."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        try:
            fn()
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.waitpid(child, 0)


def not_root():
    for text in ("show daemon", "show paths", "show maps json", "show config local"):
        reply = Client().ask(text)
        ok(len(reply) > 5 and "permission" not in reply, "an ordinary user may ask: " + text)
    for text in ("reconfigure", "fail path sda", "del map data1", "shutdown", "disablequeueing maps",
                 "add path sda", "forcequeueing daemon", "setmarginal path sda"):
        ok(Client().ask(text) == "fail\npermission deny: need to be root\n", "an ordinary user may not: " + text)


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(NAME)
    return s


def hostile():
    for name, data in (("zeros", b"\0" * 64), ("a length of 2^63", HEAD.pack(1 << 63) + b"show paths\0"),
                       ("a length of 2^64-1", HEAD.pack((1 << 64) - 1)), ("a length of 0", HEAD.pack(0)),
                       ("garbage", random.Random(1).randbytes(4096)), ("half a length", b"\x0b\0\0"),
                       ("no zero at the end", HEAD.pack(10) + b"show paths")):
        for i in range(20):
            s = connect()
            try:
                s.sendall(data)
            except OSError:
                pass
            s.close()
        answered(name)


def never_read():
    kept = []
    for i in range(200):
        s = connect()
        try:
            for j in range(50):
                s.sendall(HEAD.pack(12) + b"show config\0")
        except OSError:
            pass  # had enough of us
        kept.append(s)
    answered("200 clients at once that never read")


def flood_of_one_user():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ready, go = os.pipe(), os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        kept = []
        for i in range(flood):
            s = socket.socket(socket.AF_UNIX)
            s.setblocking(False)
            for again in range(200):
                try:
                    s.connect(NAME)
                    break
                except BlockingIOError:
                    time.sleep(0.01)
                except OSError:
                    break
            kept.append(s)
            if i == flood // 2:
                os.write(ready[1], b"x")
        os.write(ready[1], b"x")
        os.read(go[0], 1)
        os._exit(0)
    what = "DoS of the socket by exhausting connections: %d of one user" % flood
    os.read(ready[0], 1)
    answered(what + ", half of them there")
    os.read(ready[0], 1)
    answered(what + ", all of them there")
    os.write(go[1], b"x")
    os.waitpid(child, 0)
    answered(what + ", gone again")


before = rss_kb()
answered("before")
as_user(65534, not_root)
as_user(65534, hostile)
hostile()
as_user(65534, never_read)
never_read()
answered("DoS of the multipathd socket by blocking sends")
flood_of_one_user()
time.sleep(1)
ok(rss_kb() - before < 16384, "memory is bounded", "%d kB before, %d after" % (before, rss_kb()))
