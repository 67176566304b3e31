"""Rewrite the captions of a video so that each person and thing has one name throughout.

The reduce step of MR. Video (Pang and Wang 2025): captions are made shot by shot, so the same
woman is "a woman in a red coat" in one and "the woman" in another. Similar descriptions get one
name; people who are named in speech get their own (StoryTeller, He et al. 2024). A model lists what
the captions mention and groups what is the same; with an empty prompt, or where its answer is
unusable, rules on the words decide. Only words that occur in a caption are ever replaced.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from vtk.entries import NameEntry
from vtk.models.llm.prompt import LanguageModel, Prompt, Sampling
from vtk.pipeline import group_by_video, map_videos
from vtk.prompting.dialogue import Dialogue, Generate, raise_if_gone, run_dialogues
from vtk.prompting.templates import lines_of, render
from vtk.span import Span
from vtk.text import words

PROMPTS = {
    "mentions": "List the people, animals and things that this text mentions, one a line, each in "
    "exactly the words of the text with its article:\n{caption}",
    "cast": "These are descriptions of people and things from the shots of one video:\n"
    "{descriptions}\nWhich of them are the same person or thing? Give each group a short name, the "
    "person's own name where it is said in the speech, and the numbers of its descriptions.\n"
    "What is said in the video: {speech}",
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "numbers": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["name", "numbers"],
            },
        }
    },
    "required": ["groups"],
}
MOST = 80  # the most frequent descriptions, which the model is asked to group at once
SPOKEN = 4000  # characters of speech in the prompt that groups descriptions
ALIKE = 0.6  # Jaccard index of their words from which two descriptions are of the same thing
# `_ENDS` are words that end the name of a thing; `_VERB` matches a word that looks like a verb.
_ENDS = """
a an and another are as at away be behind before beside between by can do does down during for from
had has have he her his holding in inside into is it its left near next of off on one onto or out
outside over right she sits stands stays that the their them then there they to toward towards
under until up was were where which while who wearing with without
"""
_ENDING = frozenset(_ENDS.split())
_VERB = re.compile(r"(?:[^s]s|ing)$")


def mentions(caption: str) -> list[str]:
    """The things that a caption mentions, word for word with their articles, found by rules.

    A thing is up to four words after an article. It ends before a word that cannot be part of its
    name, or, from the third word on, before a word that ends like a verb. English only.
    """
    found = []
    for match in re.finditer(r"\b(?:a|an|another|one|the)\s+", caption, re.I):
        kept: list[str] = []
        for word in re.finditer(r"[\w'-]+|[^\w\s]", caption[match.end() :]):
            text = word[0]
            if not text[0].isalnum() or text.casefold() in _ENDING or len(kept) == 4:
                break
            if len(kept) >= 2 and _VERB.search(text):
                break
            kept.append(text)
            end = match.end() + word.end()
        if kept:
            found.append(caption[match.start() : end])
    return list(dict.fromkeys(found))


def without_article(mention: str) -> str:
    """A mention without its article, in lower case."""
    return re.sub(r"^(?:a|an|another|one|the)\s+", "", mention.strip(), flags=re.I).casefold()


def canonical_names(descriptions: Sequence[str]) -> dict[str, str]:
    """The name of each description; similar descriptions share the name of the most frequent.

    `descriptions` are ordered by falling frequency. Two are similar if they end in the same word,
    share most of their words (Jaccard), and one has all the words of the other.
    """
    names: dict[str, str] = {}
    for text in descriptions:
        spoken = words(text)
        for other, name in names.items():
            theirs = words(other)
            shared, union = set(spoken) & set(theirs), set(spoken) | set(theirs)
            apart = set(spoken) - shared and set(theirs) - shared
            same_end = spoken[-1:] == theirs[-1:]
            if same_end and not apart and len(shared) >= ALIKE * len(union):
                names[text] = name
                break
        else:
            names[text] = f"the {text}"
    return names


def unify_names(
    spans: Iterable[Span],
    model: LanguageModel,
    prompts: Mapping[str, str],
) -> Iterator[Span]:
    """Yield the captioned spans, rewritten with one name for each thing throughout a video.

    The field `names` lists the replacements in a span: the name and the words it replaced. Holds
    the spans of one video in memory. `prompts` override the templates in `PROMPTS`.
    """
    asked = {**PROMPTS, **prompts}

    def work(group: list[Span]) -> Iterator[Span]:
        told = [span for span in group if str(span.get("caption", "")).strip()]
        outcomes = run_dialogues(model, (_listed(span, asked) for span in told))
        raise_if_gone(outcomes)
        per_span = [outcome.fields.get("mentions") for outcome in outcomes]
        found = {
            id(span): mentions(span["caption"]) if listed is None else listed
            for span, listed in zip(told, per_span, strict=True)
        }
        counts = Counter(without_article(mention) for each in found.values() for mention in each)
        ordered = [text for text, _ in counts.most_common()]
        names = canonical_names(ordered)
        (grouped,) = run_dialogues(model, [_grouped(ordered, group, asked)])
        raise_if_gone([grouped])
        names |= grouped.fields.get("names", {})
        for span in group:
            yield _renamed(span, found.get(id(span), []), names)

    yield from map_videos("caption", group_by_video(spans), work)


def _listed(span: Span, prompts: Mapping[str, str]) -> Dialogue:
    """Return `mentions` listed by the model that occur in the caption; none without a prompt."""
    if not prompts["mentions"].strip():
        return {}
    caption = span["caption"]

    def read(text: str) -> list[str]:
        lines = (line.strip(" -*•\t0123456789.") for line in text.splitlines())
        return [line for line in dict.fromkeys(lines) if line and line in caption]

    question = render(prompts["mentions"], {"caption": caption})
    (listed,) = yield [Generate(Prompt((question,)), read=read)]
    return {"mentions": listed or None}


def _grouped(ordered: Sequence[str], spans: Sequence[Span], prompts: Mapping[str, str]) -> Dialogue:
    """Return `names` of the descriptions as the model groups them; none without a prompt."""
    if not prompts["cast"].strip() or not ordered:
        return {}
    shown = ordered[:MOST]
    said = lines_of([entry for span in spans for entry in span.get("speech", [])])
    values = {
        "descriptions": "\n".join(f"{n}. {text}" for n, text in enumerate(shown, 1)),
        "speech": " ".join(dict.fromkeys(said))[:SPOKEN],
    }
    wanted = Sampling(max_tokens=2048, schema=SCHEMA)
    (names,) = yield [Generate(Prompt((render(prompts["cast"], values),)), wanted, _reader(shown))]
    return {"names": names}


def _reader(shown: Sequence[str]) -> Callable[[Any], dict[str, str]]:
    def read(found: Any) -> dict[str, str]:
        return {
            shown[number - 1]: group["name"].strip()
            for group in found["groups"]
            for number in group["numbers"]
            if 1 <= number <= len(shown) and group["name"].strip()
        }

    return read


def _renamed(span: Span, found: Sequence[str], names: Mapping[str, str]) -> Span:
    """The span with its caption rewritten, and the replacements as `names`."""
    pairs = {said: names[without_article(said)] for said in found if without_article(said) in names}
    if not pairs:
        return span
    longest = sorted(pairs, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(said)}(?!\w)" for said in longest))
    caption = span["caption"]

    def put(match: re.Match[str]) -> str:
        name = pairs[match[0]]
        return name[:1].upper() + name[1:] if match[0][:1].isupper() else name

    span["caption"] = pattern.sub(put, caption)
    replaced: list[NameEntry] = [{"name": name, "said": said} for said, name in pairs.items()]
    span["names"] = replaced
    return span.with_provenance("caption", "names")
