"""Scores of a set of queries, where one span is near to all of them."""

import numpy as np

from vtk.retrieve.normalisation import dual_softmax, qb_norm, sinkhorn

# Span 0 is near to everything; queries 1 and 2 have a span of their own that is a little less near.
HUB = np.array([[0.9, 0.2, 0.1], [0.6, 0.58, 0.1], [0.62, 0.1, 0.6]], np.float32)


def test_each_query_gets_its_own_span_by_dual_softmax() -> None:
    assert HUB.argmax(1).tolist() == [0, 0, 0]
    found = dual_softmax(HUB)
    assert found.argmax(1).tolist() == [0, 1, 2]
    powers = np.exp(100 * HUB[:, 0].astype(np.float64))
    shares = powers / powers.sum()
    assert np.allclose(found[:, 0], HUB[:, 0] * shares)


def test_each_query_gets_its_own_span_by_sinkhorn() -> None:
    found = sinkhorn(HUB)
    assert found.argmax(1).tolist() == [0, 1, 2]
    bias = found - HUB
    assert np.allclose(bias, bias[0])  # a span has one bias, whatever the query
    assert bias[0, 0] < bias[0, 1]
    assert abs(float(bias[0].mean())) < 1e-6


def test_a_bank_takes_from_a_hub_and_leaves_other_queries_alone() -> None:
    bank = np.array([[0.7, 0.1, 0.1], [0.65, 0.15, 0.1]], np.float32)
    found = qb_norm(HUB, bank)
    assert found.argmax(1).tolist() == [0, 1, 2]
    unhurt = np.array([[0.1, 0.8, 0.3]], np.float32)  # its best span is no hub
    assert np.array_equal(qb_norm(unhurt, bank), unhurt)
    assert np.array_equal(qb_norm(HUB, bank[:0]), HUB)


def test_company_changes_nothing_with_a_bank() -> None:
    bank = np.array([[0.7, 0.1, 0.1]], np.float32)
    together = qb_norm(HUB, bank)
    alone = np.concatenate([qb_norm(HUB[i : i + 1], bank) for i in range(3)])
    assert np.array_equal(together, alone)
