"""Find the quietest moment around a place, where sound is best parted."""

import numpy as np

from vtk.media.audio.power import PowerReader

ACROSS = 5  # blocks of 10 ms that are to be quiet together, as in a pause between words


def quietest(reader: PowerReader, low: float, high: float) -> float:
    """Return the quietest moment in [low, high] seconds; the middle where there is no audio.

    Of equally quiet moments, to 1 dB, it is the one nearest to the middle.
    """
    middle = (low + high) / 2
    found = [
        (power.start + power.piece * (np.arange(len(power.values)) + 0.5), power.values)
        for power in reader.powers(low, high)
    ]
    if sum(len(times) for times, _ in found) < ACROSS:
        return middle
    times, powers = (np.concatenate(each) for each in zip(*found, strict=True))
    around = np.convolve(powers, np.ones(ACROSS) / ACROSS, "valid")
    at = times[ACROSS // 2 :][: len(around)]
    levels = np.round(10 * np.log10(around + 1e-12))
    return float(at[np.lexsort((np.abs(at - middle), levels))[0]])
