"""The data that several attacks share: scikit-learn's small handwritten digits, offline, split once per seed."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

SIDE = 8  # an image is 8 x 8 pixels, kept as a row of 64
TEST_SHARE = 0.4


@cache
def all_digits() -> tuple[Floats, Ints]:
    """Return all 1797 images, in rows of 64 pixels from 0 (paper) to 1 (ink), and the digit that each shows.

    scikit-learn is imported where it is used, here and in the attacks: that takes two seconds, and only a run needs it.
    """
    from sklearn.datasets import load_digits

    data: Any = load_digits()
    images, labels = data.data / 16.0, data.target.astype(np.int64)  # the data set counts ink from 0 to 16
    images.setflags(write=False)
    labels.setflags(write=False)
    return images, labels


def split_digits(seed: int) -> tuple[Floats, Floats, Ints, Ints]:
    """Return train images, test images, train labels and test labels of the digits 0 to 9.

    Images are rows of 64 pixels, each from 0 (paper) to 1 (ink). 60 % of the 1797 images are for training; both parts
    hold each digit equally often, and which image lands in which part depends on `seed` alone.
    """
    from sklearn.model_selection import train_test_split

    images, labels = all_digits()
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels, test_size=TEST_SHARE, random_state=seed, stratify=labels
    )
    return train_images, test_images, train_labels, test_labels


def as_picture(image: Floats) -> Floats:
    """Return one row of 64 pixels as the 8 x 8 picture that it is, as a copy."""
    return image.reshape(SIDE, SIDE).copy()
