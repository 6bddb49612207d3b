#!/usr/bin/env python3
# Clients that mean no good, against the daemon's own loop and control socket (tests/daemon/server.c):
# whatever they do, the loop goes on, memory stays bounded, and everyone else is answered. Prints TAP.
import array, os, random, resource, socket, sys, time
from client import *

ANSWER_MS = 500


def answered(server, what, uids=(0, 1001)):
    """The best of a few tries: the machine may be busy, the attack goes on during all of them."""
    for uid in uids:
        tries = [ask_ms(server, uid) for i in range(5)]
        best = min(ms for reply, ms in tries)
        ok(all(reply == "pid 1 running\n" for reply, ms in tries) and best < ANSWER_MS,
           "%s: %s is answered" % (what, "another user" if uid else "root"),
           "%.1f to %.1f ms" % (best, max(ms for reply, ms in tries)))


def never_blocked(server, what):
    """A thread that gives the processor up by itself waits for something. The loop's may do so in
    its own wait only."""
    st = server.stats()
    waits = server.status("voluntary_ctxt_switches")
    ok(waits <= st["sleeps"] + 5, what + ": the loop never waits for a client",
       "%d waits, %d of them its own; longest turn on this machine %.1f ms"
       % (waits, st["sleeps"], st["longest_ms"]))


def blocking_sends():
    what = "DoS of the multipathd socket by blocking sends"
    s = Server()
    before = s.rss_kb()
    idle = []
    for i in range(100):
        c = s.connect()
        c.send("show topology")  # 4 MiB that nobody reads
        idle.append(c)
    answered(s, what)
    st = s.stats()
    grown = s.rss_kb() - before
    ok(st["unread"] <= 9 << 20, what + ": unread replies are bounded", "%d bytes" % st["unread"])
    ok(st["dropped"] >= 98, what + ": who exceeds the bound is dropped", "%d" % st["dropped"])
    ok(grown < 32 << 10, what + ": memory is bounded", "%d kB more" % grown)
    for c in idle:
        c.sock.close()
    with s.connect() as c:
        ok(len(c.ask("show topology")) == 4 << 20, what + ": who reads gets all of a big reply")
    never_blocked(s, what)
    ok(s.stop() == 0, what + ": the server ends cleanly")


def flood(server, n, ready, go):
    """In a child: @n connections kept open, then closed when told."""
    conns = [server.connect() for i in range(n)]
    os.write(ready, b"x")
    os.read(go, 1)
    os._exit(0)


