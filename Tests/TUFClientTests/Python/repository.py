"""A TUF repository made with python-tuf's API, published step by step into folders that a test serves.

A scenario is a folder with `initial_root.json`, `steps.json` and one folder per step, each with everything that the
repository serves at that step: `metadata/…` and `targets/…`, under their percent-encoded names.
"""

import copy
import datetime
import json
import pathlib
from urllib import parse

from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

TOP = ["root", "targets", "snapshot", "timestamp"]
SERIALIZER = JSONSerializer()
_pool = {}


def signer(kind="ed25519", number=None):
    """A signer; the one of that number where one is given."""
    make = {
        "ed25519": CryptoSigner.generate_ed25519,
        "ecdsa": CryptoSigner.generate_ecdsa,
        "rsa": lambda: CryptoSigner.generate_rsa(size=2048),
        "rsa-pkcs1": lambda: CryptoSigner.generate_rsa(size=2048, scheme="rsa-pkcs1v15-sha256"),
    }[kind]
    if number is None:
        return make()
    return _pool.setdefault((kind, number), make())


def alias(original, key_id):
    """The same key under another id."""
    key = original.public_key
    renamed = SSlibKey(key_id, key.keytype, key.scheme, copy.deepcopy(key.keyval))
    return CryptoSigner(original._private_key, renamed)


def days(count):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return now + datetime.timedelta(days=count)


class Repository:
    def __init__(self, base, name, kind="ed25519", consistent=True, hashes=False, algorithms=("sha256",)):
        self.folder = pathlib.Path(base) / name
        self.kind = kind
        self.consistent = consistent
        self.hashes = hashes
        self.algorithms = list(algorithms)
        self.metadata = {}  # what is served, by file name
        self.artifacts = {}  # by path
        self.steps = []
        self.signers = {}
        self.signed = {
            "root": Root(expires=days(90), consistent_snapshot=consistent),
            "targets": Targets(expires=days(90)),
            "snapshot": Snapshot(expires=days(90)),
            "timestamp": Timestamp(expires=days(90)),
        }
        self.published = set()
        for role in TOP:
            self.add_signer(role, signer(kind))
        self.publish(*TOP)
        self.initial_root = self.metadata["1.root.json"]

    # --- keys

    @property
    def root(self):
        return self.signed["root"]

    def add_signer(self, role, new):
        self.root.add_key(new.public_key, role)
        self.signers.setdefault(role, []).append(new)

    def remove_signers(self, role):
        self.root.roles[role].keyids.clear()
        self.signers[role] = []

    def rotate(self, role):
        self.remove_signers(role)
        self.add_signer(role, signer(self.kind))

    # --- publishing

    def publish(self, *roles, bump=True):
        """Signs the roles in order, each in a new version after its first."""
        for role in roles:
            signed = self.signed[role]
            if role in self.published and bump:
                signed.version += 1
            self.published.add(role)
            envelope = Metadata(signed)
            for each in self.signers[role]:
                envelope.sign(each, append=True)
            self.serve(role, envelope.to_bytes(SERIALIZER), signed.version)

    def serve(self, role, data, version):
        """Serves `data` as `role`, and lists it where it is to be listed."""
        quoted = parse.quote(role, "")
        if role == "timestamp" or (role != "root" and not self.consistent):
            self.metadata[f"{quoted}.json"] = data
        else:
            self.metadata[f"{version}.{quoted}.json"] = data
        entry = MetaFile(version)
        if self.hashes:
            entry = MetaFile.from_data(version, data, self.algorithms)
        if role == "snapshot":
            self.signed["timestamp"].snapshot_meta = entry
        elif role not in ("root", "timestamp"):
            self.signed["snapshot"].meta[f"{role}.json"] = entry

    def update(self, *roles):
        """Publishes the roles, and a snapshot and a timestamp for them."""
        self.publish(*roles, "snapshot", "timestamp")

    # --- delegations and targets

    def delegate(self, delegator, role, paths=("*",), terminating=False, prefixes=None, threshold=1, expires=90):
        parent = self.signed[delegator]
        if parent.delegations is None:
            parent.delegations = Delegations({}, roles={})
        parent.delegations.roles[role] = DelegatedRole(
            role, [], threshold, terminating, None if prefixes else list(paths), prefixes
        )
        new = self.signers.get(role, [signer(self.kind)])[0]
        parent.add_key(new.public_key, role)
        self.signers[role] = [new]
        self.signed.setdefault(role, Targets(expires=days(expires)))

    def artifact(self, path, data, role="targets"):
        target = TargetFile.from_data(path, data, self.algorithms)
        self.signed[role].targets[path] = target
        self.artifacts[path] = (data, list(target.hashes.values())[0])

    # --- steps

    def step(self, action="refresh", error=None, days=0, target=None, tampered=(), **expected):
        """Writes what is served now, and what a client must make of it.

        `error` names why it refuses; `versions` are those it trusts afterwards, `requests` what it asked for, `content`
        what it downloaded.
        """
        number = len(self.steps) + 1
        served = dict(self.metadata)
        served.update(dict(tampered))
        for name, data in served.items():
            self.write(f"{number}/metadata/{name}", data)
        for path, (data, digest) in self.artifacts.items():
            folder, separator, name = path.rpartition("/")
            file = f"{folder}{separator}{digest}.{name}" if self.consistent else path
            self.write(f"{number}/targets/{parse.quote(file)}", data)
        entry = {"action": action, "days": days, "error": error or "", **expected}
        if target is not None:
            entry.update(action="download", target=target)
        self.steps.append(entry)

    def write(self, path, data):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def save(self):
        self.write("initial_root.json", self.initial_root)
        self.write("steps.json", json.dumps(self.steps).encode())
