"""TAP for the Python tests, golden files and the schemas of dist/schema."""
import difflib
import json
import os
import sys

import jsonschema

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
count = bad = 0


def ok(name, good):
    global count, bad
    count += 1
    bad += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    sys.stdout.flush()
    return good


def same(name, text, golden, update=False):
    """Is @text what file @golden holds?"""
    if update:
        os.makedirs(os.path.dirname(golden), exist_ok=True)
        with open(golden, "w") as f:
            f.write(text)
    want = open(golden).read() if os.path.exists(golden) else ""
    if not ok(name, text == want):
        for line in difflib.unified_diff(want.splitlines(), text.splitlines(), "expected", "got", lineterm=""):
            print("# " + line)


def schema_ok(name, text):
    with open(os.path.join(TOP, "dist", "schema", name + ".schema.json")) as f:
        schema = json.load(f)
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(text), schema, cls=jsonschema.Draft202012Validator)
    except (ValueError, jsonschema.ValidationError, jsonschema.SchemaError) as e:
        print("# " + str(e)[:600].replace("\n", "\n# "))
        return False
    return True


def end():
    print("1..%d" % count)
    sys.exit(1 if bad else 0)
