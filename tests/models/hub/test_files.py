"""From what is typed to files: names that lead nowhere else, projectors, hashes, the cache."""

import hashlib
import logging
from pathlib import Path

import pytest

from vtk.errors import MissingError, UsageError
from vtk.models.hub import repo_names
from vtk.models.hub.catalog import find
from vtk.models.hub.files import (
    Remote,
    blob_sha256,
    cached_path,
    is_path,
    remote_files,
    resolve,
    sha256,
)
from vtk.models.hub.projector import projector_beside
from vtk.models.hub.verify import installed_path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the hub of its own."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def put(cache: Path, repo: str, file: str, content: bytes = b"GGUF") -> Path:
    """Bring a file into the cache as huggingface_hub does."""
    folder = cache / f"models--{repo.replace('/', '--')}"
    blob = folder / "blobs" / hashlib.sha256(content).hexdigest()
    link = folder / "snapshots" / COMMIT / file
    for path in (blob, link, folder / "refs" / "main"):
        path.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(content)
    link.symlink_to(blob)
    (folder / "refs" / "main").write_text(COMMIT)
    return link


def folder_of(home: Path, *files: str) -> Path:
    for file in files:
        (home / file).write_bytes(b"GGUF")
    return home


@pytest.mark.parametrize(
    "name",
    [
        *("hf:", "hf:owner", "hf:owner/repo", "hf:../../x.gguf", "hf:a/../x.gguf"),
        *("hf:owner/repo/../../../x.gguf", "hf:owner/repo//x.gguf", "hf:/owner/repo/x.gguf"),
        *("hf:owner/repo/x\0.gguf", "hf:owner/repo/a\\b.gguf", "hf:-o/repo/x.gguf", "x\0", ""),
        *("hf:owner/a--b/x.gguf", "hf:owner/repo/./x.gguf"),
    ],
)
def test_a_name_leads_nowhere_else(name: str) -> None:
    with pytest.raises(UsageError):
        remote_files(name)
    with pytest.raises(UsageError):
        resolve(name)


def test_a_file_on_the_hub_is_named_with_folders_and_parts() -> None:
    assert remote_files("hf:owner/repo/sub/x.gguf") == [Remote("owner/repo", "sub/x.gguf")]
    split = remote_files("hf:owner/repo/x-00001-of-00003.gguf")
    assert [remote.file for remote in split] == [f"x-0000{n}-of-00003.gguf" for n in (1, 2, 3)]


def test_an_address_that_the_catalog_knows_brings_its_projector() -> None:
    both = remote_files("hf:Qwen/Qwen3-VL-4B-Instruct-GGUF/Qwen3VL-4B-Instruct-Q8_0.gguf")
    assert both == remote_files("qwen3-vl-4b:q8_0")
    assert [remote.file[:6] for remote in both] == ["Qwen3V", "mmproj"]
    assert remote_files("hf:Qwen/Qwen3-VL-4B-Instruct-GGUF") == remote_files("qwen3-vl-4b")


def test_quantizations_are_read_from_names() -> None:
    read = {
        "a-Q4_K_M.gguf": "q4_k_m",
        "a.Q8_0.gguf": "q8_0",
        "a-f16.gguf": "f16",
        "a-IQ2_XXS.gguf": "iq2_xxs",
        "a-BF16-00001-of-00002.gguf": "bf16",
        "a.gguf": None,
    }
    assert {name: repo_names.quantization(name) for name in read} == read


