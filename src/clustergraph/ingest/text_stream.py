"""The bytes of a file -> text in UTF-8: unpacked where it is compressed, in whatever encoding it says it is in."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import zstandard

BUFFER_BYTES = 1 << 18
MAX_SEARCHED_BYTES = 1 << 24
"""How much of a file is searched for what it is about."""
COMPRESSED_ENDINGS = ("gz", "bz2", "xz", "zst")
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"(\xb5/\xfd", "Zstandard"))
_UNPACKERS: dict[str, Callable[[Any], Any]] = {
    "gzip": lambda file: gzip.GzipFile(fileobj=file),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "Zstandard": lambda file: zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True),
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
_DECLARATION = re.compile(rb"""<\?xml\s[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})["']""")
UNPACKING_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zstandard.ZstdError)
"""What reading damaged compressed data raises; of bzip2, it is an OSError without a number."""


def unpack(file: io.RawIOBase) -> tuple[io.BufferedReader[Any], str]:
    """The unpacked bytes of a file, and what it is compressed with, `""` for nothing."""
    buffered: Any = io.BufferedReader(_Borrowed(file), BUFFER_BYTES)
    head = buffered.peek(8)
    kind = next((name for magic, name in _MAGIC if head.startswith(magic)), "")
    return (io.BufferedReader(_UNPACKERS[kind](buffered), BUFFER_BYTES), kind) if kind else (buffered, "")


def open_text(file: io.RawIOBase) -> io.BufferedReader[Any]:
    """The text of a file in UTF-8, without the mark that some editors begin a file with.

    Reading it raises one of UNPACKING_ERRORS for damaged data, UnicodeDecodeError for what is not in the encoding that
    the file states. Raises LookupError for an encoding that is not known.
    """
    packed, _ = unpack(file)
    head = packed.peek(512)[:512]
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if encoding == "utf-8":
        packed.read(len(codecs.BOM_UTF8))
        encoding = ""
    declared = _DECLARATION.match(head)
    if not encoding and declared:
        encoding = codecs.lookup(declared[1].decode()).name
        if encoding in ("utf-8", "ascii"):
            encoding = ""
    if not encoding:
        return packed
    return io.BufferedReader(cast(Any, _Transcoder(packed, encoding)), BUFFER_BYTES)


def read_start(path: Path) -> bytes:
    """The beginning of a file's text, all of most files; nothing of one that cannot be read, which loading reports."""
    try:
        with path.open("rb", buffering=0) as file, open_text(file) as text:
            return text.read(MAX_SEARCHED_BYTES)
    except (OSError, LookupError, ValueError, *UNPACKING_ERRORS):
        return b""


class _Borrowed(io.RawIOBase):
    """A file that somebody else closes."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        return self._file.readinto(buffer)


class _Transcoder(io.RawIOBase):
    """Bytes in some encoding as UTF-8. An XML declaration says so, too, for parsers go by it."""

    def __init__(self, file: io.BufferedReader[Any], encoding: str) -> None:
        self._file = io.TextIOWrapper(file, encoding, newline="")
        self._rest = b""
        self._is_start = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = self._file.read(BUFFER_BYTES // 4).encode()
            declared = _DECLARATION.match(self._rest) if self._is_start else None
            if declared:
                self._rest = self._rest[: declared.start(1)] + b"UTF-8" + self._rest[declared.end(1) :]
            self._is_start = False
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
