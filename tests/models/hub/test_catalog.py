"""The catalog: well formed as it is shipped, extended by users, and clear where they err."""

from pathlib import Path

import pytest

from vtk.errors import MissingError, UsageError
from vtk.models.hub import repo_names
from vtk.models.hub.catalog import (
    KINDS,
    PACKAGED,
    Entry,
    catalog,
    find,
    invalid_entries,
    packaged,
    user_file,
)
from vtk.models.hub.files import remote_files, resolve

ENDS = {"clip": ".safetensors", "speech": "model.bin"}
SHIPPED = [entry for group in packaged().values() for entry in group]


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file, which is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "vtk").mkdir()
    return tmp_path / "vtk" / "models.toml"


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.name)
def test_an_entry_is_well_formed(entry: Entry) -> None:
    assert entry.kind in KINDS
    for told in (entry.licence, entry.parameters, entry.repo, entry.note):
        assert told
    if not entry.file:  # the server fetches it
        assert str(entry.repo) in str(entry.serve)
        return
    assert entry.gb
    assert entry.working_gb or entry.serve
    assert entry.context or entry.serve or entry.kind == "ocr"
    network = entry.name == "pp-ocrv6-medium"
    served_speech = entry.kind == "speech" and bool(entry.serve)
    ending = ".onnx" if network else ".gguf" if served_speech else ENDS.get(entry.kind, ".gguf")
    assert entry.file.endswith(ending)
    assert bool(entry.model and entry.pretrained) == (entry.kind == "clip")
    sees = entry.kind in ("vlm", "ocr") and not network
    assert bool(entry.mmproj) == (sees or served_speech or entry.name == "qwen3-vl-embedding-2b")
    assert not entry.mmproj or ("mmproj" in entry.mmproj and entry.mmproj.endswith(".gguf"))
    assert (entry.ocr_prompt is not None) == (entry.kind == "ocr" and not network)
    if ending == ".gguf":
        assert entry.quantization == repo_names.quantization(entry.file)
    assert find(entry.name) == find(entry.label) == entry


def test_every_kind_is_there_and_no_two_entries_are_the_same_file() -> None:
    assert {entry.kind for entry in SHIPPED} == set(KINDS)
    assert len({(entry.repo, entry.file) for entry in SHIPPED}) == len(SHIPPED)
    assert [entry.name for entry in SHIPPED if entry.run] == ["whisper-tiny.en"]
    assert len({entry.label for entry in SHIPPED}) == len(SHIPPED)


def test_open_clip_knows_the_models_by_these_names() -> None:
    pretrained = pytest.importorskip("open_clip.pretrained")
    for entry in SHIPPED:
        if entry.kind == "clip":
            known = pretrained.get_pretrained_cfg(entry.model, entry.pretrained)
            assert known["hf_hub"] == f"{entry.repo}/", entry.name


def test_a_quantization_is_chosen_in_either_form() -> None:
    first, other = find("qwen3-vl-4b"), find("qwen3-vl-4b:q8_0")
    assert (first.quantization, other.quantization) == ("q4_k_m", "q8_0")
    assert find("qwen3-vl-4b:q4_k_m") == find("qwen3-vl-4b-q4_k_m") == first
    assert find("Qwen3-VL-4B-Q8_0") == other
    assert first.label == "qwen3-vl-4b-q4_k_m"
    assert first.gb
    assert other.gb
    assert first.gb < other.gb
    assert first.memory_gb
    assert first.memory_gb > first.gb


def test_an_unknown_name_tells_what_is_near() -> None:
    with pytest.raises(MissingError, match=r"qwen3-vl-4b.*`vtk models list`"):
        find("qwen3-vl-4")
    with pytest.raises(MissingError, match=r"no model is called 'zzzz'; `vtk"):
        find("zzzz")


@pytest.mark.parametrize("name", ["qwen3-asr-0.6b", "timelens-7b", "qwen3-vl-embedding-2b"])
def test_a_model_behind_a_server_only_is_told_with_the_command_that_serves_it(name: str) -> None:
    serve = find(name).serve
    assert serve
    with pytest.raises(MissingError) as raised:
        resolve(name)
    assert str(raised.value) == f"{name} runs behind a server only: `{serve}`, then --endpoint URL"
    if not find(name).file:
        with pytest.raises(UsageError, match=f"{name} is fetched by its server: `vllm serve"):
            remote_files(name)


def test_users_add_and_replace_entries(own: Path) -> None:
    own.write_text(
        "[mine]\nkind = 'vlm'\npath = 'm-Q4_0.gguf'\nmmproj_path = '/x/mmproj.gguf'\n"
        "[qwen3-vl-4b]\nkind = 'vlm'\nrepo = 'me/mine'\nfile = 'tuned-Q6_K.gguf'\n"
    )
    mine = find("mine")
    assert (mine.path, mine.mmproj_path) == (own.parent / "m-Q4_0.gguf", Path("/x/mmproj.gguf"))
    assert find("qwen3-vl-4b-q6_k").repo == "me/mine"
    assert "qwen3-vl-4b:q8_0" not in catalog()
    assert "qwen3-vl-8b:q8_0" in catalog()


