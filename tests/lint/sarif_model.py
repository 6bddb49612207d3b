#!/usr/bin/python3
# sarif_model.py FILE...: every object of these SARIF reports has the members, and only members, that the object model has
# which Debian's python3-sarif-python-om carries; it was generated from the official schema of SARIF 2.1.0, so it knows
# nothing of our own schema beside it.
import json
import sys

import sarif_om as om

# What the members of our reports are.
CLASS = {
    "runs": om.Run, "tool": om.Tool, "driver": om.ToolComponent, "rules": om.ReportingDescriptor,
    "shortDescription": om.MultiformatMessageString, "fullDescription": om.MultiformatMessageString,
    "help": om.MultiformatMessageString, "defaultConfiguration": om.ReportingConfiguration, "invocations": om.Invocation,
    "toolExecutionNotifications": om.Notification, "results": om.Result, "message": om.Message, "locations": om.Location,
    "relatedLocations": om.Location, "physicalLocation": om.PhysicalLocation, "artifactLocation": om.ArtifactLocation,
    "region": om.Region,
}


def build(cls, obj, where):
    """An object of the model; the constructor refuses a member that is missing or not known."""
    names = {a.metadata["schema_property_name"]: a.name for a in cls.__attrs_attrs__}
    args = {}
    for key, value in obj.items():
        if key not in names:
            raise TypeError("%s has no member %s" % (where, key))
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                build(CLASS[key], part, where + "/" + key)
        args[names[key]] = value
    return cls(**args)


bad = 0
for name in sys.argv[1:]:
    try:
        with open(name) as f:
            build(om.SarifLog, json.load(f), "log")
    except (TypeError, KeyError) as e:
        print("%s: %s" % (name, e))
        bad = 1
sys.exit(bad or len(sys.argv) < 2)
