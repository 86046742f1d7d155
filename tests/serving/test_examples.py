"""The examples of the operations guide: units, compose file, proxies say what the program understands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from dataclasses import fields
from pathlib import Path

import pytest

from docctl.cli.program import COMMANDS
from docctl.config import PREFIX, Settings

FOLDER = Path(__file__).parents[2] / "docs" / "operations"
UNITS = ("docctl-web.service", "docctl-worker.service")

#: What the compose file takes for its own services.
ITS_OWN = {"DOCCTL_DATABASE_PASSWORD", "DOCCTL_STORE_IMAGE"}

#: What keeps a unit to its data folder.
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "StateDirectory": "docctl docctl-keys",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "CapabilityBoundingSet": "",
}


def ran(*command: object, folder: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    words = [str(one) for one in command]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=100, check=False)


def unit(name: str) -> ConfigParser:
    found = ConfigParser(interpolation=None, strict=True)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string((FOLDER / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda one: one.name)
def test_an_example_names_only_settings_that_there_are(path: Path) -> None:
    known = {f"{PREFIX}{one.name.upper()}" for one in fields(Settings)} | ITS_OWN
    assert set(re.findall(r"DOCCTL_[A-Z_]+", path.read_text("utf-8"))) <= known


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_kept_to_its_data_folder_and_starts_again(name: str) -> None:
    service = unit(name)["Service"]
    assert {key: service.get(key) for key in HARDENED} == HARDENED
    assert service["Restart"] in {"on-failure", "always"}
    assert service["User"] != "root"


def test_the_worker_unit_gives_a_command_that_there_is() -> None:
    program, command = unit("docctl-worker.service")["Service"]["ExecStart"].split()
    assert program.endswith("/docctl")
    assert command in COMMANDS


def test_gunicorn_understands_what_the_web_unit_asks_of_it() -> None:
    command = unit("docctl-web.service")["Service"]["ExecStart"].split()
    assert command[0].endswith("/gunicorn")
    config = ("-m", "gunicorn", "--print-config", *command[1:])
    asked = ran(sys.executable, *config, folder=FOLDER.parents[1])
    told = dict(re.findall(r"^(\w+) += (.*)$", asked.stdout, re.MULTILINE))
    assert asked.returncode == 0, asked.stderr
    assert (told["workers"], told["threads"], told["preload_app"]) == ("2", "8", "False")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_a_unit(name: str, tmp_path: Path) -> None:
    text = (FOLDER / name).read_text("utf-8")
    text = re.sub(r"^(User|Group|WorkingDirectory|EnvironmentFile)=.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^(ExecStart=)\S+", rf"\g<1>{sys.executable}", text, flags=re.MULTILINE)
    (tmp_path / name).write_text(text)
    found = ran("systemd-analyze", "verify", tmp_path / name)
    ours = [line for line in found.stderr.splitlines() if "docctl" in line]
    assert (found.returncode, ours) == (0, [])


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="no docker-compose here")
def test_compose_understands_its_file() -> None:
    found = ran("docker-compose", "-f", FOLDER / "compose.yaml", "config", "--services")
    assert found.returncode == 0, found.stderr
    assert {"web", "worker", "proxy"} <= set(found.stdout.split())


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_understands_its_example(tmp_path: Path) -> None:
    key, certificate = tmp_path / "docctl.key", tmp_path / "docctl.crt"
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x")
    assert ran(*made, "-keyout", key, "-out", certificate).returncode == 0
    text = (FOLDER / "nginx.conf").read_text("utf-8").replace("/etc/nginx/", f"{tmp_path}/")
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off;\n{text}}}\n"
    (tmp_path / "whole.conf").write_text(whole)
    found = ran("nginx", "-t", "-c", tmp_path / "whole.conf")
    assert found.returncode == 0, found.stderr


@pytest.mark.skipif(not shutil.which("caddy"), reason="no caddy here")
def test_caddy_understands_its_example() -> None:
    found = ran("caddy", "validate", "--adapter", "caddyfile", "--config", FOLDER / "Caddyfile")
    assert found.returncode == 0, found.stderr