def test_a_path_is_a_model(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(home, "m-Q4_0.gguf")
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    for name in ("m-Q4_0.gguf", "./m-Q4_0.gguf", "~/m-Q4_0.gguf", str(home / "m-Q4_0.gguf")):
        files = resolve(name)
        assert files.name == "m-Q4_0"
        assert files.model.samefile(home / "m-Q4_0.gguf")
        assert (files.mmproj, files.entry) == (None, None)
    with pytest.raises(MissingError, match=r"there is no file none\.gguf"):
        resolve("none.gguf")
    with pytest.raises(UsageError, match="nothing to fetch"):
        remote_files("./m-Q4_0.gguf")


def test_a_split_model_has_all_its_parts(home: Path) -> None:
    folder_of(home, "m-00001-of-00002.gguf")
    with pytest.raises(MissingError, match="m-00002-of-00002"):
        resolve(str(home / "m-00001-of-00002.gguf"))


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["Qwen3VL-4B-Instruct-Q4_K_M", "mmproj-Qwen3VL-4B-Instruct-F16"], 1),
        (["a-Q4_K_M", "mmproj-of-something-F16"], 1),  # the only two in the folder
        (["a-Q4_K_M", "a-Q8_0", "mmproj-F16"], 2),  # names no model
        (["a-4b-Q4_K_M", "a-8b-Q4_K_M", "mmproj-a-8b-F16"], None),
        (["a-4b-Q4_K_M", "mmproj-a-4b-F16", "mmproj-a-8b-F16"], 1),
        (["a-4b-it-Q4_K_M", "mmproj-a-F16", "mmproj-a-4b-F16"], 2),
        (["a-4b-it-Q4_K_M", "mmproj-model-f16", "mmproj-a-4b-F16"], 2),
        (["a-Q4_K_M", "mmproj-F16", "mmproj-BF16"], None),
        (["a-Q4_K_M", "b-Q4_K_M"], None),
    ],
)
def test_the_projector_beside_a_model_is_found(
    home: Path, files: list[str], found: int | None
) -> None:
    folder = folder_of(home, *(f"{file}.gguf" for file in files))
    expected = None if found is None else folder / f"{files[found]}.gguf"
    assert projector_beside(folder / f"{files[0]}.gguf") == expected


