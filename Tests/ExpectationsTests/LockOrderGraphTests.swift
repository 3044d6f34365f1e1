// SPDX-License-Identifier: GPL-2.0-only

// The cycles of the lock-order graph are found, each once, the shortest first.

import Machine
import Testing

@testable import Expectations

@Suite struct LockOrderGraphTests {
    private func graph(_ edges: [(String, String)]) -> LockOrderGraph {
        var graph = LockOrderGraph()
        for (index, edge) in edges.enumerated() {
            graph.insert(self.edge(edge.0, edge.1, UInt64(index)))
        }
        return graph
    }

    private func edge(_ held: String, _ taken: String, _ key: UInt64) -> LockOrderGraph.Edge {
        LockOrderGraph.Edge(
            held: held, taken: taken, runKey: key, scenario: "run \(key)", injections: [])
    }

    @Test func anOrderHasNoInversion() {
        #expect(graph([("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]).inversions().isEmpty)
    }

    @Test func bothWaysRoundIsOne() {
        let inversions = graph([("b", "a"), ("c", "d"), ("a", "b")]).inversions()
        #expect(inversions.map { $0.map(\.held) } == [["a", "b"]])
        #expect(inversions[0].map(\.taken) == ["b", "a"])
    }

    @Test func aRingOfThreeIsOne() {
        let inversions = graph([("a", "b"), ("b", "c"), ("c", "a")]).inversions()
        #expect(inversions.map { $0.map(\.held) } == [["a", "b", "c"]])
    }

    @Test func shorterOnesComeFirst() {
        let inversions = graph([
            ("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "x"),
        ]).inversions()
        #expect(inversions.map(\.count) == [2, 3])
    }

    @Test func aClassInItselfIsNone() {
        #expect(graph([("a", "a"), ("a", "b")]).inversions().isEmpty)
    }

    @Test func mergingKeepsTheEarlierRunEitherWay() {
        var one = LockOrderGraph()
        one.insert(edge("a", "b", 9))
        one.insert(edge("c", "d", 1))
        var other = LockOrderGraph()
        other.insert(edge("a", "b", 3))
        other.insert(edge("b", "a", 5))
        var forwards = one
        forwards.merge(other)
        other.merge(one)
        #expect(forwards == other)
        #expect(forwards.edges.first { $0.held == "a" }?.scenario == "run 3")
        #expect(forwards.inversions().count == 1)
    }
}
