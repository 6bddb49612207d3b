#!/usr/bin/env python3
# Every command line of multipathd (behaviour.md 7.3, 7.4), one after the other, with the reply it must get.
#	daemon_commands.py ask OUT	ask the daemon that runs; replies to OUT
#	daemon_commands.py judge OURS STOCKS	TAP, without numbers: daemon-commands.sh numbers them
# A row: the command and what its reply is: a text; SAME, Debian's daemon says that too (what may change from one second to
# the next taken off); or a regular expression for the whole of it, where 0.9.4 has no such command or another form.
# Rows with None bring things about: ready, all paths are well; quiet, nothing changes any more; +TEXT goes into the configuration.
import difflib, json, re, sys, time
from mpd_client import Client

SAME = object()
OK, FAIL = "ok\n", "fail\n"
NODEV = "fail\ndevice not found\n"


def shape(pattern):
    return re.compile(pattern, re.S)


def usage(text):  # "... not found", then the help
    return shape(re.escape("fail\n" + text) + r"\nmultipath-tools v[^\n]*\nCLI commands reference:\n( [^\n]+\n){60,}")


ROWS = [
    ("show daemon", shape(r"pid \d+ (idle|running)\n")),
    ("show paths", SAME),
    ("show paths format \"%d|%t|%T|%w|%i|%o|%z\"", SAME),
    ("show paths raw format \"%d %t %T %o %D\"", SAME),
    ("show paths format \"%\"", shape(r"\n+")),
    ("show path sda", SAME),
    ("show path /dev/sda", "running\n"),
    ("show path 8:0", "running\n"),
    ("show path nosuch", NODEV),
    ("show maps", SAME),
    ("show maps status", SAME),
    ("show maps stats", SAME),
    ("show maps format \"%n|%w|%d|%N|%Q|%x\"", SAME),
    ("show maps raw format \"%n %w %S %v\"", SAME),
    ("show maps topology", SAME),
    ("show topology", SAME),
    ("show maps json", SAME),
    ("show map mpatha topology", SAME),
    ("show map mpatha format \"%n|%w\"", SAME),
    ("show map mpatha raw format \"%n|%w\"", SAME),
    ("show map mpatha json", SAME),
    ("show map nosuch json", NODEV),
    ("show map nosuch topology", NODEV),
    ("show map nosuch format %n", NODEV),
    ("show config local", shape(r"defaults \{\n.*\n\}\n")),
    ("show config", shape(r"defaults \{\n.*\ndevices \{\n.*\n\}\n")),
    ("show blacklist", shape(r"device node rules:\n- blacklist:\n        \(default rule\)     !.*\n- exceptions:\n        <empty>\n"
                             r"udev property rules:\n.*protocol rules:\n.*wwid rules:\n.*device rules:\n"
                             r".*        \(default rule\)     IBM:S/390 DASD ECKD\n.*- exceptions:\n        <empty>\n")),
    ("show devices", SAME),
    ("show wildcards", shape(r"multipath format wildcards:\n%n  name\n.*\npath format wildcards:\n.*")),
    ("show status", shape(r"path checker states:\nup +4\n\npaths: \d+\nbusy: False\n")),
    # the same words, shorter and other ones
    ("list multipaths raw format %n", SAME),
    ("show multipath mpatha raw format %n", SAME),
    ("sho dae", shape(r"pid \d+ (idle|running)\n")),
    ("show map /dev/mapper/mpatha raw format %n", "mpatha\n"),
    ("show", usage("show: Missing argument")),
    ("show map", usage("show map: Missing argument")),
    ("show map mpatha", usage("show map mpatha: Missing argument")),
    ("fail path", usage("fail path: Missing argument")),
    ("nonsense", usage("nonsense: not found")),
    ("show nonsense", usage("show nonsense: not found")),
    ("show nonsense paths", FAIL),
    ("", shape(r"fail\n.*Not enough memory\n.*CLI commands reference:\n.*")),
    # paths
    ("fail path sda", OK),
    ("show paths raw format \"%d %t\"", "sda failed\nsdb active\nsdc active\nsdd active\n"),
    ("reinstate path sda", OK),
    ("show paths raw format \"%d %t\"", "sda active\nsdb active\nsdc active\nsdd active\n"),
    ("fail path nosuch", NODEV),
    ("reinstate path nosuch", NODEV),
    ("del path sda", OK),
    ("show paths raw format \"%d\"", SAME),
    ("del path sda", NODEV),
    ("add path sda", OK),
    ("ready", None),
    ("add path sda", OK),
    ("add path loop0", "blacklisted\n"),
    ("add path nosuch", shape(r"(blacklisted|fail)\n")),
    ("setmarginal path sda", OK),
    ("setmarginal path nosuch", NODEV),
    ("unsetmarginal path sda", OK),
    ("unsetmarginal path nosuch", NODEV),
    ("unsetmarginal map mpatha", OK),
    ("unsetmarginal map nosuch", NODEV),
    ("ready", None),
    # maps
    ("suspend map mpatha", OK),
    ("show maps raw format \"%n %t\"", SAME),
    ("resume map mpatha", OK),
    ("show maps raw format \"%n %t\"", SAME),
    ("suspend map nosuch", FAIL),
    ("resume map nosuch", FAIL),
    ("resize map mpatha", OK),
    ("resize map nosuch", NODEV),
    ("reload map mpatha", OK),
    ("reload map nosuch", NODEV),
    ("reset map mpatha", OK),
    ("reset map nosuch", FAIL),
    ("switch map mpatha group 2", OK),
    ("switchgroup multipath mpatha group 1", OK),
    ("switch map mpatha group 9", FAIL),
    ("switch map nosuch group 1", FAIL),
    ("disablequeueing map mpatha", OK),
    ("show maps raw format \"%n %Q\"", SAME),
    ("restorequeueing map mpatha", OK),
    ("show maps raw format \"%n %Q\"", SAME),
    ("disablequeueing map nosuch", NODEV),
    ("restorequeueing map nosuch", NODEV),
    ("disablequeueing maps", OK),
    ("restorequeueing maps", OK),
    ("reset map mpatha stats", OK),
    ("reset maps stats", OK),
    ("show maps stats", SAME),
    ("reset map nosuch stats", NODEV),
    ("forcequeueing daemon", OK),
    ("restorequeueing daemon", OK),
    ("del map mpathb", OK),
    ("show maps raw format %n", SAME),
    ("del map nosuch", NODEV),
    ("add map mpathb", OK),
    ("ready", None),
    # of mpathb only: whether Debian's daemon queues again on mpatha after restorequeueing is a matter of its timing
    ("show map mpathb topology", SAME),
    ("add map nosuch", shape(r"fail\n(device not found\n)?")),
    # reservations
    ("getprstatus map mpatha", shape(r"(unknown|unset)\n")),
    ("getprstatus map nosuch", NODEV),
    ("setprstatus map mpatha", OK),
    ("getprstatus map mpatha", "set\n"),
    ("setprstatus map mpatha pathlist \"sda sdc\"", OK),
    ("setprstatus map nosuch", NODEV),
    ("unsetprstatus map mpatha", OK),
    ("getprstatus map mpatha", "unset\n"),
    ("unsetprstatus map nosuch", NODEV),
    ("getprkey map mpatha", "none\n"),
    ("setprkey map mpatha key 0xabc:aptpl", OK),
    ("getprkey map mpatha", "0xabc:aptpl\n"),
    ("setprkey map mpatha key 12", OK),
    ("getprkey map mpatha", "0x12\n"),
    ("setprkey map mpatha key zz", FAIL),
    ("setprkey map nosuch key 1", NODEV),
    ("unsetprkey map mpatha", OK),
    ("getprkey map mpatha", "none\n"),
    ("getprkey map nosuch", NODEV),
    ("unsetprkey map nosuch", NODEV),
    ("getprhold map mpatha", shape(r"(unknown|unset)\n")),
    ("setprhold map mpatha", OK),
    ("getprhold map mpatha", "set\n"),
    ("unsetprhold map mpatha", OK),
    ("getprhold map mpatha", "unset\n"),
    ("getprhold map nosuch", NODEV),
    ("setprhold map nosuch", NODEV),
    ("unsetprhold map nosuch", NODEV),
    # the daemon
    ("reconfigure", OK),
    ("ready", None),
    ("show topology", SAME),
    ("reconfigure all", OK),
    ("ready", None),
    ("show topology", SAME),
    ("quit", OK),
    ("exit", OK),
    # a member is blacklisted
    ("+blacklist {\n\tdevnode \"^sdc$\"\n}", None),
    ("reconfigure", OK),
    ("quiet", None),
    ("show paths raw format \"%d %m\"", SAME),
    ("show topology", SAME),
    ("del maps", OK),
    ("show maps", OK),
    ("show maps json", SAME),
    ("show topology", OK),
    ("shutdown", OK),
]


