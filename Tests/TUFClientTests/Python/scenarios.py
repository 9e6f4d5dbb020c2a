"""Writes every scenario, as repository.py describes it, below the folder that is given."""

import hashlib
import inspect
import json
import sys

from repository import SERIALIZER, Metadata, Repository, alias, days, signer
from securesystemslib.signer import SSlibKey

base = sys.argv[1]
ROUND = ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]


def versions(root, timestamp=None, snapshot=None, targets=None):
    """What is trusted afterwards, `None` for nothing."""
    return {"root": root, "timestamp": timestamp, "snapshot": snapshot, "targets": targets}


# --- the workflow


def first_refresh(make):
    repo = make()
    repo.step(requests=ROUND, versions=versions(1, 1, 1, 1))
    repo.step(requests=["2.root.json", "timestamp.json"], versions=versions(1, 1, 1, 1))
    repo.step(target="nonexistent artifact", error="client", versions=versions(1, 1, 1, 1))
    return repo


def without_consistent_snapshots(make):
    repo = make(consistent=False)
    repo.artifact("dir/file.txt", b"plain")
    repo.delegate("targets", "role")
    repo.artifact("delegated.txt", b"delegated", role="role")
    repo.update("role", "targets")
    repo.step(requests=["2.root.json", "timestamp.json", "snapshot.json", "targets.json"], versions=versions(1, 2, 2, 2))
    repo.step(target="dir/file.txt", content="plain")
    repo.step(target="delegated.txt", content="delegated")
    return repo


def unsigned_first_root(make):
    repo = make()
    changed = json.loads(repo.initial_root)
    changed["signatures"][0]["sig"] = "00" * 64
    repo.initial_root = json.dumps(changed).encode()
    repo.step(action="init", error="arbitrary", requests=[])
    return repo


def unsigned_roles(make):
    for role, expected in [
        ("timestamp", versions(1)),
        ("snapshot", versions(1, 2)),
        ("targets", versions(1, 2, 2)),
    ]:
        repo = make(name=f"unsigned_{role}")
        repo.signers[role] = [signer()]
        repo.publish("targets", "snapshot", "timestamp")
        repo.step(error="untrustedKey", versions=expected)
        yield repo


def unknown_fields(make):
    repo = make()
    repo.step(versions=versions(1, 1, 1, 1))
    repo.root.unrecognized_fields["custom-field"] = "value"
    key = repo.root.roles["root"].keyids[0]
    repo.root.keys[key].unrecognized_fields["keyid_hash_algorithms"] = ["md5"]
    repo.root.roles["root"].unrecognized_fields["another-field"] = {"a": [1, 2]}
    repo.signed["timestamp"].unrecognized_fields["custom"] = {"something": "else"}
    repo.publish("root", "timestamp")
    repo.step(versions=versions(2, 2, 1, 1))
    return repo


def same_timestamp_with_other_content(make):
    repo = make()
    repo.step()
    repo.signed["timestamp"].snapshot_meta.version = 100
    repo.publish("timestamp", bump=False)
    repo.step(versions=versions(1, 1, 1, 1), requests=["2.root.json", "timestamp.json"])
    return repo


def hashes_in_metadata(make):
    for algorithms in (["sha256"], ["sha512"], ["sha256", "sha512"]):
        repo = make(name="hashes_" + "_".join(algorithms), hashes=True, algorithms=algorithms)
        repo.artifact("file.txt", b"content")
        repo.update("targets")
        repo.step(versions=versions(1, 2, 2, 2))
        repo.step(target="file.txt", content="content")
        repo.publish("targets")
        listed = repo.signed["snapshot"].meta["targets.json"].hashes
        listed[algorithms[-1]] = hashlib.new(algorithms[-1], b"other").hexdigest()
        repo.publish("snapshot", "timestamp")
        repo.step(error="mixAndMatch", versions=versions(1, 3, 3, 2))
        yield repo


# --- keys


def key_types(make):
    for kind in ("ed25519", "ecdsa", "rsa", "rsa-pkcs1"):
        repo = make(name=f"key_{kind}", kind=kind)
        repo.delegate("targets", "role")
        repo.artifact("file.txt", b"content", role="role")
        repo.update("role", "targets")
        repo.step(versions=versions(1, 2, 2, 2))
        repo.step(target="file.txt", content="content")
        forged = json.loads(repo.metadata["timestamp.json"])
        forged["signed"]["version"] = 9
        repo.step(error="arbitrary", tampered={"timestamp.json": json.dumps(forged).encode()}.items())
        yield repo


def unknown_key_type(make):
    repo = make()
    unknown = SSlibKey("future", "ml-dsa", "ml-dsa-65", {"public": "AAAA"})
    repo.root.add_key(unknown, "timestamp")
    repo.publish("root")
    repo.step(versions=versions(2, 1, 1, 1))
    return repo


