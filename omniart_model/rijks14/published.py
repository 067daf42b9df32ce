"""What others measured on the challenge, as they published it: shown beside ours, and told apart from it.

``CODE`` are the results that the challenge's code prints, in the comments of its scripts (``exp_rijks_*.m`` of
github.com/tmensink/rijkschallenge): Fisher vectors of intensity SIFT, linear SVMs. For types and materials that code
chooses its constant on a ground truth of nothing but ones, and so these are of an untuned one. ``FVKIT`` is the same
authors' later package (github.com/tmensink/fvkit, README). All are shares of a hundred, years but for ``within_50``.
"""

from collections.abc import Mapping
from types import MappingProxyType

Figures = Mapping[str, float]


def _tops(*shares: float) -> Figures:
    return MappingProxyType({f"mca_top{k}": share for k, share in enumerate(shares, start=1)})


def _maps(class_map: float, work_map: float) -> Figures:
    return MappingProxyType({"map": class_map, "imap": work_map})


CODE: Mapping[tuple[str, str], Figures] = {
    ("creator", "374+u"): _tops(51.02, 68.42, 73.98, 77.60, 79.97),
    ("creator", "374"): _tops(65.53, 73.33, 77.26, 79.78, 81.33),
    ("creator", "300"): _tops(67.63, 75.38, 78.84, 81.14, 82.63),
    ("creator", "200"): _tops(71.17, 79.15, 82.77, 84.88, 86.22),
    ("creator", "100"): _tops(75.73, 83.42, 87.32, 89.14, 90.45),
    ("type", "103"): _maps(54.69, 85.98),
    ("type", "75"): _maps(58.45, 89.30),
    ("type", "50"): _maps(62.17, 90.40),
    ("type", "25"): _maps(64.75, 92.04),
    ("material", "81"): _maps(38.30, 92.06),
    ("material", "75"): _maps(40.04, 93.47),
    ("material", "50"): _maps(42.18, 94.00),
    ("material", "25"): _maps(51.36, 95.74),
    ("year", "predictions"): MappingProxyType(
        {"rmse": 163.00, "mean_error": 74.39, "within_50": 48.98}
    ),
    ("year", "mean of train"): MappingProxyType(
        {"rmse": 173.81, "mean_error": 89.19, "within_50": 36.84}
    ),
}
"""(task, row) to figures; a row that is not ours by name (of a part of the challenge) has none."""

FVKIT: Mapping[tuple[str, str], Figures] = {
    ("creator", "374+u"): _tops(55.62, 71.98, 78.00, 81.43, 83.21),
    ("creator", "374"): _tops(69.30, 77.37, 81.18, 83.12, 84.34),
    ("creator", "300"): _tops(71.47, 79.11, 82.41, 84.31, 85.68),
    ("creator", "200"): _tops(75.37, 82.42, 85.51, 87.25, 88.32),
    ("creator", "100"): _tops(79.82, 86.82, 89.59, 91.37, 92.50),
}

PAPER: Mapping[tuple[str, str], Figures] = {
    ("type", "103"): MappingProxyType({"imap": 91.4}),
    ("material", "81"): MappingProxyType({"imap": 94.7}),
}
"""What the challenge's paper says where its code is untuned."""

THEIRS: Mapping[str, Mapping[tuple[str, str], Figures]] = {
    "their code (Mensink & van Gemert)": CODE,
    "their paper": PAPER,
    "their FVKit (2018)": FVKIT,
}
"""Who measured to what they measured."""

CLASSES = {"creator": 374, "type": 103, "material": 81}
"""Classes of the whole challenge; where there are others, nobody's figures are beside ours."""
