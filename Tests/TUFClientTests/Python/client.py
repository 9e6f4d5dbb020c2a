"""Reads a repository with python-tuf: client.py ROOT METADATA_URL TARGETS_URL FOLDER SECONDS TARGET…

Expiry is measured against SECONDS since 1970. The path of every target that was downloaded is printed.
"""

import datetime
import pathlib
import sys

from tuf.ngclient import Updater

root, metadata_url, targets_url, folder, seconds, *targets = sys.argv[1:]
base = pathlib.Path(folder)
(base / "metadata").mkdir()
(base / "targets").mkdir()
updater = Updater(
    metadata_dir=str(base / "metadata"),
    metadata_base_url=metadata_url,
    target_dir=str(base / "targets"),
    target_base_url=targets_url,
    bootstrap=pathlib.Path(root).read_bytes(),
)
updater._trusted_set.reference_time = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
updater.refresh()
for target in targets:
    info = updater.get_targetinfo(target)
    if info is None:
        sys.exit(f"no role vouches for the target '{target}'")
    print(updater.download_target(info))
