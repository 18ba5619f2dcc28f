"""Settings: which layer wins, and how a mistake is answered."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from headwater.app import settings
from headwater.app.settings import Settings, load
from headwater.base.errors import InvalidInput


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory without a settings file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(**environment: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        load(environment=environment)
    return caught.value.message


def test_every_setting_has_a_default_with_a_comment():
    text = (Path(settings.__file__).with_name("defaults.toml")).read_text()
    assert set(settings.defaults()) == {field.name for field in msgspec.structs.fields(Settings)}
    assert load(environment={}).port == 8080
    assert text.count("#") > len(settings.defaults()) / 2


def test_the_file_beats_the_defaults_the_environment_the_file_the_command_line_all(elsewhere: Path):
    (elsewhere / "headwater.toml").write_text('port = 1\nhost = "file"\nlog_level = "debug"\n')
    environment = {"HEADWATER_PORT": "2", "HEADWATER_HOST": "environment"}
    found = load(environment=environment, overrides={"port": 3})
    assert (found.port, found.host, found.log_level, found.region) == (3, "environment", "debug", "us")


def test_a_settings_file_can_be_named(elsewhere: Path):
    named = elsewhere / "other.toml"
    named.write_text("port = 9\n")
    assert load(environment={"HEADWATER_CONFIG": str(named)}).port == 9
    assert load(environment={}, file=named).port == 9


def test_a_named_file_that_is_not_there_is_an_error():
    assert "nowhere.toml cannot be read" in refusal(HEADWATER_CONFIG="nowhere.toml")


def test_a_file_that_is_no_toml_is_an_error(elsewhere: Path):
    (elsewhere / "headwater.toml").write_text("port: 1")
    assert "headwater.toml cannot be read" in refusal()


def test_lists_come_by_commas():
    found = load(environment={"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8, 10.0.0.0/8,", "HEADWATER_ROLES": "collect"})
    assert found.egress_allow == ["127.0.0.0/8", "10.0.0.0/8"]
    assert found.roles == ["collect"]


def test_lists_come_as_json_too():
    origins = '["https://ok.example", "https://b.example"]'
    found = load(environment={"HEADWATER_ALLOWED_ORIGINS": origins, "HEADWATER_SEND_RETRY_S": " [1, 2.5]"})
    assert found.allowed_origins == ["https://ok.example", "https://b.example"]
    assert found.send_retry_s == [1, 2.5]
    assert load(environment={"HEADWATER_ALLOWED_ORIGINS": "[]"}).allowed_origins == []


@pytest.mark.parametrize("written", ["['https://ok.example']", '["https://ok.example"', '[{"a": 1}]'])
def test_what_only_begins_as_a_json_list_is_an_error(written: str):
    told = refusal(HEADWATER_ALLOWED_ORIGINS=written)
    assert told.startswith("HEADWATER_ALLOWED_ORIGINS is ")
    assert "by commas" in told


def test_an_unknown_key_is_an_error_that_names_the_nearest(elsewhere: Path):
    told = refusal(HEADWATER_PUBLIC_ULR="https://x.example.com")
    assert "public_ulr" in told
    assert "Did you mean public_url?" in told
    (elsewhere / "headwater.toml").write_text("prot = 1\n")
    assert "Did you mean port?" in refusal()


def test_variables_of_the_command_line_are_no_settings():
    given = {"HEADWATER_URL": "http://x", "HEADWATER_TOKEN": "t", "HEADWATER_ADMIN_TOKEN": "a" * 16, "PATH": "/bin"}
    assert load(environment=given) == load(environment={})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "http", "port"),
        ("PORT", "70000", "0 to 65535"),
        ("REGION", "mars", "region is 'mars'; allowed are us, eu."),
        ("ROLES", "collect,sing", "roles holds 'sing'; allowed are collect, work, web, demo."),
        ("LOG_LEVEL", "loud", "allowed are debug, info, warning, error."),
        ("COMPAT", "true", "compat is 'true'; allowed are auto, on, off."),
        ("PUBLIC_URL", "data.example.com", "begins with http"),
        ("TLS_CERT", "cert.pem", "only one is set"),
        ("QUERY_ROWS", "0", "allowed are 1 to 100,000"),
        ("QUERY_ROWS", "100001", "allowed are 1 to 100,000"),
        ("TRUSTED_PROXIES", "10.0.0.0/99", "no address range"),
        ("EGRESS_ALLOW", "localhost", "no address range"),
        ("EGRESS_CA_FILE", "/nowhere/ca.pem", "/nowhere/ca.pem"),
        ("EGRESS_CA_FILE", __file__, "certificates in PEM"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_starts(name: str, value: str, told: str):
    sentence = refusal(**{f"HEADWATER_{name}": value})
    assert told in sentence
    assert sentence.endswith("Nothing was started.")


def test_the_data_directory_is_absolute(elsewhere: Path):
    assert load(environment={"HEADWATER_DATA": "here"}).data_dir == elsewhere / "here"


@pytest.mark.parametrize("url", ["notaurl", "ftp://a.example/", "https://", "https://[::1/"])
def test_an_alert_address_that_is_none_is_refused(url: str):
    assert f"send_alert_url is {url!r}" in refusal(HEADWATER_SEND_ALERT_URL=url)


def test_alerts_go_to_an_address_or_nowhere():
    url = "https://alerts.example/in?to=1"
    assert load(environment={"HEADWATER_SEND_ALERT_URL": url}).send_alert_url == url
    assert load(environment={"HEADWATER_SEND_ALERT_URL": ""}).send_alert_url == ""


@pytest.mark.parametrize(
    ("compat", "roles", "opened"),
    [("auto", "web", False), ("auto", "web,demo", True), ("on", "web", True), ("off", "web,demo", False)],
)
def test_the_doors_for_other_snippets_are_open_in_the_demo_or_as_set(compat: str, roles: str, opened: bool):
    assert load(environment={"HEADWATER_COMPAT": compat, "HEADWATER_ROLES": roles}).compatible is opened
