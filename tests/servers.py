"""A PostgreSQL server for tests: the one that KPIDSL_POSTGRES names, or one of this machine's programs, in a folder
of its own that is gone afterwards. Where there is neither, tests that need one are skipped.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = "postgres"     # who the server runs as where tests are run by root, which it refuses


def programs() -> Path | None:
    """The folder of the newest server's programs."""
    named = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    return next(iter((*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *named)), None)


@contextmanager
def server() -> Iterator[str | None]:
    """An address without its table, of a database that tests may fill."""
    given = os.environ.get("KPIDSL_POSTGRES")
    folder = programs()
    if given or folder is None or (os.geteuid() == 0 and not _known(NOBODY)):
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="kpidsl-pg-", dir="/tmp"))     # paths of sockets may not be long
    try:
        if os.geteuid() == 0:
            shutil.chown(home, NOBODY)
        data, log = home / "data", home / "log"
        _run(folder / "initdb", "-D", data, "-U", "kpidsl", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        _run(folder / "pg_ctl", "-D", data, "-l", log, "-w", "start", "-o", f"-k {home} -c listen_addresses= -F")
        try:
            yield f"postgresql://kpidsl@/postgres?host={home}"
        finally:
            _run(folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _known(name: str) -> bool:
    return any(user.pw_name == name for user in pwd.getpwall())


def _run(*command: object) -> None:
    user = NOBODY if os.geteuid() == 0 else None
    subprocess.run([*map(str, command)], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})  # fmt: skip
