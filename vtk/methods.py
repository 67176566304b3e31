"""A registry of the methods of an ability, used for choices, help, errors and lazy loading."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar, cast

from vtk.errors import UsageError

# The methods of each ability: by name, what a method does, in a clause for the help text, and where
# it is. They are listed here and not by the abilities, so that help imports none of them.
TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "split": {
        "content": ("from the pictures, no model", "vtk.split.content:METHOD"),
        "auto": ("content, and a network where it is not sure", "vtk.split.auto:METHOD"),
        "learned": ("by a network, needs [shots]", "vtk.split.learned:METHOD"),
        "fast": ("from packets and keyframes, decodes little", "vtk.split.fast:METHOD"),
    },
    "keyframes": {
        "sharp": (
            "sharp, well exposed, away from transitions, unlike each other",
            "vtk.keyframes.sharp:METHOD",
        ),
        "uniform": ("at even distances", "vtk.keyframes.uniform:METHOD"),
        "middle": ("in the middle", "vtk.keyframes.middle:METHOD"),
        "cluster": ("one for each kind of look", "vtk.keyframes.cluster:METHOD"),
        "maxinfo": ("as few as stand for all", "vtk.keyframes.maxinfo:METHOD"),
        "motion": ("where most moves", "vtk.keyframes.motion:METHOD"),
    },
    "keyframes --query": {
        "clips": ("the best scenes, by seats", "vtk.keyframes.query.clips:METHOD"),
        "aks": ("uneven parts are halved", "vtk.keyframes.query.aks:METHOD"),
        "bolt": ("in proportion to the scores", "vtk.keyframes.query.bolt:METHOD"),
        "tass": ("the best, far apart", "vtk.keyframes.query.tass:METHOD"),
        "focus": ("looks where it promises most", "vtk.keyframes.query.focus:METHOD"),
        "tstar": ("zooms in, looks at half at most", "vtk.keyframes.query.tstar:METHOD"),
        "f2c": ("short clips around the best", "vtk.keyframes.query.f2c:METHOD"),
        "sevices": (
            "where captions and pictures agree",
            "vtk.keyframes.query.sevices:METHOD",
        ),
        "yesno": ("for which a model says yes", "vtk.keyframes.query.yesno:METHOD"),
    },
    "transcribe": {
        "auto": ("subtitles, else recognition", "vtk.transcribe.sources:AUTO"),
        "subtitles": ("those of the video's subtitles", "vtk.transcribe.sources:SUBTITLES"),
        "recognition": ("those that a model hears", "vtk.transcribe.sources:RECOGNITION"),
    },
    "ocr": {
        "networks": ("line by line, by RapidOCR, needs [ocr]", "vtk.ocr.networks:read"),
        "vlm": (
            "whole frames, by the vision-language model of --model or --endpoint",
            "vtk.ocr.vlm:read",
        ),
    },
    "caption": {
        "facts": ("what is measured, by default without a model", "vtk.caption.facts:METHOD"),
        "plain": ("one answer about the frames, by default with one", "vtk.caption.plain:METHOD"),
        "differential": (
            "the first frame, then what changes",
            "vtk.caption.differential:METHOD",
        ),
        "dense": ("the events inside the span", "vtk.caption.dense:METHOD"),
        "detailed": ("aspects one by one, merged", "vtk.caption.detailed:METHOD"),
        "narrated": (
            "what is seen and when, by what is said",
            "vtk.caption.narrated:METHOD",
        ),
        "verify": ("less what the model denies", "vtk.caption.verify:METHOD"),
        "best-of": ("of several the nearest to the frames", "vtk.caption.best_of:METHOD"),
    },
    "chapter": {
        "text": ("where words and pictures change together, no model", "vtk.chapter.text:chapters"),
        "llm": ("a language model reads timed words and names them", "vtk.chapter.llm:chapters"),
        "slides": ("where the titles of slides change, no model", "vtk.chapter.slides:chapters"),
        "existing": ("those of the file, or of a text beside it", "vtk.chapter.existing:chapters"),
    },
    "summarize": {
        "extract": (
            "the sentences that say the most, word for word, no model",
            "vtk.summarize.extract:summaries",
        ),
        "map-reduce": (
            "by a model: parts alone, then together",
            "vtk.summarize.map_reduce:summaries",
        ),
        "refine": (
            "by a model: rewritten with each part that follows",
            "vtk.summarize.refine:summaries",
        ),
        "meta-prompt": (
            "by a model: written, judged, and written better, the best of three",
            "vtk.summarize.meta_prompt:summaries",
        ),
        "story": (
            "by a model: all is told as a story, then summed up",
            "vtk.summarize.story:summaries",
        ),
        "hierarchical": (
            "by a model: scenes, chapters and the whole",
            "vtk.summarize.hierarchical:summaries",
        ),
        "rubric": (
            "by a model: of the parts that it rates highest",
            "vtk.summarize.rubric:summaries",
        ),
    },
    "retrieve": {
        "words": ("the words that span and query share, no model", "vtk.retrieve.words:Words"),
        "meaning": ("texts that mean alike, by --embedder", "vtk.retrieve.embedded:meaning"),
        "looks": ("pictures that look as described, by --clip", "vtk.retrieve.embedded:looks"),
    },
    "ground": {
        "density": (
            "most words of the query in the least time, no model",
            "vtk.ground.density:search",
        ),
        "topic": ("where most is about the query, no model", "vtk.ground.topic:search"),
        "words": ("a quotation, to the word in speech, no model", "vtk.ground.words:search"),
        "in-order": ("all queries, in their order", "vtk.ground.in_order:search"),
        "llm": ("a language model reads timed words", "vtk.ground.llm:search"),
        "vlm": ("a vision-language model looks at timed frames", "vtk.ground.vlm:search"),
        "search": ("its yes or no, window by window", "vtk.ground.looking:search"),
        "scan": (
            "what looks like the query by --clip, or means alike by --embedder",
            "vtk.ground.scan:search",
        ),
        "highlights": (
            "what stands out, without a query, no model",
            "vtk.ground.highlights:search",
        ),
    },
    "export chapters": {
        "description": (
            "lines for a video platform, as 1:02 Title",
            "vtk.chapter_files.description:DESCRIPTION",
        ),
        "ffmetadata": ("FFmpeg's text format", "vtk.chapter_files.ffmetadata:FORMAT"),
        "matroska": ("XML for mkvmerge, with sections", "vtk.chapter_files.xml_writing:MATROSKA"),
        "webvtt": ("cues for players on pages", "vtk.chapter_files.webvtt:FORMAT"),
        "podcast": ("JSON of Podcasting 2.0", "vtk.chapter_files.json_lists:PODCAST"),
        "podlove": ("Simple Chapters for feeds", "vtk.chapter_files.xml_writing:PODLOVE"),
        "podlove-json": ("JSON of its player", "vtk.chapter_files.json_lists:PODLOVE"),
        "mp4chaps": ("00:01:02.000 Title", "vtk.chapter_files.description:MP4CHAPS"),
        "ogm": ("mkvmerge's simple format", "vtk.chapter_files.ogm:OGM"),
        "vorbis": ("Vorbis comments", "vtk.chapter_files.ogm:VORBIS"),
        "cue": ("a cue sheet", "vtk.chapter_files.cue:FORMAT"),
        "apple": ("XML of Apple's tools", "vtk.chapter_files.xml_writing:APPLE"),
        "audacity": ("labels with tabs", "vtk.chapter_files.table:AUDACITY"),
    },
}

M = TypeVar("M")


class Methods(Mapping[str, str], Generic[M]):
    """The methods of an ability: a mapping from name to a short description for the help text.

    `M` is the type of a method, which the ability calls. `load` imports a method from its location
    (``vtk.split.content:METHOD``).
    """

    def __init__(self, ability: str) -> None:
        self.ability, self._table = ability, TABLES[ability]

    def __getitem__(self, name: str) -> str:
        return self._table[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    @property
    def help(self) -> str:
        """All methods with their descriptions, as the help text of an option."""
        return "; ".join(f"{name}: {does}" for name, does in self.items()) + "."

    def check(self, name: str) -> str:
        """Return the name. Raises UsageError if there is no such method."""
        if name in self._table:
            return name
        verb = "is" if len(self) == 1 else "are"
        raise UsageError(
            f"no method {name!r} for {self.ability}; there {verb} {', '.join(self._table)}"
        )

    def load(self, name: str) -> M:
        """Import and return the method `name`. Raises UsageError if there is none."""
        module, _, attribute = self._table[self.check(name)][1].partition(":")
        return cast(M, getattr(import_module(module), attribute))