def threshold_that_cannot_be_reached(make):
    repo = make()
    repo.root.roles["snapshot"].threshold = 3
    repo.publish("root")
    repo.update()
    repo.step(error="belowThreshold", versions=versions(2, 2))
    repo.add_signer("snapshot", signer())
    repo.add_signer("snapshot", signer())
    repo.publish("root")
    repo.update()
    repo.step(versions=versions(3, 3, 3, 1))
    repo.root.roles["snapshot"].threshold = 5
    repo.publish("root")
    repo.step(error="belowThreshold", versions=versions(4, 3, 3, 1))
    return repo


def one_key_under_many_ids(make):
    repo = make()
    repo.step()
    one = signer()
    for number in range(5):
        repo.add_signer("snapshot", alias(one, f"{number:064x}"))
    repo.root.roles["snapshot"].threshold = 3
    repo.publish("root")
    repo.update()
    repo.step(error="belowThreshold", versions=versions(2, 2, 1, 1))
    return repo


def root_rotations(make):
    everybody = [0, 1, 2, 3, 4]
    cases = {
        "one_for_one": [([1], 1, [1]), ([2], 1, [2, 1]), ([2], 1, [2])],
        "with_unused_signatures": [([1], 1, [3, 1, 4]), ([2], 1, [3, 2, 1, 4]), ([2], 1, [3, 2, 4])],
        "three_of_five": [(everybody, 3, [0, 2, 4]), (everybody, 3, [0, 4, 1]), (everybody, 3, [0, 1, 3])],
        "three_of_five_all_new": [
            (everybody, 3, [0, 2, 4]),
            ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]),
            ([5, 6, 7, 8, 9], 3, [5, 6, 7]),
        ],
        "threshold_up": [([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [1, 2])],
        "threshold_down": [([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1, 2]), ([1, 2, 3], 1, [1])],
        "refused_not_signed_by_the_old": [([1], 1, [1]), ([2], 1, [2, 3, 4])],
        "refused_not_signed_by_the_new": [([1], 1, [1]), ([2], 1, [1, 3, 4])],
        "refused_too_few_old": [(everybody, 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 5])],
        "refused_too_few_new": [(everybody, 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4])],
        "refused_new_threshold": [([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [2])],
        "refused_old_threshold": [([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1])],
    }
    for name, roots in cases.items():
        repo = make(name=f"root_{name}")
        repo.root.version = 0
        for keys, threshold, signatures in roots:
            repo.remove_signers("root")
            repo.root.roles["root"].threshold = threshold
            for number in keys:
                repo.root.add_key(signer(number=number).public_key, "root")
            repo.signers["root"] = [signer(number=number) for number in signatures]
            repo.publish("root")
        repo.initial_root = repo.metadata["1.root.json"]
        refused = name.startswith("refused")
        count = len(roots) - (1 if refused else 0)
        repo.step(error="any" if refused else None, versions={"root": count})
        yield repo


# --- versions


def timestamp_rollback(make):
    repo = make()
    repo.publish("timestamp")
    repo.step(versions=versions(1, 2, 1, 1))
    repo.signed["timestamp"].version = 1
    repo.publish("timestamp", bump=False)
    repo.step(error="rollback", versions=versions(1, 2, 1, 1))
    return repo


def snapshot_rollback(make):
    for hashes in (False, True):
        repo = make(name=f"snapshot_rollback_{hashes}", hashes=hashes)
        repo.update()
        repo.step(versions=versions(1, 2, 2, 1))
        repo.signed["snapshot"].version = 1
        repo.publish("snapshot", bump=False)
        repo.publish("timestamp")
        repo.step(error="rollback", versions=versions(1, 2, 2, 1))
        yield repo


def targets_rollback(make):
    for hashes in (False, True):
        repo = make(name=f"targets_rollback_{hashes}", hashes=hashes)
        repo.update("targets")
        repo.step(versions=versions(1, 2, 2, 2))
        repo.signed["targets"].version = 1
        repo.publish("targets", bump=False)
        repo.publish("snapshot", "timestamp")
        repo.step(error="rollback", versions=versions(1, 3, 2, 2))
        yield repo


def file_gone_from_the_snapshot(make):
    repo = make()
    repo.delegate("targets", "role")
    repo.update("role", "targets")
    repo.step(versions=versions(1, 2, 2, 2))
    del repo.signed["snapshot"].meta["role.json"]
    repo.update()
    repo.step(error="rollback", versions=versions(1, 3, 2, 2))
    return repo


