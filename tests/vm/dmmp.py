#!/usr/bin/env python3
# Debian's libdmmp as a client: what it makes of the daemon's answers, as lines of text.
#	dmmp.py list | flush MAP | reconfig
# Exit status: that of the library (0 or one of its errors, in words on standard error).
import ctypes, sys

lib = ctypes.CDLL("libdmmp.so.0.2.0")
P, U32 = ctypes.c_void_p, ctypes.c_uint32


def function(name, result, *arguments):
    f = getattr(lib, "dmmp_" + name)
    f.restype, f.argtypes = result, arguments
    return f


new = function("context_new", P)
set_timeout = function("context_timeout_set", None, P, ctypes.c_uint)
set_level = function("context_log_priority_set", None, P, ctypes.c_int)
last_error = function("last_error_msg", ctypes.c_char_p, P)
error_text = function("strerror", ctypes.c_char_p, ctypes.c_int)
array_get = function("mpath_array_get", ctypes.c_int, P, ctypes.POINTER(ctypes.POINTER(P)), ctypes.POINTER(U32))
groups_get = function("path_group_array_get", None, P, ctypes.POINTER(ctypes.POINTER(P)), ctypes.POINTER(U32))
paths_get = function("path_array_get", None, P, ctypes.POINTER(ctypes.POINTER(P)), ctypes.POINTER(U32))
group_word = function("path_group_status_str", ctypes.c_char_p, U32)
path_word = function("path_status_str", ctypes.c_char_p, U32)
flush = function("flush_mpath", ctypes.c_int, P, ctypes.c_char_p)
reconfig = function("reconfig", ctypes.c_int, P)


def text(name, of):
    return function(name, ctypes.c_char_p, P)(of).decode()


def number(name, of):
    return function(name, U32, P)(of)


def each(get, of):
    array, n = ctypes.POINTER(P)(), U32()
    get(of, ctypes.byref(array), ctypes.byref(n))
    return [array[i] for i in range(n.value)]


def show(m):
    print(text("mpath_name_get", m), text("mpath_wwid_get", m), text("mpath_kdev_name_get", m))
    for g in each(groups_get, m):
        print(" group", number("path_group_id_get", g), "priority", number("path_group_priority_get", g),
              text("path_group_selector_get", g), group_word(number("path_group_status_get", g)).decode())
        for p in each(paths_get, g):
            print("  path", text("path_blk_name_get", p), path_word(number("path_status_get", p)).decode())


def listing(context):
    array, n = ctypes.POINTER(P)(), U32()
    status = array_get(context, ctypes.byref(array), ctypes.byref(n))
    for i in range(n.value if status == 0 else 0):
        show(array[i])
    return status


context = new()
set_timeout(context, 30000)
set_level(context, 3)
if sys.argv[1] == "list":
    rc = listing(context)
elif sys.argv[1] == "flush":
    rc = flush(context, sys.argv[2].encode())
else:
    rc = reconfig(context)
if rc:
    print(error_text(rc).decode(), last_error(context).decode(errors="replace"), sep=": ", file=sys.stderr)
sys.exit(rc)
