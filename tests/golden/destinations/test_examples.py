"""Every example of every bundled destination: what its page promises is what the destination makes."""

from __future__ import annotations

import pytest

from headwater.catalog.destination import DestinationExample, DestinationSpec
from headwater.catalog.destination_example import run_example
from headwater.catalog.destination_load import load_destinations

SPECS = load_destinations().destinations()
EXAMPLES = [
    pytest.param(spec, example, id=f"{spec.slug}: {example.title}") for spec in SPECS for example in spec.examples
]


@pytest.mark.parametrize(("spec", "example"), EXAMPLES)
def test_the_example_gives_its_request(spec: DestinationSpec, example: DestinationExample):
    made = run_example(spec, example)
    assert made.url == example.url
    assert made.body == example.body
    assert example.headers.items() <= made.headers.items()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.slug)
def test_there_are_examples_troubles_and_an_honest_word(spec: DestinationSpec):
    assert spec.examples
    assert len(spec.troubles) >= 3
    assert spec.verified.startswith(("Never run against the real service", "Tested"))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.slug)
def test_every_required_setting_is_given_in_every_example(spec: DestinationSpec):
    required = {setting.name for setting in spec.settings if setting.required}
    assert all(required <= example.settings.keys() for example in spec.examples)