def snapshot_of_another_version(make):
    repo = make()
    repo.signed["snapshot"].version = 2
    data = Metadata(repo.signed["snapshot"])
    for each in repo.signers["snapshot"]:
        data.sign(each, append=True)
    repo.metadata["1.snapshot.json"] = data.to_bytes(SERIALIZER)
    repo.step(error="mixAndMatch", versions=versions(1, 1))
    return repo


def fast_forward(make):
    for name, rotated, jumped in [
        ("timestamp", ["timestamp"], "timestamp"),
        ("snapshot", ["snapshot", "timestamp"], "snapshot"),
        ("targets", ["snapshot"], "targets"),
    ]:
        repo = make(name=f"fast_forward_{name}")
        repo.signed[jumped].version = 99999
        repo.publish(jumped, bump=False)
        if jumped == "targets":
            repo.publish("snapshot")
        if jumped != "timestamp":
            repo.publish("timestamp")
        repo.step(versions={jumped: 99999})
        for role in rotated:
            repo.rotate(role)
        repo.signed[jumped].version = 1
        repo.publish("root")
        if jumped == "targets":
            repo.publish("targets", bump=False)
            repo.publish("snapshot")
        else:
            repo.publish("snapshot", bump=jumped != "snapshot")
        repo.publish("timestamp", bump=jumped != "timestamp")
        repo.step(versions={"root": 2, jumped: 1})
        yield repo


def version_beyond_the_cap(make):
    repo = make()
    repo.step()
    repo.signed["timestamp"].version = 2**40
    repo.publish("timestamp", bump=False)
    repo.step(error="fastForward", versions=versions(1, 1, 1, 1))
    return repo


# --- times


def expired_roles(make):
    for role, expected in [
        ("root", versions(2, 1, 1, 1)),
        ("timestamp", versions(1, 1, 1, 1)),
        ("snapshot", versions(1, 2, 1, 1)),
        ("targets", versions(1, 2, 2, 1)),
    ]:
        repo = make(name=f"expired_{role}")
        repo.step(versions=versions(1, 1, 1, 1))
        repo.signed[role].expires = days(-1)
        repo.publish("root") if role == "root" else repo.update("targets")
        repo.step(error="freeze", versions=expected)
        yield repo


def frozen(make):
    repo = make()
    repo.signed["timestamp"].expires = days(7)
    repo.publish("timestamp")
    repo.step(versions=versions(1, 2, 1, 1))
    repo.step(days=18, error="freeze", versions=versions(1, 2, 1, 1))
    repo.signed["timestamp"].expires = days(21)
    repo.update("targets")
    repo.step(days=18, versions=versions(1, 3, 2, 2))
    return repo


def expired_file_is_signed_again_in_the_same_version(make):
    repo = make()
    repo.signed["targets"].expires = days(7)
    repo.publish("targets", bump=False)
    repo.step(versions=versions(1, 1, 1, 1))
    repo.signed["targets"].expires = days(30)
    repo.publish("targets", bump=False)
    repo.step(days=18, versions=versions(1, 1, 1, 1))
    return repo


def expired_delegation(make):
    repo = make()
    repo.delegate("targets", "role", paths=["dir/*"], expires=7)
    repo.artifact("dir/first", b"first", role="role")
    repo.artifact("dir/second", b"second", role="role")
    repo.update("role", "targets")
    repo.step(target="dir/first", content="first")
    repo.step(target="dir/second", days=18, error="freeze")
    repo.signed["role"].expires = days(21)
    repo.update("role")
    repo.step(target="dir/second", days=18, content="second")
    return repo


# --- delegations


def graphs(make):
    cases = {
        "one": ([("targets", "A")], ["A"]),
        "siblings": ([("targets", "A"), ("targets", "B")], ["A", "B"]),
        "depth_first": ([("targets", "A"), ("targets", "B"), ("A", "C"), ("C", "D")], ["A", "C", "D", "B"]),
        "pre_order": ([("targets", "A"), ("targets", "B"), ("A", "C"), ("A", "D")], ["A", "C", "D", "B"]),
        "terminating": ([("targets", "A"), ("targets", "B"), ("A", "C", ["*"], True), ("A", "D")], ["A", "C"]),
        "terminating_descends": (
            [("targets", "A"), ("targets", "B"), ("A", "C", ["*"], True), ("C", "D")],
            ["A", "C", "D"],
        ),
        "paths": ([("targets", "A", ["*.py"]), ("targets", "B"), ("A", "C")], ["B"]),
        "cycle": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("C", "D"), ("D", "B")], ["A", "B", "C", "D"]),
        "diamond": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C")], ["A", "C", "B"]),
        "many": ([("targets", f"r{n}") for n in range(40)], [f"r{n}" for n in range(32)]),
    }
    for name, (edges, visited) in cases.items():
        repo = make(name=f"graph_{name}")
        for delegator, role, *rest in edges:
            repo.delegate(delegator, role, *rest)
        roles = sorted({edge[1] for edge in edges})
        repo.update(*roles, "targets")
        asked = ["2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"]
        repo.step(target="missingpath", error="client", requests=asked + [f"1.{role}.json" for role in visited])
        yield repo