def test_values_may_go_by_quantization(own: Path) -> None:
    digest = "ab" * 32
    own.write_text(
        "[mine]\nkind = 'llm'\nrepo = 'me/mine'\nquants = { Q4_0 = 'a.gguf', q8_0 = 'b.gguf' }\n"
        f"gb = {{ q4_0 = 1, q8_0 = 2 }}\nsha256 = {{ q8_0 = '{digest}' }}\nlicence = 'MIT'\n"
    )
    first, other = find("mine"), find("mine:q8_0")
    assert (first.gb, other.gb) == (1, 2)
    assert (first.sha256, other.sha256) == (None, digest)
    assert first.licence == other.licence == "MIT"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = = 1", "is not TOML"),
        ("\xff", "is not TOML"),
        ("name = 1", "name must be a table"),
        ("['a/b']\nkind = 'llm'", "lower-case letters"),
        ("[a]\nrepo = 'me/a'\nfile = 'a.gguf'", "kind is missing"),
        ("[a]\nkind = 'gpt'", r"\[a\] kind must be one of vlm, llm, ocr, clip, embed"),
        ("[a]\nkind = 'llm'\nrun = 'yes'", "run must be true or false"),
        ("[a]\nkind = 'llm'\nserve = 'llama-server'", "needs repo with file or quants, or path"),
        ("[a]\nkind = 'llm'", "needs repo with file or quants, or path"),
        ("[a]\nkind = 'llm'\nrepo = 'me/a'", "needs repo with file or quants, or path"),
        ("[a]\nkind = 'llm'\nsize = 3", "unknown key size; the keys are .*, sha256,"),
        ("[a]\nkind = 'llm'\ncontext = '8k'", "context must be a whole number"),
        ("[a]\nkind = 'llm'\ncontext = true", "context must be a whole number"),
        ("[a]\nkind = 'llm'\ngb = 'big'", "gb must be a number"),
        ("[a]\nkind = 'llm'\nrepo = '../a'", "repo must be owner/name"),
        ("[a]\nkind = 'llm'\nrepo = 'me/a'\nfile = '../../x'", "file must be the name of a file"),
        ("[a]\nkind = 'llm'\nrepo = 'me/a'\nfile = '/etc/x'", "file must be the name of a file"),
        ("[a]\nkind = 'llm'\nrevision = '../x'", "revision must be a branch"),
        ("[a]\nkind = 'llm'\nquants = {}", "quants must be a table of files"),
        ("[a]\nkind = 'llm'\nquants = { q4_0 = 4 }", "quants must be a table of names"),
        ("[a]\nkind = 'llm'\nsha256 = 'abc'", "sha256 must be 64 hexadecimal digits"),
        ("[a]\nkind = 'llm'\nalso = 'x'", "also must be a list of names"),
        ("[a]\nkind = 'llm'\nskills = 'facts'", "skills must be a list of names of skills"),
        ("[a]\nkind = 'llm'\nskills = [3]", "skills must be a list of names of skills"),
        ("[a]\nkind = 'llm'\npath = 'x.bin'\ngb = { q4_0 = 1 }", "there are no quants"),
    ],
)
def test_an_entry_that_makes_no_sense_is_told_with_file_entry_and_key(
    own: Path, text: str, words: str
) -> None:
    own.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=words) as raised:
        find("name" if text.startswith("name") else "a/b" if "a/b" in text else "a")
    assert str(raised.value).startswith((f"{own}: ", f"{own} is not"))
    assert "\n" not in str(raised.value)


def test_an_entry_that_makes_no_sense_blocks_no_other(own: Path) -> None:
    own.write_text("[qwen3-vl-4b]\nkind = 'gpt'\n[mine]\nkind = 'llm'\npath = 'm.gguf'\n")
    assert find("mine").kind == "llm"
    assert find("qwen3-vl-8b").kind == "vlm"
    assert [*invalid_entries()] == ["qwen3-vl-4b"]
    assert "qwen3-vl-4b" not in catalog()  # the packaged one is not what is meant
    for name in ("qwen3-vl-4b", "Qwen3-VL-4B:q8_0"):
        with pytest.raises(UsageError, match="kind must be one of"):
            find(name)


def test_a_file_that_cannot_be_read_is_told(own: Path) -> None:
    own.symlink_to("/proc/self/mem")
    with pytest.raises(UsageError, match="cannot read"):
        catalog()


def test_the_users_file_is_in_the_configuration_folder(own: Path) -> None:
    assert user_file() == own
    assert PACKAGED.is_file()
    assert len(catalog()) == len(SHIPPED)
