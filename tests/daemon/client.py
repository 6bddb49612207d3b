# What tests of the control socket share: the server, a client, TAP lines.
import os, socket, struct, subprocess, sys, time, json, resource

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build-san" if os.environ.get("SAN") else "build")
HEAD = struct.Struct("=Q" if sys.maxsize > 2**32 else "=I")
failures = 0


def ok(good, what, detail=""):
    global failures
    failures += not good
    print(("ok" if good else "not ok"), "-", what + (" (%s)" % detail if detail else ""), flush=True)


class Server:
    """tests/daemon/server on an abstract socket of this test, ended with it."""

    def __init__(self, timeout_ms=4000, nofile=None):
        self.name = "@minipath-test/%d-%d" % (os.getpid(), time.monotonic_ns())
        self.log = open("/tmp/ctl-server-%d.log" % os.getpid(), "w+")
        os.unlink(self.log.name)

        def limit():
            if nofile:
                resource.setrlimit(resource.RLIMIT_NOFILE, (nofile, nofile))

        env = dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=4")  # memory is measured
        self.proc = subprocess.Popen(
            [os.path.join(BUILD, "tests/daemon/server"), self.name, str(timeout_ms)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, preexec_fn=limit, env=env)
        assert self.proc.stdout.readline() == b"ready\n"

    def connect(self, uid=1000):
        return Client(self.name, uid)

    def status(self, key):
        with open("/proc/%d/status" % self.proc.pid) as f:
            return int([l for l in f if l.startswith(key + ":")][0].split()[1])

    def rss_kb(self):
        return self.status("VmRSS")

    def stats(self):
        with self.connect(0) as c:
            return json.loads(c.ask("show status"))

    def stop(self):
        self.proc.stdin.close()
        return self.proc.wait(30)

    def logged(self):
        self.log.seek(0)
        return self.log.read()


class Client:
    count = 0

    def __init__(self, name, uid):
        self.sock = socket.socket(socket.AF_UNIX)
        if uid != 1000:
            Client.count += 1
            self.sock.bind("\0uid-%d-%d-%d" % (uid, os.getpid(), Client.count))
        self.sock.connect("\0" + name[1:])  # blocks while the queue is full
        self.sock.settimeout(20)

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.sock.close()

    def send(self, text):
        data = text.encode() + b"\0"
        self.sock.sendall(HEAD.pack(len(data)) + data)

    def read(self, n):
        got = b""
        while len(got) < n:
            part = self.sock.recv(min(n - len(got), 1 << 20))
            if not part:
                raise EOFError
            got += part
        return got

    def reply(self):
        data = self.read(HEAD.unpack(self.read(HEAD.size))[0])
        assert data.endswith(b"\0")
        return data[:-1].decode(errors="surrogateescape")

    def ask(self, text):
        self.send(text)
        return self.reply()

    def dropped(self):
        """The server has closed this connection."""
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


def ask_ms(server, uid, text="show daemon"):
    """A new connection, one command: its reply and how long both took."""
    t0 = time.monotonic()
    with server.connect(uid) as c:
        reply = c.ask(text)
    return reply, (time.monotonic() - t0) * 1000


def done():
    sys.exit(1 if failures else 0)
