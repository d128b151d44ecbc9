"""The deployment files say what the code needs: they parse, they wire the tiers, and every setting is documented."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
import yaml
from house import ROOT
from pydantic import BaseModel

from backend.settings import ApiSettings
from contract.settings import SharedSettings
from worker.settings import WorkerSettings

TOMLS = ("fly.toml", "railway.toml", "deploy/fly.worker.toml", "deploy/railway.worker.toml")
UNIT = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def compose() -> dict[str, Any]:
    return yaml.safe_load(text("docker-compose.yml"))


def settings_table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("settings_table", ROOT / "deploy" / "settings_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(settings: type[BaseModel], prefix: str = "STEMIFY_") -> Iterator[str]:
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from names(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper()


ALL_SETTINGS = sorted({name for kind in (SharedSettings, ApiSettings, WorkerSettings) for name in names(kind)})


@pytest.mark.parametrize("name", ALL_SETTINGS)
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{name}` |" in text("DEPLOYMENT.md"), "run: python deploy/settings_table.py --write"


def test_the_tables_of_settings_are_as_the_code_says() -> None:
    document = text("DEPLOYMENT.md")
    assert settings_table().written(document) == document, "run: python deploy/settings_table.py --write"


def test_either_tier_knows_the_names_of_both() -> None:
    assert settings_table().names() == text("contract/settings_names.toml"), (
        "run: python deploy/settings_table.py --write"
    )


@pytest.mark.parametrize(
    "name", ["DEPLOYMENT.md", "docker-compose.yml", "render.yaml", "Dockerfile.api", "Dockerfile.worker", *TOMLS]
)
def test_no_file_names_a_setting_that_does_not_exist(name: str) -> None:
    assert not set(re.findall(r"STEMIFY_[A-Z0-9_]+", text(name))) - set(ALL_SETTINGS)


def test_the_compose_file_s_own_names_are_documented_and_are_no_settings() -> None:
    own = set(re.findall(r"\$\{([A-Z_]+):-", text("docker-compose.yml")))
    assert not own & {*ALL_SETTINGS, "PORT", "REDIS_URL"}, "they would reach the API from .env"
    assert not [name for name in own if f"`{name}`" not in text("DEPLOYMENT.md")]


def test_the_compose_file_has_the_form_of_one() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_service_that_a_command_of_the_text_names_is_there() -> None:
    named = re.findall(r"compose (?:--profile \w+ )?(?:run --rm|exec|logs) ([a-z-]+)", text("DEPLOYMENT.md"))
    named += re.findall(r"--scale ([a-z-]+)=", text("DEPLOYMENT.md"))
    assert {"models", "valkey", "worker", "api"} <= set(named) <= set(compose()["services"])


def test_every_service_is_hardened() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["restart"] in {"unless-stopped", "no"}, name
        assert service["pids_limit"] > 0, name
        assert service["logging"]["options"]["max-size"], name


def test_only_nginx_is_published_and_the_back_has_no_way_out() -> None:
    assert [name for name, service in compose()["services"].items() if "ports" in service] == ["nginx"]
    assert compose()["networks"]["back"]["internal"] is True
    assert compose()["services"]["valkey"]["networks"] == ["back"]
    assert "env_file" not in compose()["services"]["valkey"]
    assert "env_file" not in compose()["services"]["nginx"]


def test_jobs_outlive_the_store() -> None:
    command = " ".join(compose()["services"]["valkey"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert "valkey:/data" in compose()["services"]["valkey"]["volumes"]


def test_both_tiers_share_the_storage_and_the_store() -> None:
    for name in ("api", "worker", "worker-gpu"):
        service = compose()["services"][name]
        assert "storage:/data" in service["volumes"], name
        assert service["environment"]["REDIS_URL"] == "redis://valkey:6379/0", name


def test_the_api_listens_where_nginx_looks_for_it_whatever_the_settings_say() -> None:
    port = compose()["services"]["api"]["environment"]["STEMIFY_PORT"]
    assert f"set $api api:{port};" in text("deploy/nginx.conf.template")
    assert f"\nEXPOSE {port}\n" in text("Dockerfile.api")


def test_nginx_lets_in_a_little_more_than_the_api_takes() -> None:
    default = compose()["services"]["nginx"]["environment"]["NGINX_MAX_BODY_SIZE"].split(":-")[1].rstrip("}")
    found = re.fullmatch(r"(\d+)([kmg]?)", default)
    assert found is not None
    limit = SharedSettings.model_fields["limits"].get_default().max_upload_bytes
    assert limit < int(found[1]) * UNIT[found[2]] < limit * 1.2


@pytest.mark.parametrize(
    "line",
    [
        "proxy_request_buffering off;",
        "proxy_buffering off;",
        "client_max_body_size ${NGINX_MAX_BODY_SIZE};",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
    ],
)
def test_nginx_streams_and_says_who_called(line: str) -> None:
    assert line in text("deploy/nginx.conf.template")


def test_the_image_of_the_api_has_no_worker_and_no_torch() -> None:
    recipe = text("Dockerfile.api")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", recipe, re.MULTILINE)
    assert {name for line in copied for name in line.split()} == {
        "pyproject.toml",
        "constraints.txt",
        "LICENSE",
        "THIRD_PARTY.md",
        "contract",
        "media",
        "backend",
    }
    installed = re.findall(r"'\.\[(.+)\]'", recipe)
    assert installed == ["api,s3"]
    assert not [line for line in recipe.splitlines() if "torch" in line and not line.startswith("#")]


def test_the_engine_does_without_what_the_image_of_a_worker_leaves_out() -> None:
    left_out = re.search(r" uninstall --yes ([a-z].+)$", text("Dockerfile.worker"), re.MULTILINE)
    assert left_out is not None
    names = left_out[1].replace("-", "_").split()
    loaded = "import sys, worker.engine.architectures, worker.engine.fast.htdemucs"
    code = f"{loaded}; print(*[name for name in {names!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


@pytest.mark.parametrize("name", ["Dockerfile.api", "Dockerfile.worker"])
def test_an_image_runs_without_root_and_stops_when_told(name: str) -> None:
    last = text(name).rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in last
    assert "\nSTOPSIGNAL SIGTERM\n" in last
    assert re.search(r"^HEALTHCHECK .*\\\n +CMD \[", last, re.MULTILINE)
    assert re.search(r'^CMD \["', last, re.MULTILINE), "the exec form, so that signals reach the process"
    assert "STEMIFY_PROFILE=public" in last
    assert "training" not in "".join(re.findall(r"^COPY .*$", text(name), re.MULTILINE))


def test_a_worker_told_to_stop_hands_its_job_back() -> None:
    assert "REMAP_SIGTERM=SIGQUIT" in text("Dockerfile.worker")


def test_builds_see_only_what_images_need() -> None:
    lines = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert not {"!tests", "!training", "!.git", "!.env"} & set(lines)


def test_render_wires_the_store_to_both_tiers() -> None:
    services = {service["name"]: service for service in yaml.safe_load(text("render.yaml"))["services"]}
    store = services["stemify-valkey"]
    assert (store["type"], store["maxmemoryPolicy"]) == ("keyvalue", "noeviction")
    assert services["stemify-api"]["healthCheckPath"] == "/health/live"
    for name in ("stemify-api", "stemify-worker"):
        variables = {entry["key"]: entry for entry in services[name]["envVars"] if "key" in entry}
        assert variables["REDIS_URL"]["fromService"]["name"] == "stemify-valkey"
        assert (ROOT / services[name]["dockerfilePath"]).is_file()


@pytest.mark.parametrize("name", TOMLS)
def test_the_platforms_build_files_that_exist(name: str) -> None:
    build = tomllib.loads(text(name))["build"]
    recipe = build.get("dockerfilePath") or (ROOT / name).parent.relative_to(ROOT) / build["dockerfile"]
    assert (ROOT / recipe).resolve().is_file()


def test_fly_and_railway_ask_the_api_whether_it_lives() -> None:
    assert tomllib.loads(text("fly.toml"))["http_service"]["checks"][0]["path"] == "/health/live"
    assert tomllib.loads(text("railway.toml"))["deploy"]["healthcheckPath"] == "/health/live"