def exhausting_connections():
    what = "DoS of the socket by exhausting connections"
    s = Server()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    each = min(2500, hard - 50)
    children = max(4, (10000 + each - 1) // each)
    ready, go = os.pipe(), os.pipe()
    t0 = time.monotonic()
    pids = []
    for i in range(children):
        pid = os.fork()
        if pid == 0:
            flood(s, 10000 // children, ready[1], go[0])
        pids.append(pid)
    times = []
    left = children
    os.set_blocking(ready[0], False)
    while left:  # while the flood comes in
        reply, ms = ask_ms(s, 0)
        times.append(ms if reply == "pid 1 running\n" else 1e9)
        try:
            left -= len(os.read(ready[0], 100))
        except BlockingIOError:
            pass
    ok(sorted(times)[len(times) // 2] < ANSWER_MS,
       what + ": root is answered while 10,000 connections come in",
       "%d times in %.1f s, median %.1f ms, worst %.1f ms"
       % (len(times), time.monotonic() - t0, sorted(times)[len(times) // 2], max(times)))
    answered(s, what)
    st = s.stats()
    ok(st["others"] <= 256 + 2, what + ": connections are limited per user", "%d open" % st["others"])
    ok(st["refused"] >= 9000, what + ": the rest was shed", "%d" % st["refused"])
    never_blocked(s, what)
    ok(s.rss_kb() < 64 << 10, what + ": memory is bounded", "%d kB" % s.rss_kb())
    os.write(go[1], b"x" * children)
    for pid in pids:
        os.waitpid(pid, 0)
    log = s.logged()
    ok(0 < log.count("\n") < 10, what + ": it is logged, and not 10,000 times",
       "%d lines" % log.count("\n"))
    ok(s.stop() == 0, what + ": the server ends cleanly")


def no_descriptors_left():
    what = "no descriptors left"
    s = Server(nofile=64)
    many = []
    for uid in range(2001, 2061):
        try:
            many.append(s.connect(uid))
        except OSError:
            pass
    answered(s, what, (0,))
    ok(s.stats()["others"] <= 24, what + ": a reserve is kept", "%d" % s.stats()["others"])
    ok(s.stop() == 0, what + ": the server ends cleanly")


def lengths():
    s = Server()
    for n in (0, 513, 1 << 31, 1 << 63, (1 << 64) - 1):
        with s.connect() as c:
            c.sock.sendall(HEAD.pack(n % (1 << (8 * HEAD.size))))
            ok(c.dropped(), "a command of length %d: dropped" % n)
    ok("invalid command length" in s.logged(), "invalid command length is logged")
    with s.connect() as c:
        text = "show maps".ljust(511)
        ok(c.ask(text) == "ok\n", "a command of 512 bytes is taken")
    answered(s, "after bad lengths")
    s.stop()


def garbage():
    s = Server()
    random.seed(5)
    for i in range(300):
        with s.connect() as c:
            try:
                c.sock.sendall(random.randbytes(random.choice((1, 7, 8, 9, 600, 70000))))
            except (BrokenPipeError, ConnectionResetError):
                pass
    for i in range(300):  # a right length, and anything in it
        n = random.randint(1, 512)
        with s.connect() as c:
            c.sock.sendall(HEAD.pack(n) + random.randbytes(n))
            ok_reply = c.reply()
            if not ok_reply.startswith("fail\n"):
                ok(False, "garbage %d is refused" % i, repr(ok_reply[:50]))
    answered(s, "after garbage")
    st = s.stats()
    ok(st["clients"] == 1 and st["calls"] == 1, "nothing of the garbage is left")
    ok(s.stop() == 0, "garbage: the server ends cleanly")


def passed_descriptors():
    """Descriptors that come with a command do not stay open in the server."""
    s = Server()
    fds = "/proc/%d/fd" % s.proc.pid
    ask_ms(s, 0)
    before = len(os.listdir(fds))
    with s.connect() as c:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 200))]
        data = b"show maps\0"
        c.sock.sendmsg([HEAD.pack(len(data)) + data], rights)
        c.reply()
        after = len(os.listdir(fds))
    ok(after <= before + 1, "descriptors sent along are not kept", "%d, %d" % (before, after))
    s.stop()


def two_hundred():
    s = Server()
    t0 = time.monotonic()
    many = [s.connect() for i in range(200)]
    for c in many:
        c.send("show daemon")
    good = sum(c.reply() == "pid 1 running\n" for c in many)
    ok(good == 200, "200 clients at once are all answered", "%.0f ms" % ((time.monotonic() - t0) * 1e3))
    for c in many:
        c.send("show config")  # each after 300 ms, all of them together
    t0 = time.monotonic()
    good = sum(c.reply() == "late\n" for c in many)
    ok(good == 200, "200 slow commands run side by side", "%.0f ms" % ((time.monotonic() - t0) * 1e3))
    s.stop()


def half_commands():
    s = Server(timeout_ms=200)
    with s.connect() as c, s.connect(0) as idle:
        c.sock.sendall(HEAD.pack(100) + b"show")
        answered(s, "half a command")
        ok(c.dropped(), "half a command is dropped when its time is over")
        ok(idle.ask("show daemon") == "pid 1 running\n", "a client that was only silent is not")
    with s.connect() as c:
        for b in HEAD.pack(10) + b"show maps\0":
            c.sock.sendall(bytes([b]))
        ok(c.reply() == "ok\n", "a command may come byte by byte")
    s.stop()


def timeouts():
    s = Server(timeout_ms=200)
    with s.connect() as c:
        c.send("show devices")
        c.send("show maps")
        t0 = time.monotonic()
        ok(c.reply() == "fail\ntimeout\n", "a command that gets no answer: timeout",
           "%.0f ms" % ((time.monotonic() - t0) * 1e3))
        ok(c.reply() == "ok\n", "the next command of the same client is answered, in order")
    s.stop()


def permissions():
    s = Server()
    for text, root, other in (("reconfigure", "ok\n", "fail\npermission deny: need to be root\n"),
                              ("show maps", "ok\n", "ok\n"),
                              ("del map x", "fail\ndevice not found\n",
                               "fail\npermission deny: need to be root\n"),
                              ("quit", "ok\n", "fail\npermission deny: need to be root\n")):
        got = ask_ms(s, 0, text)[0], ask_ms(s, 1000, text)[0]
        ok(got == (root, other), "%s: as root and as another" % text, repr(got))
    s.stop()


tests = [blocking_sends, exhausting_connections, no_descriptors_left, lengths, garbage,
         passed_descriptors, two_hundred, half_commands, timeouts, permissions]
for t in tests:
    if len(sys.argv) < 2 or t.__name__ in sys.argv[1:]:
        t()
done()
