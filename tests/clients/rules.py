#!/usr/bin/python3 -IS
"""What programs that read multipath's output make of it: the parsing rules of clients that Debian 12 does not have, and
of some it has, so that recorded hosts can be judged without a guest. The facts are from clients-and-users.md (A2, A3).

One function per client. A topology reader takes the text of `multipath -ll` and returns {map: [path, ...]}, a path being
(device, good); it raises Broken where the client would fail. TOPOLOGY lists them.

rules.py conclude KIND FILE ...   print what each client concludes from FILE, one line each, for each KIND and FILE
rules.py selftest                 every rule against answers that are known to break that client (TAP)

KIND: topology, names, config, wwids, version, add. The text is the answer alone, as the clients throw stderr away; those
that do not are CAREFUL: for them the caller hands over both together (kind topology+stderr).
"""
import re
import shlex
import sys


class Broken(Exception):
	"""The client cannot make sense of this text."""


def need(condition, what):
	if not condition:
		raise Broken(what)


# --- readers of the topology

def os_brick(text):
	"""OpenStack: find_multipath_device takes one map: name and WWID from line 0, paths from line 3 on."""
	found = {}
	for block in blocks(text):
		head = block[0].split(" ")
		name = head[1] if head[0] in ("unchanged:", "reject:", "reload:", "switchpg:", "rename:", "create:",
					      "resize:") else head[0]
		paths = []
		for line in block[3:]:
			if "policy" in line:
				continue
			words = line.lstrip(" |-`").split()
			need(len(words) >= 2 and len(words[0].split(":")) >= 4, "no H:C:T:L: " + line)
			paths.append((words[1], True))
		found[name] = paths
	return found


def blocks(text):
	"""The maps of a listing, for clients that ask for one at a time: a map's own line starts in column 0 with no sign."""
	out = []
	for line in text.splitlines():
		if re.match(r"[^\s|`\\]", line) and not line.startswith("size="):
			out.append([])
		need(out, "the text does not start with a map: " + line)
		out[-1].append(line)
	return out


CM_NAMED = re.compile(r"([\w\-.{}+~]+)\s+\((?:[a-zA-Z]+[.:;,])?([\w-]+)\)(?:\s+([\w-]+))?")
CM_WWID = re.compile(r"(?:[a-zA-Z]+[.:;,])?([0-9a-fA-F]+)\s+([\w-]+)")
CM_PLAIN = re.compile(r"([\w-]+)\s+([\w-]+)\s+[\w-]+")
CM_SIZE = re.compile(r"\s*size=[\w.]+\s+([a-zA-Z]+\s+)?features=")
CM_POLICY = re.compile(r"[|`\-+_\s]+\s+(?:policy=')?[\w.\-]+ \d'?\s+\w+")
CM_PATH = re.compile(r"[\s_|\-`\\+]+[#\d]+:[#\d]+:[#\d]+(?::[#\d]+)?\s+([\w-]+)\s+[#\d:]+\s+[/\w+]")


def check_multipath(text):
	"""check_multipath 0.4.12: a line it does not know makes the whole check UNKNOWN."""
	found, paths, want = {}, None, "map"
	for raw in text.splitlines():
		line = re.sub(r"[\[\]\\]", " ", raw)
		if want == "size":
			need(CM_SIZE.match(line), "no size line: " + raw)
			want = "any"
			continue
		path = CM_PATH.match(line) if paths is not None else None
		if path:
			bad = re.search(r"fail|fault|offline|shaky", line) or not re.search(r" (active|live) ", line)
			paths.append((path.group(1), not bad))
			continue
		if paths is not None and CM_POLICY.match(line):
			continue
		head = CM_NAMED.match(line) or CM_WWID.match(line) or CM_PLAIN.match(line)
		need(head, "line not recognised: " + raw)
		# The bare WWID form is named after its dm device there; here all are called as they are.
		paths = found.setdefault(line.split()[0], [])
		want = "size"
	need(want != "size", "a map without a size line")
	return found


