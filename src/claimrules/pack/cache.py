"""Values kept on disk ready to use, one file each, under a key that says all they depend on.

A file is a head, a pickle, and the buffers of its tables as they lie in memory. A pickle may run code, so that only what
this user alone can have written is read: see docs/decisions. Whatever goes wrong here means no more than a slower start.
"""

import contextlib
import hashlib
import os
import pickle
import stat
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

FOLDER, OFF = "CLAIMRULES_CACHE_DIR", "CLAIMRULES_NO_CACHE"
"""Environment variables: where the cache is; and, set to anything but 0, that there is none."""
MOST_FILES, MOST_BYTES = 24, 1 << 30
_SUFFIX, _PART = ".claimrules-pack", ".claimrules-part"
_HEAD = struct.Struct("<16s32sQ")  # what it is, the hash of all that follows, how many buffers
_MAGIC = b"claimrules-pack1"
_ALIGNED = 64
_ABANDONED_AFTER = 3600


def cache_folder() -> Path | None:
    """Where packs are kept; None where they are not."""
    if os.environ.get(OFF, "0") not in ("", "0"):
        return None
    if given := os.environ.get(FOLDER):
        return Path(given)
    with contextlib.suppress(RuntimeError):  # a user without a home
        return _users_caches() / "claimrules"
    return None


def fetch(folder: Path, key: str) -> Any:
    """What is kept under `key`; None where there is nothing, or nothing that can be trusted."""
    try:
        if not _ours(os.lstat(folder), stat.S_ISDIR):
            return None
        with _opened(folder / f"{key}{_SUFFIX}") as file:
            value = _read(file)
        with contextlib.suppress(OSError):  # what is used is kept longest
            os.utime(folder / f"{key}{_SUFFIX}")
    except Exception:  # noqa: BLE001 - whatever is wrong with the file, the pack can be read from its sources
        return None
    return value


def keep(folder: Path, key: str, value: Any) -> None:
    """Keep `value`; readers see all of it or nothing. Where it cannot be written, nothing is kept."""
    with contextlib.suppress(OSError, pickle.PicklingError, RecursionError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours(os.lstat(folder), stat.S_ISDIR):
            return
        handle, part = tempfile.mkstemp(_PART, dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                _write(file, value)
            Path(part).replace(folder / f"{key}{_SUFFIX}")
        except BaseException:
            Path(part).unlink()
            raise
        _tidy(folder)


def _users_caches() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if Path(given).is_absolute() else Path.home() / ".cache"


def _ours(status: os.stat_result, of_kind: Any) -> bool:
    """Whether nobody else can have written there. On Windows a user's profile is closed to others by its own lists."""
    if not of_kind(status.st_mode):
        return False
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not _ours(os.fstat(handle), stat.S_ISREG):
            raise PermissionError(path)
        yield file


def _write(file: BinaryIO, value: Any) -> None:
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts: list[Any] = [head, *(buffer.raw() for buffer in buffers)]
    sizes = struct.pack(f"<{len(parts)}Q", *(memoryview(part).nbytes for part in parts))
    said = hashlib.sha256(sizes)
    file.write(_HEAD.pack(_MAGIC, bytes(32), len(parts)))
    file.write(sizes)
    for part in parts:
        gap = bytes(-file.tell() % _ALIGNED)
        for piece in (gap, part):
            said.update(piece)
            file.write(piece)
    file.seek(0)
    file.write(_HEAD.pack(_MAGIC, said.digest(), len(parts)))


def _read(file: BinaryIO) -> Any:
    """The value. Nothing of it is unpickled unless every byte is what was written."""
    data = pa.allocate_buffer(os.fstat(file.fileno()).st_size)
    room = memoryview(data).cast("B")
    if file.readinto(room) != len(room):  # type: ignore[attr-defined]
        raise ValueError("cut off")
    magic, digest, count = _HEAD.unpack_from(room)
    if magic != _MAGIC or hashlib.sha256(room[_HEAD.size :]).digest() != digest:
        raise ValueError("not what was written")
    at = _HEAD.size + 8 * count
    parts = []
    for size in struct.unpack_from(f"<{count}Q", room, _HEAD.size):
        at += -at % _ALIGNED
        parts.append(room[at : at + size])
        at += size
    return pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301 - `_opened` has seen that it is our own


def _tidy(folder: Path) -> None:
    """Remove what has not been used for longest, beyond the bounds, and what a stopped process has left behind."""
    now, kept, size = time.time(), 0, 0
    with os.scandir(folder) as entries:
        found = [(entry.stat(follow_symlinks=False), entry) for entry in entries if entry.name.endswith((_SUFFIX, _PART))]
    for status, entry in sorted(found, key=lambda pair: -pair[0].st_mtime_ns):
        if entry.name.endswith(_PART):
            gone = now - status.st_mtime > _ABANDONED_AFTER
        else:
            kept, size = kept + 1, size + status.st_size
            gone = kept > MOST_FILES or (size > MOST_BYTES and kept > 1)
        if gone:
            with contextlib.suppress(OSError):
                Path(entry.path).unlink()
