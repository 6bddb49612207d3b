#!/usr/bin/env python3
# A client of multipathd for the guest's scripts, as a process for each question costs too much under emulation.
#	watch FILE		note every change of a path's states, with the time in milliseconds, until killed:
#				"TIME sdX DM CHECKER" as the daemon says, "TIME sdX sysfs STATE" of its SCSI device
#	times N COMMAND		ask N times in one connection: "MIN MEDIAN MAX" milliseconds
import glob, socket, struct, sys, time

HEAD = struct.Struct("=Q" if sys.maxsize > 2**32 else "=I")
NAME = "\0/org/kernel/linux/storage/multipathd"


class Client:
    def __init__(self, name=NAME, timeout=20):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        self.sock.connect(name)

    def read(self, n):
        got = b""
        while len(got) < n:
            part = self.sock.recv(n - len(got))
            if not part:
                raise EOFError
            got += part
        return got

    def ask(self, text):
        data = text.encode() + b"\0"
        self.sock.sendall(HEAD.pack(len(data)) + data)
        return self.read(HEAD.unpack(self.read(HEAD.size))[0])[:-1].decode(errors="replace")


def sysfs_states():
    for file in glob.glob("/sys/block/sd*/device/state"):
        try:
            with open(file) as f:
                yield [file.split("/")[3], "sysfs", f.read().strip()]
        except OSError:
            pass  # gone


def watch(file):
    seen, client = {}, None
    out = open(file, "w", buffering=1)
    print("0 watching", file=out)

    def note(key, words):
        if seen.get(key) != words:
            seen[key] = words
            print(int(time.time() * 1000), *words, file=out)

    while True:
        for words in sysfs_states():
            note("sysfs " + words[0], words)
        try:
            client = client or Client()
            text = client.ask('show paths raw format "%d %t %T"')
        except (OSError, EOFError):
            client = None
            time.sleep(0.1)
            continue
        for words in map(str.split, text.splitlines()):
            if len(words) == 3:
                note(words[0], words)
        time.sleep(0.1)


def times(n, command):
    client, took = Client(), []
    for i in range(int(n)):
        t0 = time.monotonic()
        client.ask(command)
        took.append((time.monotonic() - t0) * 1000)
        time.sleep(0.02)
    took.sort()
    print("%.1f %.1f %.1f" % (took[0], took[len(took) // 2], took[-1]))


if __name__ == "__main__":
    try:
        {"watch": watch, "times": times}[sys.argv[1]](*sys.argv[2:])
    except KeyboardInterrupt:
        pass
