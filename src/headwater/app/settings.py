"""Settings: `defaults.toml` < `headwater.toml` < `HEADWATER_*` < the command line. An unknown key is an error."""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import msgspec

from headwater.base.errors import InvalidInput
from headwater.base.query import MAX_ROWS

PREFIX = "HEADWATER_"
GIB = 1024**3
ELSEWHERE = {"HEADWATER_CONFIG", "HEADWATER_ADMIN_TOKEN", "HEADWATER_CHROMIUM", "HEADWATER_URL", "HEADWATER_TOKEN"}
"""Variables with our prefix that are no settings."""

Role = Literal["collect", "work", "web", "demo"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each key means stands beside its default in `defaults.toml`."""

    host: str
    port: int
    data: str
    roles: list[Role]
    public_url: str
    tls_cert: str
    tls_key: str
    trusted_proxies: list[str]
    allowed_origins: list[str]
    region: Literal["us", "eu"]
    source_events_per_s: float
    keep_alive_s: int
    journal_segment_bytes: int
    journal_keep_days: float
    journal_keep_gib: float
    journal_free_gib: float
    journal_max_gib: float
    journal_when_full: Literal["refuse", "expire"]
    dedupe_window_h: float
    dedupe_max_ids: int
    warehouse_memory_mib: int
    warehouse_threads: int
    warehouse_load_every_ms: int
    query_timeout_s: float
    query_memory_mib: int
    query_rows: int
    egress_allow: list[str]
    send_retry_s: list[float]
    send_timeout_s: float
    send_at_once: int
    send_at_once_each: int
    send_keep_days: float
    send_disable_after_days: float
    send_alert_url: str
    send_files_dir: str
    egress_ca_file: str
    catalog_dirs: list[str]
    scripts_dir: str
    compat: Literal["auto", "on", "off"]
    log_level: Literal["debug", "info", "warning", "error"]
    log_format: Literal["text", "json"]

    @property
    def journal_max_bytes(self) -> int:
        return int(self.journal_max_gib * GIB)

    @property
    def compatible(self) -> bool:
        return self.compat == "on" or (self.compat == "auto" and "demo" in self.roles)

    @property
    def catalog_paths(self) -> tuple[Path, ...]:
        return tuple(Path(directory).absolute() for directory in self.catalog_dirs)

    @property
    def data_dir(self) -> Path:
        return Path(self.data).absolute()


def load(
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Raises InvalidInput that names the key, the value, and what is allowed."""
    environment = os.environ if environment is None else environment
    values = defaults()
    for origin, layer in (
        (str(file or "headwater.toml"), _from_file(file, environment)),
        ("the environment", _from_environment(environment, values)),
        ("the command line", dict(overrides or {})),
    ):
        _refuse_unknown(layer, values, origin)
        values |= layer
    return _checked(values)


def defaults() -> dict[str, Any]:
    return tomllib.loads(resources.files("headwater.app").joinpath("defaults.toml").read_text("utf-8"))


def _from_file(file: Path | None, environment: Mapping[str, str]) -> dict[str, Any]:
    named = file or (Path(environment["HEADWATER_CONFIG"]) if environment.get("HEADWATER_CONFIG") else None)
    path = named or Path("headwater.toml")
    if named is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the settings file {path} cannot be read: {error}. Nothing was started.") from error


def _from_environment(environment: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name in ELSEWHERE:
            continue
        key = name[len(PREFIX) :].lower()
        found[key] = _parse(name, text, known.get(key))
    return found


def _parse(name: str, text: str, like: Any) -> Any:
    """A variable's text as the type of the key's default."""
    if isinstance(like, list):
        return _parse_list(name, text)
    if isinstance(like, int) and not isinstance(like, bool):
        try:
            return int(text)
        except ValueError:
            return text
    return text


def _parse_list(name: str, text: str) -> list[Any]:
    """By commas, or as JSON when it begins so."""
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return msgspec.json.decode(text, type=list[str | float])
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"{name} is {text!r}, which begins as a JSON list and is none ({error}). Write its items by commas, or as"
            ' ["one", "two"]. Nothing was started.'
        ) from None


def _refuse_unknown(layer: Mapping[str, Any], known: Mapping[str, Any], origin: str) -> None:
    for key in layer:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise InvalidInput(
                f"{origin} sets {key}, which is no setting.{hint} Allowed: {', '.join(sorted(known))}."
                " Nothing was started."
            )


def _checked(values: Mapping[str, Any]) -> Settings:
    _check_choices(values)
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"a setting has a wrong value: {error}. Nothing was started.") from error
    if not 0 <= settings.port <= 65535:
        raise InvalidInput(f"port is {settings.port}; allowed are 0 to 65535. Nothing was started.")
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise InvalidInput("tls_cert and tls_key go together; only one is set. Nothing was started.")
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        raise InvalidInput(
            f"public_url is {settings.public_url!r}; it begins with http:// or https://. Nothing was started."
        )
    if settings.send_alert_url and not _is_url(settings.send_alert_url):
        raise InvalidInput(
            f"send_alert_url is {settings.send_alert_url!r}; it is an address like https://host/path, or empty."
            " Nothing was started."
        )
    if settings.journal_max_gib < settings.journal_keep_gib + 4 * settings.journal_segment_bytes / GIB:
        raise InvalidInput(
            f"journal_max_gib is {settings.journal_max_gib:g}; it must be above journal_keep_gib"
            f" ({settings.journal_keep_gib:g}) by four segments at least, or the door would refuse events while there"
            " is room. Nothing was started."
        )
    if not 1 <= settings.query_rows <= MAX_ROWS:
        raise InvalidInput(f"query_rows is {settings.query_rows}; allowed are 1 to {MAX_ROWS:,}. Nothing was started.")
    for key in ("trusted_proxies", "egress_allow"):
        _check_networks(key, getattr(settings, key))
    _check_authorities(settings.egress_ca_file)
    return settings


def _check_choices(values: Mapping[str, Any]) -> None:
    for field in msgspec.structs.fields(Settings):
        several = get_origin(field.type) is list
        kind = get_args(field.type)[0] if several else field.type
        if get_origin(kind) is not Literal:
            continue
        given, allowed = values[field.name], get_args(kind)
        for each in given if several and isinstance(given, list) else [given]:
            if each not in allowed:
                raise InvalidInput(
                    f"{field.name} {'holds' if several else 'is'} {each!r}; allowed are {', '.join(allowed)}."
                    " Nothing was started."
                )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _check_authorities(path: str) -> None:
    if not path:
        return
    import ssl  # some megabytes, and most installations have no such file

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        raise InvalidInput(
            f"egress_ca_file is {path!r}, which cannot be read as certificates in PEM ({error}). Nothing was started."
        ) from None


def _check_networks(key: str, networks: list[str]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise InvalidInput(
                f"{key} holds {network!r}, which is no address range ({error}); write it as 10.0.0.0/8."
                " Nothing was started."
            ) from None
