"""Print how well tiny-vlm does on plays that it never saw, through llama.cpp.

python -m tests.world.models.score_vlm
"""

from tests.models.tiny import judging, lettering, moving, naming, timing, tiny_vlm

COUNT, SEED = 400, 77


def main() -> None:
    """Print a table."""
    rows: dict[str, list[float]] = {}
    for kind in ("f16", "q8_0"):
        with tiny_vlm(kind) as model:
            for name, value in {
                "colours and shapes of a frame": naming(model, COUNT, SEED),
                "what all do between two frames": moving(model, COUNT, SEED),
                "yes or no, one frame": judging(model, COUNT, 1, SEED),
                "yes or no, two frames": judging(model, COUNT, 2, SEED),
                "when, two frames": timing(model, COUNT, 2, SEED),
                "when, three frames": timing(model, COUNT, 3, SEED),
                "when, four frames": timing(model, COUNT, 4, SEED),
                "one of four letters": lettering(model, COUNT, SEED),
            }.items():
                rows.setdefault(name, []).append(value)
    print("| held-out plays | F16 | Q8_0 |\n| --- | --- | --- |")
    for name, values in rows.items():
        print(f"| {name} | " + " | ".join(f"{100 * value:.1f} %" for value in values) + " |")


if __name__ == "__main__":
    main()
