"""Batches made ahead, in other processes, while a network learns."""

from typing import Any

from torch.utils.data import DataLoader, Dataset

from vtk.cores import cores


def ahead(batches: Dataset[Any]) -> DataLoader[Any]:
    """The batches in order, a few steps before they are needed.

    One core is left to the network; one that drives a GPU is hungry for what all others render.
    """
    workers = max(1, cores() - 1)
    return DataLoader(batches, batch_size=None, num_workers=workers, prefetch_factor=4)
