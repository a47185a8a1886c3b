"""Reads the blocks of documentation that are no program, each with what reads its language in use."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import yaml

from clustergraph.catalogue import CatalogueError
from clustergraph.catalogue.query_file_parser import read
from clustergraph.rdf.namespaces import STANDARD_PREFIXES

BASE = "http://localhost:8080/"


def _turtle(text: str) -> None:
    list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE))


READERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "turtle": _turtle,
    "xml": ElementTree.fromstring,
    "yaml": yaml.safe_load,
}
"""Each language, and what raises an error that is a ValueError or a SyntaxError where a text is none of it."""
ELSEWHERE = ("nginx", "sh", "python", "sparql", "text")
"""What is run, asked or compared; `text` is what a program printed, or a drawing."""


def check(language: str, text: str) -> None:
    """Raises ValueError where a block is not what it is said to be."""
    if language in ELSEWHERE:
        return
    if language not in READERS:
        known = ", ".join(sorted({*READERS, *ELSEWHERE}))
        raise ValueError(f"no test reads {language or 'a block without a language'}; there are {known}")
    try:
        READERS[language](text)
    except (ValueError, SyntaxError, yaml.YAMLError) as error:
        raise ValueError(f"this is not {language}: {error}") from error


def check_saved(path: Path) -> None:
    """Raises ValueError where a file that a page tells its reader to write is not what its name says."""
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".ttl":
            _turtle(text)
        elif text.startswith("#+"):
            read(path)
        else:
            ox.Store().query(text, prefixes=STANDARD_PREFIXES)
    except (CatalogueError, SyntaxError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def check_nginx(text: str, folder: Path) -> None:
    """Raises ValueError where nginx would not start with this configuration, given the certificates that it names."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=graph.example.org"]
    made = [*request, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    text = re.sub(r"(ssl_certificate_key\s+)[^;]+", rf"\1{key}", text)
    text = re.sub(r"(ssl_certificate\s+)[^;]+", rf"\1{certificate}", text)
    # A test may not listen where a server does, and need not be allowed to log where it does.
    text = re.sub(r"(listen\s+)(?:\S+:)?(\d+)", rf"\g<1>unix:{folder}/\g<2>", text)
    whole = text if re.search(r"^\s*events\b", text, re.MULTILINE) else f"events {{}}\nhttp {{\n{text}\n}}\n"
    (folder / "nginx.conf").write_text(f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n{whole}")
    command = ["nginx", "-t", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"nginx would not start: {done.stderr}")
