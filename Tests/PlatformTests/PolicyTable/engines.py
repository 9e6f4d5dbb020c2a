"""Runs the Rego and the CEL of compiled policies over example objects.

Reads a JSON list from standard input: template and constraint of Gatekeeper, policy of Kyverno, object, expected messages.
Writes a line for each disagreement, and fails when there is one.
"""

import fnmatch
import json
import re
import sys

import celpy
import regopy
from celpy import celtypes


def gatekeeper(row):
    """The messages of the template's Rego."""
    target = row["template"]["spec"]["targets"][0]
    interpreter = regopy.Interpreter()
    for index, text in enumerate(target["libs"]):
        interpreter.add_module(f"lib_{index}", text)
    interpreter.add_module("template", target["rego"])
    review = {"object": row["object"], "namespace": row["object"]["metadata"].get("namespace", "")}
    interpreter.set_input({"review": review, "parameters": row["constraint"]["spec"]["parameters"]})
    package = row["template"]["metadata"]["name"]
    text = str(interpreter.query(f"data.{package}.violation"))
    if text == "undefined":
        return []
    try:
        return [found["msg"] for found in json.loads(text)["expressions"][0]]
    except (ValueError, KeyError, TypeError):
        raise RuntimeError(text) from None


FACTORS = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
QUANTITY = re.compile(r"(\d+)(?:\.(\d+))?(?:([numkKMGTPE]?)|([KMGTPE])i|[eE](\d+))")


def parse(text):
    match = QUANTITY.fullmatch(str(text))
    if not match:
        return None
    whole, fraction, decimal, binary, exponent = match.groups()
    digits = int(whole + (fraction or "")) * 10 ** (18 - len(fraction or ""))
    if binary:
        return digits * 1024 ** ("KMGTPE".index(binary) + 1)
    power = int(exponent) if exponent else FACTORS[decimal or ""]
    return digits * 10**power if power >= 0 else digits // 10**-power


# Kubernetes has these in its own library of functions.
FUNCTIONS = {
    "isQuantity": lambda text: celtypes.BoolType(parse(text) is not None),
    "quantity": lambda text: celtypes.IntType(0) if parse(text) is None else celtypes.StringType(str(parse(text))),
    "isGreaterThan": lambda left, right: celtypes.BoolType(int(left) > int(right)),
}


def evaluate(expression, activation):
    environment = celpy.Environment()
    program = environment.program(environment.compile(expression), functions=FUNCTIONS)
    return program.evaluate(activation)


def selects(resources, found):
    metadata = found["metadata"]
    if "namespaceSelector" in resources:
        return False
    namespace = metadata.get("namespace", "")
    if "namespaces" in resources and not any(fnmatch.fnmatchcase(namespace, name) for name in resources["namespaces"]):
        return False
    if "kinds" in resources and found["kind"] not in [kind.split("/")[-1] for kind in resources["kinds"]]:
        return False
    if "names" in resources and not any(fnmatch.fnmatchcase(metadata["name"], name) for name in resources["names"]):
        return False
    labels = metadata.get("labels", {})
    wanted = resources.get("selector", {}).get("matchLabels", {})
    return all(key in labels and fnmatch.fnmatchcase(labels[key], value) for key, value in wanted.items())


def kyverno(row):
    """Whether the policy refuses the object."""
    found = row["object"]
    for rule in row["policy"]["spec"]["rules"] if row["policy"] else []:
        if not any(selects(entry["resources"], found) for entry in rule["match"]["any"]):
            continue
        if any(selects(entry["resources"], found) for entry in rule["exclude"]["any"]):
            continue
        cel = rule["validate"]["cel"]
        activation = {"object": celpy.json_to_cel(found), "variables": celtypes.MapType()}
        for variable in cel["variables"]:
            activation["variables"][celtypes.StringType(variable["name"])] = evaluate(variable["expression"], activation)
        if not all(evaluate(entry["expression"], activation) for entry in cel["expressions"]):
            return True
    return False


def main():
    rows = json.load(sys.stdin)
    failures = 0
    for row in rows:
        problems = []
        try:
            messages = sorted(gatekeeper(row))
            if messages != sorted(row["findings"]):
                problems.append(f"Rego found {messages}")
        except Exception as error:
            problems.append(f"Rego failed: {error}")
        try:
            if kyverno(row) != bool(row["findings"]):
                problems.append(f"CEL says {'refused' if not row['findings'] else 'allowed'}")
        except Exception as error:
            problems.append(f"CEL failed: {type(error).__name__} {error}")
        for problem in problems:
            failures += 1
            print(f"{row['name']}: {problem}, expected {row['findings']}")
    if not rows:
        print("no rows")
    sys.exit(1 if failures or not rows else 0)


main()