CK_HEADS = (re.compile(r"^([^\s]+)\s\(([^)]+)\)\s(dm.[0-9]+)"),
	    re.compile(r"^([0-9a-z]{33}|[0-9a-z]{49})\s?(dm.[0-9]+).*$"),
	    re.compile(r"^([-.a-zA-Z0-9_ :]+)\s?(dm-[0-9]+).*$"))
CK_NOISE = ("kernel driver not loaded", "does not exist, blacklisting all devices.", "multipath.conf")


def checkmk(text):
	"""Checkmk: a line that is neither header nor data belongs to no map and is an error."""
	found, paths = {}, None
	for line in text.splitlines():
		if line.endswith(CK_NOISE):
			continue
		if line[:1] in "[`|\\ " or line.startswith("size="):
			need(paths is not None, "data before a header: " + line)
			words = line.lstrip("| `\\-+[_").split()
			if words and re.fullmatch(r"[0-9]+:[0-9]+:[0-9]+:[0-9]+", words[0]):
				need(len(words) >= 4, "a path of too few words: " + line)
				paths.append((words[1], "active" in words[3]))
			continue
		head = next(filter(None, (r.match(line) for r in CK_HEADS)), None)
		need(head, "neither header nor data: " + line)
		paths = found.setdefault(head.group(1).strip(), [])
	return found


XSOS = (re.compile(r"^[!-~]+ \([A-Za-z0-9!-/:-@\[-`{-~]+\) *dm-"), re.compile(r"^[!-~]+ *dm-"),
	re.compile(r"^\[?size="), re.compile(r"(\\_|\|-|`-)"))


def xsos(text):
	"""xsos keeps the lines it knows; what it drops, its reader never sees."""
	kept = [line for line in text.splitlines() if any(r.search(line) for r in XSOS)]
	need(kept == text.splitlines(), "a line is dropped: %s" % next(
		(line for line in text.splitlines() if line not in kept), ""))
	return check_multipath("\n".join(kept))


IN_MAP = re.compile(r"\(?([A-Za-z0-9_\s]+)\)?\s+dm-")
IN_GROUP = re.compile(r"(?:policy=')?(?:round-robin|queue-length|service-time) \d(?:' | \[)prio=\d+(?:\]\[| status=)\w+")
IN_PATH = re.compile(r"(?:[`|]-(?:\+-)?|\\_) (\d+:){3}\d+")


def insights(text):
	"""Red Hat Insights reads `multipath -v4 -ll`, log lines among it. A map without a path it understands is lost."""
	found, paths = {}, None
	for line in text.splitlines():
		head = IN_MAP.search(line)
		if head:
			rest = re.match(r".*(dm-\S+)\s+(.*)", line)
			need(rest, "no vendor and product: " + line)
			paths = found.setdefault(line.split()[0], [])
		elif "size=" in line:
			try:
				need(all("=" in item for item in shlex.split(line)), "no key=value: " + line)
			except ValueError as e:
				raise Broken("quotes: " + line) from e
		elif IN_GROUP.search(line):
			need(paths is not None, "a group before its map: " + line)
		elif IN_PATH.search(line):
			need(paths is not None, "a path before its map: " + line)
			words = line[line.index(":") - 2:].split()
			paths.append((words[1], words[-2] != "faulty"))
	return {name: p for name, p in found.items() if p}


def avocado(text):
	"""avocado get_paths: the fifth word from the end is the path, of `multipath -ll WWID`."""
	found = {}
	for block in blocks(text):
		found[block[0].split()[0]] = paths = []
		for line in block[1:]:
			if "size" in line or "policy" in line:
				continue
			need(len(line.split()) >= 5, "fewer than five words: " + line)
			paths.append((line.split()[-5], True))
	return found


def xenserver(text):
	"""XCP-ng's sm: devices by one expression, usable unless the checker's word is one of three."""
	found = {}
	for block in blocks(text):
		found[block[0].split()[0]] = paths = []
		for line in block:
			device = re.search(r"[0-9]+:[0-9]+:[0-9]+:[0-9]+\s*([a-z]*)", line)
			state = re.match(r".*\d+:\d+:\d+:\d+\s+\S+\s+\S+\s+\S+\s+(\S+)", line)
			if device:
				need(state, "a path without a state: " + line)
				paths.append((device.group(1), state.group(1) not in ("faulty", "shaky", "failed")))
	return found


