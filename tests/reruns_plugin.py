"""A test that is run again starts clean: what its module set up is torn down first, and its time begins anew.

pytest-rerunfailures keeps fixtures of module and class scope for the second run, with all that the first one made in
them, and pytest-timeout stops its clock at the first failure. Both would let the second run fail, or hang, for what
the first one did.
"""

from __future__ import annotations

import pytest
import pytest_rerunfailures
import pytest_timeout


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What fails while the module is torn down fails this run."""
    if getattr(item, "execution_count", 1) > 1:
        _start_the_clock(item)
        _tear_the_module_down(item)


def _start_the_clock(item: pytest.Item) -> None:
    """The clock is stopped by pytest-timeout itself, once the last run is over."""
    settings = pytest_timeout._get_item_settings(item)
    if settings.timeout and not settings.func_only:
        item.config.hook.pytest_timeout_cancel_timer(item=item)
        item.config.hook.pytest_timeout_set_timer(item=item, settings=settings)


def _tear_the_module_down(item: pytest.Item) -> None:
    """Its fixtures end in the order of a module's end, and the next test that asks sets them up; session's stay.

    The plugin takes scopes that outlive a test off pytest's stack when it expects a second run, and would put them
    back over those of the second run: what that run was the first to set up would never be torn down.
    """
    module = item.getparent(pytest.Module)
    assert module is not None
    state = item.session._setupstate
    state.stack.update(pytest_rerunfailures.suspended_finalizers)
    pytest_rerunfailures.suspended_finalizers.clear()
    state.teardown_exact(module.parent)
