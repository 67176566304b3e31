"""Films of hours: plays of the stage one after another, small and at few frames a second.

acts = write_long_film(Path("hour.mp4"), [(play, 12.5), …])
acts[3].start, acts[3].play         # the fourth play
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.world.models.film import Act, write_pictures
from tests.world.models.stage import Picture, Play

RATE = 8  # frames a second
SIDE = 96  # pixels


def write_long_film(
    path: Path, plays: Iterable[tuple[Play, float]], *, side: int = SIDE, rate: int = RATE
) -> list[Act]:
    """Write plays of given seconds as H.264 in MP4; return each with its times in the film."""
    acts: list[Act] = []

    def pictures() -> Iterator[Picture]:
        number = 0
        for play, seconds in plays:
            count = max(1, round(seconds * rate))
            for each in range(count):
                yield play.picture(each / max(count - 1, 1), side, grain=1.0)
            acts.append(Act(number / rate, (number + count) / rate, play))
            number += count

    write_pictures(path, pictures(), side, rate)
    return acts
