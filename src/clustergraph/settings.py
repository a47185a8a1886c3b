"""Every setting, said once: its `CLUSTERGRAPH_` variable, its default and what it means.

The command line makes its flags from these fields; the documentation's table is checked against them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from clustergraph.engine.remote.address import valid_address
from clustergraph.rdf.naming import parse_entry
from clustergraph.snapshots.source_folder import default_store as default_store


class Settings(BaseSettings):
    """What a service is told. Each field may be given as `CLUSTERGRAPH_{NAME}` in the environment."""

    model_config = SettingsConfigDict(env_prefix="CLUSTERGRAPH_", frozen=True, extra="forbid")

    store: Path | None = Field(
        None, description="Folder of the snapshots; by default one per served folder in the cache."
    )
    queries: Path | None = Field(None, description="Folder of the canned queries; by default the served folder's.")
    engine: str = Field("", description="Address of the SPARQL endpoint that answers instead of readers here.")
    dialect: Literal["auto", "generic", "virtuoso", "oxigraph", "clustergraph"] = Field(
        "auto", description="Which engine that is, where it does not say so itself."
    )
    engine_base: str = Field("", description="IRI under which that engine's things are named, where it does not say.")
    engine_refresh: float = Field(
        60.0,
        gt=0,
        description="Seconds for which answers are kept of an engine that does not say when its data change.",
    )
    engine_user: str = Field("", description="User to be at that engine.")
    engine_password: SecretStr = Field(SecretStr(""), description="Password of that user; only as a variable.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on.")
    url: str = Field("", description="Public address of the service, where it differs from what requests say.")
    proxies: int = Field(0, ge=0, description="Trusted reverse proxies in front, whose X-Forwarded headers count.")
    readers: int = Field(
        default_factory=lambda: 2 * max(2, os.cpu_count() or 2), ge=1, description="Queries that may run at once."
    )
    client_share: float = Field(
        0.5, gt=0, le=1, description="Part of the readers that one client may hold while others wait."
    )
    timeout: float = Field(10.0, gt=0, description="Seconds a query may run unless it asks for another deadline.")
    timeout_ceiling: float = Field(60.0, gt=0, description="Longest deadline in seconds that a query may ask for.")
    memory: int = Field(1024, ge=128, description="MiB of address space that one reader may have.")
    result_size: int = Field(64, ge=1, description="MiB that one answer may hold.")
    request_size: int = Field(2, ge=1, description="MiB that one request body may hold.")
    queue: int = Field(128, ge=0, description="Queries that may wait for a reader.")
    queue_timeout: float = Field(10.0, ge=0, description="Seconds a query may wait for a reader.")
    cache: int = Field(128, ge=0, description="MiB that all caches may hold together; 0 keeps nothing.")
    rate: str = Field(
        "1200/minute",
        description="Computed answers a client may have, such as 20/second; the seconds that its queries run count "
        "as well. `off` for no limit.",
    )
    allow: tuple[str, ...] = Field((), description="Addresses that SERVICE may reach, to the letter.")
    labels: tuple[str, ...] = Field(
        (),
        description="Properties that name things, best first: prefixed names or `<IRI>`, `a/b` for a path, `a+b` for "
        "parts of a name. By default those of the common vocabularies and their sub-properties.",
    )
    log: Literal["json", "text", "off"] = Field("text", description="How requests are logged to standard error.")

    @field_validator("engine")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return valid_address(value) if value else value

    @field_validator("labels")
    @classmethod
    def _properties(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            parse_entry(entry)
        return value

    @field_validator("rate")
    @classmethod
    def _a_rate(cls, value: str) -> str:
        if value != "off":
            parse_rate(value)
        return value


_RATE = re.compile(r"\s*+([0-9]++)\s*+(?:/|per)\s*+([0-9]*+)\s*+(second|minute|hour|day|month|year)s?\s*+", re.I)
_PERIOD_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 30 * 86400, "year": 360 * 86400}


def parse_rate(text: str) -> tuple[int, float]:
    """How many, and in how many seconds. Raises ValueError for what is not a rate.

    >>> parse_rate("20/second"), parse_rate("100 per 2 minutes")
    ((20, 1.0), (100, 120.0))
    """
    match = _RATE.fullmatch(text)
    if match is None or not int(match[1]):
        raise ValueError(f"{text!r} is not a rate; write one such as 20/second, 600/minute or off")
    return int(match[1]), float(int(match[2] or 1) or 1) * _PERIOD_SECONDS[match[3].lower()]