TOPOLOGY = (os_brick, check_multipath, checkmk, xsos, insights, avocado, xenserver)
# This one reads standard error together with the answer.
CAREFUL = (insights,)


# --- readers of other answers: each returns one text, the conclusion

def rear(text):
	"""ReaR: used at all? and its listing: the map's line and its size (awk '/dm-/{D=$0} $1~/size=/{print D" "$1}')."""
	if not re.search(r"[0-9A-Za-z]", text):
		return "multipath is not used"
	listed, device = [], ""
	for line in text.splitlines():
		if "dm-" in line:
			device = line
		if "size=" in (line.split() or [""])[0]:
			need(device, "a size without a map: " + line)
			listed.append(device.split()[0] + " " + line.split()[0])
	return ", ".join(listed)


def open_iscsi(text):
	"""umountiscsi.sh: each word of `multipath -v1 -l DEV` is a name below /dev/mapper."""
	for word in text.split():
		need(re.fullmatch(r"[\w\-.+:#%@=]+", word), "not a name: " + word)
	return " ".join(text.split())


def dracut(text):
	"""dracut's shutdown: one name per line of `multipath -l -v1`."""
	for line in text.splitlines():
		need(len(line.split()) == 1, "more than a name: " + line)
	return " ".join(text.splitlines())


def vdsm(text):
	"""oVirt: a strict reader of `show config local`: a blank before the brace, two parts in every other line."""
	depth = pairs = 0
	for line in filter(None, map(str.strip, text.splitlines())):
		if line.endswith("{"):
			need(re.fullmatch(r"\S+ \{", line), "section: " + line)
			depth += 1
		elif line == "}":
			depth -= 1
			need(depth >= 0, "a brace too many")
		else:
			need(len(line.split(None, 1)) == 2, "a keyword without a value: " + line)
			pairs += 1
	need(depth == 0, "a brace is missing")
	return "%d pairs" % pairs if pairs else "nothing"


def trident(text):
	"""NetApp Trident: find_multipaths must be `no` for it; quotes do not count and `on` is `yes`."""
	values = re.findall(r'^\s*find_multipaths\s+"?(\w+)"?\s*$', text, re.M)
	need(values, "no find_multipaths")
	return {"on": "yes", "off": "no"}.get(values[0], values[0])


def lvm2(text):
	"""lvm2 reads /etc/multipath/wwids: drops the slash and a type digit, stops at the next slash."""
	wwids = []
	for line in text.splitlines():
		if line.startswith("#") or not line.strip():
			continue
		entry = re.fullmatch(r"/[123]?([^/]+)/", line)
		need(entry, "not /WWID/: " + line)
		wwids.append(entry.group(1))
	return " ".join(wwids)


def blockdev(text):
	"""libblockdev: the version, searched in both outputs."""
	version = re.search(r"multipath-tools v([\d\.]+)", text)
	need(version, "no version")
	need(tuple(map(int, version.group(1).strip(".").split("."))) >= (0, 4, 9), "older than 0.4.9")
	return version.group(1)


def gobrick(text):
	"""Dell and OpenStack: multipath -a WWID must say so, in these quotes."""
	added = re.search(r"wwid '(\S+)' added", text)
	need(added, "no confirmation")
	need(text.strip() == added.group(0), "more than the confirmation")
	return added.group(1)


OTHER = {"topology": (rear,), "names": (open_iscsi, dracut), "config": (vdsm, trident), "wwids": (lvm2,),
	 "version": (blockdev,), "add": (gobrick,)}
KINDS = {*OTHER, "topology+stderr"}


# --- conclusions as text

def show(found):
	"""{map: paths} in one line: map(sda sdb!), the bad ones with an exclamation mark."""
	return " ".join("%s(%s)" % (name, " ".join(dev + ("" if good else "!") for dev, good in paths))
			for name, paths in found.items()) or "nothing"