def settled(client):
    daemon = client.ask("show daemon")
    if not re.fullmatch(r"pid \d+ (idle|running)\n", daemon):
        return False
    rows = client.ask("show paths raw format \"%m %t %T\"").split("\n")
    return sum(re.fullmatch(r" *mpath[ab] +active +ready *", r) is not None for r in rows) == 4


def wait_settled(client):
    for i in range(600):
        if settled(client):
            return
        time.sleep(0.1)


def wait_quiet(client):
    before = None
    for i in range(60):
        time.sleep(1)
        now = client.ask("show daemon") + client.ask("show topology")
        if now == before:
            return
        before = now


def bring_about(client, text):
    if text.startswith("+"):
        with open("/etc/multipath.conf", "a") as f:
            f.write(text[1:] + "\n")
    elif text == "quiet":
        wait_quiet(client)
    else:
        wait_settled(client)


def ask_all(out):
    client = Client(timeout=60)
    wait_settled(client)
    replies = []
    for text, want in ROWS:
        if want is None:
            bring_about(client, text)
            replies.append("")
        else:
            replies.append(client.ask(text))
    with open(out, "w") as f:
        json.dump(replies, f)


def still(text):
    """Without what changes from one second, or one daemon, to the next, and what ACCEPTED.md says."""
    text = re.sub(r"^create: ", "", text, flags=re.M)  # DAEMON1
    text = text.replace('"action" : "create"', '"action" : ""')
    text = re.sub(r"^(mpath[ab]) -     ", r"\1 manual", text, flags=re.M)  # DAEMON2
    text = text.replace('"failback" : "-"', '"failback" : "manual"')
    text = re.sub(r'"host_adapter" : "adapter\d"', '"host_adapter" : "[undef]"', text)  # DAEMON6
    if text.startswith("available block devices:"):
        text = "\n".join(sorted(text.split("\n")))  # DAEMON3
    text = re.sub(r"[X.]{10} \d+/\d+", "PROGRESS", text)
    text = re.sub(r"\bdm-\d+", "DM", text)
    return re.sub(r" +$", "", text, flags=re.M)


def judge(ours, stocks):
    for (text, want), got, other in zip(ROWS, json.load(open(ours)), json.load(open(stocks))):
        if want is None:
            continue
        if want is SAME:
            got, wanted = still(got), still(other)
            good = got == wanted
        elif isinstance(want, str):
            good, wanted = got == want, want
        else:
            good, wanted = want.fullmatch(got) is not None, want.pattern
        print("ok" if good else "not ok", "-", text or "an empty command")
        if not good:
            for line in difflib.unified_diff(wanted.split("\n"), got.split("\n"), "wanted", "got", n=1, lineterm=""):
                print("# " + line)


if sys.argv[1] == "ask":
    ask_all(sys.argv[2])
else:
    judge(sys.argv[2], sys.argv[3])