def test_projectors_that_fit_equally_well_are_told(
    home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(home, "a-Q4_0.gguf", "mmproj-a-F16.gguf", "mmproj-a-Q8_0.gguf")
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    assert resolve(str(folder / "a-Q4_0.gguf")).mmproj is None
    assert "mmproj-a-F16.gguf and mmproj-a-Q8_0.gguf fit a-Q4_0.gguf equally well" in caplog.text
    caplog.clear()
    given = resolve(str(folder / "a-Q4_0.gguf"), mmproj=str(folder / "mmproj-a-F16.gguf"))
    assert given.mmproj == folder / "mmproj-a-F16.gguf"
    assert not caplog.text


def test_a_folder_is_a_model_where_weights_are_in_it(home: Path) -> None:
    with pytest.raises(MissingError, match=r"holds no model: neither model\.bin nor open_clip"):
        resolve(f"{home}/")
    folder_of(home, "open_clip_pytorch_model.bin", "open_clip_model.safetensors")
    assert resolve(f"{home}/").model == home / "open_clip_model.safetensors"
    folder_of(home, "model.bin")
    files = resolve(f"{home}/")
    assert (files.name, files.model, files.entry) == (home.name, home / "model.bin", None)


def test_a_folder_here_needs_no_slash_unless_a_model_has_its_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    for name in ("speech", "whisper-tiny", "whisper-tiny-en"):
        (home / name).mkdir()
        folder_of(home / name, "model.bin")
    assert resolve("speech").model == Path("speech/model.bin")
    assert (is_path("whisper-tiny"), is_path("whisper-tiny/")) == (False, True)
    folder_of(home, "mmproj-m.gguf", "n-Q8_0.gguf")
    with pytest.raises(MissingError, match=r"name the \.gguf file in it, such as .*n-Q8_0\.gguf"):
        resolve(str(home))


def test_a_folder_in_the_users_catalog_is_a_speech_model(home: Path) -> None:
    folder = home / "config" / "vtk"
    (folder / "tiny").mkdir(parents=True)
    (folder / "models.toml").write_text("[mine]\nkind = 'speech'\npath = 'tiny'\n")
    with pytest.raises(MissingError, match="holds no model"):
        resolve("mine")
    assert not installed_path(find("mine"))
    folder_of(folder / "tiny", "model.bin")
    files = resolve("mine")
    assert (files.name, files.model) == ("mine", folder / "tiny" / "model.bin")
    assert installed_path(find("mine")) == files.model


def test_an_entry_of_the_user_may_be_local(home: Path) -> None:
    folder = home / "config" / "vtk"
    folder.mkdir(parents=True)
    (folder / "models.toml").write_text("[mine]\nkind = 'vlm'\npath = 'm-Q4_0.gguf'\n")
    with pytest.raises(MissingError, match="there is no file"):
        resolve("mine")
    folder_of(folder, "m-Q4_0.gguf", "mmproj-m-F16.gguf")
    files = resolve("mine")
    assert (files.name, files.mmproj) == ("mine", folder / "mmproj-m-F16.gguf")
    assert files.entry
    assert files.entry.kind == "vlm"


def test_a_model_in_the_cache_is_found_whole_or_missed_by_the_command_that_gets_it(
    cache: Path,
) -> None:
    repo = "Qwen/Qwen3-VL-4B-Instruct-GGUF"
    model = put(cache, repo, "Qwen3VL-4B-Instruct-Q4_K_M.gguf")
    with pytest.raises(MissingError, match=r"mmproj-.* is not here; `vtk models pull qwen3-vl-4b`"):
        resolve("qwen3-vl-4b")
    mmproj = put(cache, repo, "mmproj-Qwen3VL-4B-Instruct-F16.gguf")
    files = resolve("qwen3-vl-4b")
    assert (files.name, files.model, files.mmproj) == ("qwen3-vl-4b-q4_k_m", model, mmproj)
    assert resolve(f"hf:{repo}/{model.name}") == files
    other = put(cache, "me/other", "mmproj-x.gguf")
    assert resolve("qwen3-vl-4b", mmproj="hf:me/other/mmproj-x.gguf").mmproj == other
    with pytest.raises(UsageError, match="neither a path nor hf:"):
        resolve("qwen3-vl-4b", mmproj="other")


def test_a_revision_is_looked_for_as_such(cache: Path) -> None:
    put(cache, "me/m", "m.gguf")
    assert cached_path(Remote("me/m", "m.gguf"))
    assert cached_path(Remote("me/m", "m.gguf", COMMIT))
    assert not cached_path(Remote("me/m", "m.gguf", "v2"))


def test_open_clip_models_are_found_by_their_own_list(home: Path, cache: Path) -> None:
    pytest.importorskip("open_clip.pretrained")
    folder = home / "config" / "vtk"
    folder.mkdir(parents=True)
    (folder / "models.toml").write_text(
        "[mine]\nkind = 'clip'\nmodel = 'PE-Core-B-16'\npretrained = 'meta'\n"
        "[hub]\nkind = 'clip'\nmodel = 'hf-hub:me/m'\n"
        "[none]\nkind = 'clip'\nmodel = 'PE-Core-B-16'\npretrained = 'nonsense'\n"
    )
    assert remote_files("mine") == remote_files("pe-core-b")
    assert remote_files("hub") == [Remote("me/m", "open_clip_model.safetensors")]
    with pytest.raises(UsageError, match="open_clip has no"):
        remote_files("none")
    weights = put(cache, "timm/PE-Core-B-16", "open_clip_model.safetensors")
    assert resolve("mine").model == weights


def test_a_hash_is_that_of_the_whole_file_and_tells_how_far_it_is(home: Path) -> None:
    content = bytes(range(256)) * 4096
    (home / "x").write_bytes(content)
    told: list[tuple[int, int]] = []
    found = sha256(home / "x", lambda done, total: told.append((done, total)))
    assert found == hashlib.sha256(content).hexdigest() == sha256(home / "x")
    assert told[-1] == (len(content), len(content))


def test_the_hubs_hash_is_read_from_the_cache_only(home: Path, cache: Path) -> None:
    assert blob_sha256(put(cache, "me/m", "m.gguf")) == hashlib.sha256(b"GGUF").hexdigest()
    assert blob_sha256(folder_of(home, "x.gguf") / "x.gguf") is None
