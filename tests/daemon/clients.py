#!/usr/bin/env python3
# Our clients against the control socket's server: texts, exit statuses, and a session on a terminal.
# Prints TAP.
import os, pty, select, subprocess
from client import *


def run(server, argv, text="", name=None):
    env = dict(os.environ, MULTIPATH_SOCKET_NAME=name or server.name)
    r = subprocess.run([os.path.join(BUILD, argv[0])] + argv[1:], input=text, env=env, timeout=60,
                       capture_output=True, text=True)
    return r.returncode, r.stdout, r.stderr


def same(what, got, want):
    ok(got == want, what, "" if got == want else "%r instead of %r" % (got, want))


def sessions():
    s = Server(timeout_ms=2000)
    same("multipathc", run(s, ["multipathc"], "show maps\n\n  show daemon  \nquit\nshow maps\n"),
         (0, "ok\npid 1 running\n", ""))
    same("raw replies", run(s, ["multipathc"], "del map x\n"),
         (0, "fail\npermission deny: need to be root\n", ""))
    same("a late reply is not the next one's",
         run(s, ["multipathc", "100"], "show config\nshow daemon\n"),
         (0, "pid 1 running\n", "timeout receiving packet\n"))
    same("no daemon", run(s, ["multipathc"], "show maps\n", name="@minipath-test/nobody"),
         (1, "", "ERROR: failed to connect to multipathd\n"))
    rc, out, err = run(s, ["multipathc", "1", "2"])
    ok(rc == 1 and err.startswith("Usage: ") and err.endswith("multipathc [timeout]\n"),
       "multipathc usage")
    for bad in ("abc", "-5", "", "99999999999"):
        same("multipathc %r" % bad, run(s, ["multipathc", bad]),
             (1, "", "ERROR: invalid timeout value\n"))
    s.stop()


def terminal():
    s = Server()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(MULTIPATH_SOCKET_NAME=s.name, TERM="vt100")
        os.execv(os.path.join(BUILD, "multipathc"), ["multipathc"])
    seen = ""

    def until(text, what):
        nonlocal seen
        end = time.monotonic() + 20
        while text not in seen and time.monotonic() < end:
            if select.select([fd], [], [], 1)[0]:
                try:
                    seen += os.read(fd, 4096).decode()
                except OSError:
                    break
        ok(text in seen, what, "" if text in seen else repr(seen))
        seen = seen[seen.find(text) + len(text):] if text in seen else ""

    until("multipathd> ", "terminal: the prompt")
    os.write(fd, b"sho\tdae\t\r")
    until("pid 1 running\r\n", "terminal: completed by Tab and sent")
    until("multipathd> ", "terminal: the next prompt")
    os.write(fd, b"show maps x\x7f\x7f\r")
    until("\nok\r\n", "terminal: edited")
    until("multipathd> ", "terminal: the prompt after a reply")
    os.write(fd, b"\x1b[A\x1b[A\r")
    until("pid 1 running\r\n", "terminal: from the history")
    until("multipathd> ", "terminal: the prompt again")
    os.write(fd, b"nonsense\x03show maps\r")
    until("\nok\r\n", "terminal: Ctrl-C drops the line only")
    until("multipathd> ", "terminal: the last prompt")
    os.write(fd, b"quit\r")
    ok(os.waitpid(pid, 0)[1] == 0, "terminal: quit ends with status 0")
    s.stop()


for t in (sessions, terminal):
    if len(sys.argv) < 2 or t.__name__ in sys.argv[1:]:
        t()
done()
