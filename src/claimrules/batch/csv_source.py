"""CSV, every column as text, in streaming blocks."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from claimrules.batch.source import BadRow, Chunk, Known, unreadable
from claimrules.diagnostics import ClaimsError, Diagnostic, Place

_BLOCK = 8 * 1024 * 1024
_SAMPLE = 1024 * 1024
_UTF8 = frozenset({"utf-8", "utf8", "utf-8-sig"})


class _Quotes(io.RawIOBase):
    """Counts the quotes of a stream on their way: an odd number means that one is not closed."""

    def __init__(self, inner: IO[bytes]) -> None:
        super().__init__()
        self._inner = inner
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        self.count += data.count(b'"')
        return data

    def close(self) -> None:
        self._inner.close()
        super().close()


@dataclass(frozen=True)
class CsvSource:
    """A `.csv` or `.csv.gz` with a header. A row with too many or too few cells is a bad row, not the end."""

    path: Path
    name: str
    encoding: str = "utf-8"
    delimiter: str = ","

    def _open(self) -> IO[bytes]:
        try:
            return gzip.open(self.path, "rb") if self.path.suffix == ".gz" else self.path.open("rb")  # type: ignore[return-value]
        except OSError as error:
            raise unreadable(self.name, error.strerror or error) from None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names in the header, trimmed."""
        codec = "utf-8-sig" if self.encoding.lower() in _UTF8 else self.encoding
        try:
            with self._open() as file, io.TextIOWrapper(file, codec, newline="") as text:
                header = next(csv.reader(text, delimiter=self.delimiter), [])
        except (UnicodeDecodeError, LookupError) as error:
            raise self._wrong_encoding(error) from None
        except (OSError, EOFError, csv.Error) as error:
            raise unreadable(self.name, error) from None
        names = tuple(cell.strip() for cell in header)
        if not names:
            raise unreadable(self.name, "it is empty: not even a header", "write the column names in the first row")
        doubled = sorted({n for n in names if names.count(n) > 1})
        if doubled:
            message = f"the header names {', '.join(map(repr, doubled))} twice"
            raise ClaimsError(Diagnostic("CR102", message, Place(self.name, 1), help="give each column its own name"))
        return names

    @cached_property
    def expected_rows(self) -> int:
        """An estimate from the first megabyte."""
        try:
            with self.path.open("rb") as raw:
                inner: Any = gzip.GzipFile(fileobj=raw) if self.path.suffix == ".gz" else raw
                sample = inner.read(_SAMPLE)
                used = raw.tell()
            size = self.path.stat().st_size
        except (OSError, EOFError) as error:
            raise unreadable(self.name, error) from None
        lines = max(0, sample.count(b"\n") - 1)
        return lines if len(sample) < _SAMPLE else int(lines * size / max(1, used))

    def chunks(self, names: tuple[str, ...], coded: Known | None = None) -> Iterator[Chunk]:  # noqa: ARG002
        """Blocks of text columns; see the class."""
        bad: list[BadRow] = []
        done = 0
        lines = 0
        with self._open() as file:
            quotes = _Quotes(file)
            try:
                reader = self._reader(quotes, names, bad)
                skipped = np.empty(0, np.int64)
                reported = 0
                for batch in reader:
                    skipped = np.array([b.number for b in bad], np.int64)
                    good = np.arange(done, done + batch.num_rows, dtype=np.int64)
                    # The j-th bad row stands after number - 1 - j good ones.
                    before = np.searchsorted(skipped - 1 - np.arange(len(skipped)), good, side="right")
                    yield Chunk(pa.Table.from_batches([batch]), good + 1 + before, tuple(bad[reported:]))
                    reported = len(bad)
                    done += batch.num_rows
                    lines += _breaks(batch)
                if len(bad) > reported:
                    yield Chunk(reader.schema.empty_table(), np.empty(0, np.int64), tuple(bad[reported:]))
            except UnicodeDecodeError as error:
                raise self._wrong_encoding(error) from None
            except (pa.ArrowInvalid, OSError, EOFError) as error:
                raise self._explain(error) from None
        if quotes.count % 2 and (lines or any("\n" in cell for b in bad for cell in b.cells)):
            raise self._broken_quote(names)

    def _reader(self, stream: Any, names: tuple[str, ...], bad: list[BadRow]) -> Any:
        def refuse(row: Any) -> str:
            reason = f"the row has {row.actual_columns} cells where the header has {row.expected_columns}"
            bad.append(BadRow(row.number - 1, reason, tuple(row.text.split(self.delimiter))))
            return "skip"

        header = self.columns
        encoding = "utf8" if self.encoding.lower() in _UTF8 else self.encoding
        return pyarrow.csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            # One thread: only then does pyarrow number the rows that it refuses.
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=_BLOCK, encoding=encoding, column_names=list(header), skip_rows=1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=refuse
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), include_columns=list(names), strings_can_be_null=False
            ),
        )

    def _wrong_encoding(self, error: Exception) -> ClaimsError:
        other = "gb18030" if self.encoding.lower() in _UTF8 else "utf-8"
        advice = f"save it as UTF-8, or name its encoding in a mapping, for instance `encoding: {other}`"
        return unreadable(self.name, f"it is not {self.encoding}: {error}", advice)

    def _explain(self, error: Exception) -> ClaimsError:
        text = str(error)
        found = re.search(r"Row #(\d+)", text)
        row = int(found[1]) - 1 if found else None
        if "invalid UTF8" in text:
            wrong = self._wrong_encoding(ValueError("some bytes are no UTF-8"))
            if row:
                return unreadable(self.name, "it is not UTF-8", wrong.diagnostics[0].help, row)
            return wrong
        if "straddling" in text:
            return unreadable(self.name, "a row has no end", "look for a quote that is not closed")
        return unreadable(self.name, text, row=row)

    def _broken_quote(self, names: tuple[str, ...]) -> ClaimsError:
        """Find the first row that runs over several lines: there the quote was opened."""
        bad: list[BadRow] = []
        done, first = 0, None
        with self._open() as file:
            for batch in self._reader(file, names, bad):
                many = np.zeros(batch.num_rows, bool)
                for column in batch.columns:
                    many |= np.asarray(pc.match_substring(column, "\n"))
                if many.any():
                    good = done + int(many.argmax())
                    first = good + 1 + sum(b.number - 1 - i <= good for i, b in enumerate(bad))
                    break
                done += batch.num_rows
        broken = [b.number for b in bad if any("\n" in cell for cell in b.cells)]
        row = min([*broken, *([first] if first else [])], default=None)
        return unreadable(self.name, "a quote is not closed", "close it, or double it where it is meant", row)


def _breaks(batch: Any) -> int:
    """How many cells hold a line break; looked for in the bytes first, which costs next to nothing."""
    return sum(
        int(pc.sum(pc.match_substring(column, "\n")).as_py() or 0)
        for column in batch.columns
        if column.buffers()[2] is not None and b"\n" in memoryview(column.buffers()[2]).tobytes()
    )
