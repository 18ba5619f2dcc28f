"""What a browser client asks before its first event: where to send, and as which source.

The client sends with the `apiKey` it finds here, not with the one it was loaded with, so the key is echoed.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

_HOST = re.compile(r"[A-Za-z0-9.\-_:\[\]]{1,255}")


def api_host(public_url: str, scheme: str, host_header: str) -> tuple[str, str] | None:
    """(protocol, host with port and `/v1`): of the public URL if one is set, else as the client came.

    None when neither says a host.
    """
    if public_url:
        parts = urlsplit(public_url)
        return parts.scheme, parts.netloc.rpartition("@")[2] + parts.path.rstrip("/") + "/v1"
    if _HOST.fullmatch(host_header):
        return scheme, host_header + "/v1"
    return None


def settings(write_key: str, protocol: str, host: str) -> bytes:
    """The settings file of analytics-next and the mobile clients: one integration, everything on, no telemetry."""
    enabled = {"enabled": True}
    return msgspec.json.encode(
        {
            "integrations": {
                "Segment.io": {
                    "apiKey": write_key,
                    "apiHost": host,
                    "protocol": protocol,
                    "unbundledIntegrations": [],
                    "addBundledMetadata": True,
                    "maybeBundledConfigIds": {},
                }
            },
            "plan": {
                "track": {"__default": {**enabled, "integrations": {}}},
                "identify": {"__default": enabled},
                "group": {"__default": enabled},
            },
            "edgeFunction": {},
            "analyticsNextEnabled": True,
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
        }
    )
