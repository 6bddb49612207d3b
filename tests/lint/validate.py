#!/usr/bin/python3
# validate.py SCHEMA FILE...: every FILE is JSON that fits SCHEMA; for SARIF, ruleIndex points at
# the rule of that id and regions do not end before they start.
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
checker = jsonschema.Draft7Validator(schema)
bad = 0
for name in sys.argv[2:]:
    doc = json.load(open(name))
    for error in checker.iter_errors(doc):
        print(f"{name}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
        bad = 1
    for run in doc.get("runs", []):
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                print(f"{name}: ruleIndex of {result['ruleId']}")
                bad = 1
            for place in result["locations"] + result.get("relatedLocations", []):
                r = place["physicalLocation"]["region"]
                if (r["endLine"], r["endColumn"]) < (r["startLine"], r["startColumn"]):
                    print(f"{name}: region of {result['ruleId']}")
                    bad = 1
sys.exit(bad)