def target_search(make):
    repo = make()
    repo.artifact("targetfile", b"top")
    repo.delegate("targets", "A", ["*.doc", "*.md"])
    repo.delegate("targets", "B", ["releases/*/*"])
    repo.delegate("B", "C", ["releases/x/*"])
    repo.delegate("B", "D", ["releases/y/*.zip"])
    repo.artifact("README.md", b"by A", role="A")
    repo.artifact("releases/x/x_v1", b"by C", role="C")
    repo.artifact("releases/y/y_v1.zip", b"by D", role="D")
    repo.artifact("releases/z/z_v1.zip", b"by D", role="D")
    repo.update("A", "B", "C", "D", "targets")
    repo.step(target="targetfile", content="top")
    repo.step(target="README.md", content="by A")
    repo.step(target="releases/x/x_v1", content="by C")
    repo.step(target="releases/y/y_v1.zip", content="by D")
    repo.step(target="releases/z/z_v1.zip", error="client")
    return repo


def hash_prefixes(make):
    repo = make()
    for number in range(16):
        repo.delegate("targets", f"bin-{number:x}", prefixes=[f"{number:x}"])
    path = "file.txt"
    owner = f"bin-{hashlib.sha256(path.encode()).hexdigest()[0]}"
    repo.artifact(path, b"in a bin", role=owner)
    repo.update(*[f"bin-{number:x}" for number in range(16)], "targets")
    asked = ["2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json", f"1.{owner}.json"]
    repo.step(target=path, content="in a bin", requests=asked + ["target"])
    return repo


def unusual_role_names(make):
    for number, role in enumerate(["?", "#", "/delegatedrole", "../delegatedrole", "..", "a b%2F"]):
        repo = make(name=f"role_name_{number}")
        repo.delegate("targets", role)
        repo.artifact("file.txt", b"content", role=role)
        repo.update(role, "targets")
        repo.step(target="file.txt", content="content", files=5)
        yield repo


def delegation_by_another_key(make):
    repo = make()
    repo.delegate("targets", "role")
    repo.artifact("file.txt", b"honest", role="role")
    repo.update("role", "targets")
    repo.step(target="file.txt", content="honest")
    repo.signers["role"] = [signer()]
    repo.artifact("file.txt", b"forged", role="role")
    repo.update("role")
    repo.step(target="file.txt", error="untrustedKey", content="honest")
    return repo


def removed_delegation_key(make):
    repo = make()
    repo.delegate("targets", "role")
    repo.artifact("file.txt", b"old", role="role")
    repo.artifact("other.txt", b"old", role="role")
    repo.update("role", "targets")
    repo.step(target="file.txt", content="old")
    # The delegating role names another key; the delegated role's file stays as it is, and counts for nothing.
    repo.signed["targets"].delegations.roles["role"].keyids.clear()
    repo.signed["targets"].add_key(signer().public_key, "role")
    repo.update("targets")
    repo.step(target="other.txt", error="untrustedKey")
    return repo


# --- targets


def target_content(make):
    repo = make()
    repo.artifact("path/to/file.txt", b"honest")
    repo.artifact("other.txt", b"content")
    repo.artifact("long.txt", b"long")
    repo.update("targets")
    repo.step(target="path/to/file.txt", content="honest")
    for path, data in [("path/to/file.txt", b"forged"), ("other.txt", b"forgery"), ("long.txt", b"long" * 9999)]:
        repo.artifacts[path] = (data, repo.artifacts[path][1])
    # What is there already is not fetched again.
    repo.step(target="path/to/file.txt", content="honest", requests=["2.root.json", "timestamp.json"])
    repo.step(target="other.txt", error="arbitrary")
    repo.step(target="long.txt", error="endlessData")
    repo.artifact("path/to/file.txt", b"changed")
    repo.update("targets")
    repo.step(target="path/to/file.txt", content="changed")
    return repo


def endless_metadata(make):
    repo = make()
    repo.step()
    repo.step(error="endlessData", tampered={"timestamp.json": b" " * 100_000}.items(), versions=versions(1, 1, 1, 1))
    repo.step(error="endlessData", tampered={"2.root.json": b" " * 600_000}.items(), versions=versions(1, 1, 1, 1))
    return repo


for name, function in list(globals().items()):
    if not inspect.isfunction(function) or list(inspect.signature(function).parameters) != ["make"]:
        continue
    made = function(lambda name=name, **options: Repository(base, name, **options))
    for repository in made if inspect.isgenerator(made) else [made]:
        repository.save()