def conclusions(kind, text):
	readers = TOPOLOGY if kind == "topology" else CAREFUL if kind == "topology+stderr" else ()
	for reader in readers:
		try:
			yield reader.__name__, show(reader(text))
		except Broken as e:
			yield reader.__name__, "BROKEN: %s" % e
	for reader in OTHER.get(kind, ()):
		try:
			yield reader.__name__, reader(text)
		except Broken as e:
			yield reader.__name__, "BROKEN: %s" % e


# --- the rules themselves must bite

SAMPLE = """mpatha (3600140559e8ba68638854e9093f3ba3a) dm-0 LIO-ORG,store
size=9.3G features='0' hwhandler='1 alua' wp=rw
|-+- policy='service-time 0' prio=50 status=active
| `- 0:0:0:0 sda 8:0  active ready  running
`-+- policy='service-time 0' prio=0 status=enabled
  `- 1:0:0:0 sdb 8:16 failed faulty offline
"""
WARNING = "/etc/multipath.conf line 4, invalid keyword: x\n"
NO_SIZE = "".join(line for line in SAMPLE.splitlines(True) if not line.startswith("size"))
ORPHAN = SAMPLE.replace("1:0:0:0 sdb 8:16", "##,## - #:#")
# reader, text it must refuse, and why
REFUSED = (
	(os_brick, ORPHAN, "a path without H:C:T:L"), (os_brick, "  " + WARNING, "a line before the map"),
	(check_multipath, WARNING + SAMPLE, "a warning on stdout"), (check_multipath, NO_SIZE, "no size line"),
	(check_multipath, SAMPLE.replace("mpatha", "mp@tha"), "an alias with a sign"),
	(checkmk, WARNING + SAMPLE, "a warning on stdout"), (checkmk, SAMPLE.replace("dm-0", "undef"), "no dm device"),
	(xsos, WARNING + SAMPLE, "a warning on stdout"), (insights, SAMPLE.replace("='0'", "='0"), "a quote missing"),
	(avocado, SAMPLE + "  note\n", "a short line"), (xenserver, "|" + SAMPLE, "no map first"),
	(rear, SAMPLE.split("\n", 1)[1], "a size without a map"), (open_iscsi, "mpatha (x)\n", "a sign"), (dracut, "mpatha dm-0\n", "two words"),
	(vdsm, "defaults {\n\tuser_friendly_names\n}\n", "no value"), (vdsm, "defaults{\n}\n", "no blank"),
	(trident, "defaults {\n}\n", "no find_multipaths"), (lvm2, "/3600\n", "no slash"),
	(blockdev, "v0.14.3\n", "no name"), (gobrick, "wwid \"3600\" added\n", "other quotes"),
)


def selftest():
	number = bad = 0

	def check(good, name):
		nonlocal number, bad
		number += 1
		bad += not good
		print("%sok %d - %s" % ("" if good else "not ", number, name))

	for reader in TOPOLOGY:
		got = show(reader(SAMPLE))
		# These ask for the names alone, or have other words for bad.
		blind = reader in (os_brick, avocado)
		check(got == ("mpatha(sda sdb)" if blind else "mpatha(sda sdb!)"), "%s reads the sample: %s" % (
			reader.__name__, got))
	for reader, text, why in REFUSED:
		try:
			got = reader(text)
		except Broken:
			got = None
		check(got is None, "%s refuses: %s" % (reader.__name__, why))
	print("1..%d" % number)
	return bad != 0


def main(args):
	if args == ["selftest"]:
		return selftest()
	pairs = list(zip(args[1::2], args[2::2]))
	if args[:1] != ["conclude"] or len(args) % 2 == 0 or any(kind not in KINDS for kind, _ in pairs):
		sys.stderr.write(__doc__)
		return 2
	for kind, name in pairs:
		with open(name) as stream:
			text = stream.read()
		mark = "(-v4)" if kind == "topology+stderr" else ""
		for client, conclusion in conclusions(kind, text):
			print("%s%s: %s" % (client, mark, conclusion))
	return 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
