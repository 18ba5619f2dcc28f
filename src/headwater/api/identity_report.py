"""Who would fail if user ids had to come signed, or does since they have to."""

from __future__ import annotations

import msgspec
from litestar import delete, get
from litestar.handlers import HTTPRouteHandler

from headwater.api.auth import admin
from headwater.api.given import Deleted, GivenCaller, GivenWork
from headwater.api.ports import IdentityReport

TAG = "Workspace"


@get("/workspace/identity-report", operation_id="getIdentityReport", tags=[TAG], guards=[admin])
async def get_identity_report(caller: GivenCaller, work: GivenWork) -> IdentityReport:
    """How user ids came by each door while the workspace observes or requires signatures. Scope admin.

    Look here before `identityVerification` goes from observe to require: what is `missing` or `wrong` will fail then.
    """
    return msgspec.convert(await work.identity_report(caller.workspace_id), IdentityReport)


@delete("/workspace/identity-report", operation_id="resetIdentityReport", tags=[TAG], guards=[admin], status_code=200)
async def reset_identity_report(caller: GivenCaller, work: GivenWork) -> Deleted:
    """Begin the report anew, as after a mend. Scope admin."""
    await work.reset_identity_report(caller.workspace_id)
    return Deleted(id="identity-report", deleted=True)


ROUTES: list[HTTPRouteHandler] = [get_identity_report, reset_identity_report]
