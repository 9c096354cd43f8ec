"""How much memory a process holds."""

from pathlib import Path


def held_mb(process: int | str) -> float:
    """The most that a process has held so far, in MB; 0 where it has ended. Linux only."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)
