"""Events joined with one's own data, with figures worked out by hand."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.server import Server

# Who saw the content, and when; all signed up on 1 March. Adopted within 14 days means before 15 March.
#   ann  saw it, adopted on 5 March,  renewed      bob  saw it, adopted on 20 March (too late), did not renew
#   cid  saw it, adopted on 2 March,  renewed      dora did not see it, adopted on 10 March, renewed
#   eve  did not see it, never adopted, left       fred did not see it, never adopted, renewed
ACCOUNTS = b"""user_id,signed_up_at,renewed
ann,2026-03-01T00:00:00Z,true
bob,2026-03-01T00:00:00Z,false
cid,2026-03-01T00:00:00Z,true
dora,2026-03-01T00:00:00Z,true
eve,2026-03-01T00:00:00Z,false
fred,2026-03-01T00:00:00Z,true
"""
SAW = ("ann", "bob", "cid")
ADOPTED = {"ann": "2026-03-05", "bob": "2026-03-20", "cid": "2026-03-02", "dora": "2026-03-10"}
QUERY = """
WITH people AS (
  SELECT a.user_id, a.signed_up_at, a.renewed, min(v.timestamp) AS saw_at, min(r.timestamp) AS adopted_at
  FROM production.accounts a
  LEFT JOIN candu_prod.tutorial_view v ON v.user_id = a.user_id AND v.tutorial_id = 7
  LEFT JOIN web_app.report_created r ON r.user_id = a.user_id
  GROUP BY ALL
)
SELECT saw_at IS NOT NULL AS saw, count(*),
       count(*) FILTER (adopted_at < signed_up_at + INTERVAL 14 DAY), count(*) FILTER (renewed)
FROM people GROUP BY ALL ORDER BY saw DESC
"""


def upload(server: Server, name: str, content: bytes, kind: str = "text/csv") -> httpx.Response:
    headers = {"authorization": f"Bearer {server.token}", "content-type": kind}
    return httpx.post(f"{server.url}/api/v1/tables?name={name}", content=content, headers=headers, timeout=30)


@pytest.mark.seed("S1.17")
def test_interactions_join_with_production_data(shared_server: Server) -> None:
    server = shared_server
    candu = server.add_source("candu", "Candu_Prod")["writeKeys"][0]
    web = server.add_source("http-api", "Web_App")["writeKeys"][0]
    made = upload(server, "accounts", ACCOUNTS)
    assert made.status_code == 201, made.text
    views = [call(person, "screen", "2026-03-01", name="tutorial.view", properties=content()) for person in SAW]
    reports = [call(person, "track", day, event="Report Created") for person, day in ADOPTED.items()]
    assert server.send("/v1/batch", {"batch": views}, key=candu).json() == {"success": True}
    assert server.send("/v1/batch", {"batch": reports}, key=web).json() == {"success": True}
    server.rows("SELECT count(*) FROM web_app.report_created", lambda rows: rows == [[4]])
    server.rows("SELECT count(*) FROM candu_prod.tutorial_view", lambda rows: rows == [[3]])
    assert server.sql(QUERY) == [[True, 3, 2, 2], [False, 3, 1, 2]]


def call(person: str, kind: str, day: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "userId": person, "timestamp": f"{day}T12:00:00Z", **fields}


def content() -> dict[str, Any]:
    return {"tutorialId": 7, "portalId": 1, "segmentId": "Everyone", "versionId": "v1"}
