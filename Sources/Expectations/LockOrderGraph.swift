// SPDX-License-Identifier: GPL-2.0-only

// Which lock class was taken while which other one was held, over all runs. An inversion is a cycle
// of this graph: two runs without a hang prove together that a third one can hang. Classes are kept
// by name, because their numbers differ between processes. Each edge keeps the first run that
// showed it, which is one half of a witness.

import Machine

/// A lock-order graph by lock class.
public struct LockOrderGraph: Sendable, Codable, Equatable {
    /// `taken` was taken with `held` held, and the first run that showed it.
    public struct Edge: Sendable, Codable, Hashable {
        public let held: String
        public let taken: String
        /// Number of the run: of two runs that show an edge, the one with the smaller key is kept,
        /// so that the witness does not depend on how runs are distributed over workers.
        public let runKey: UInt64
        public let scenario: String
        public let injections: [Injection]
        /// The order in which that run's tasks ran, choice by choice.
        public let choices: [UInt8]
        /// The number of the finding that makes it half of an inversion; nil: none.
        public internal(set) var finding: Int?

        init(
            held: String, taken: String, runKey: UInt64, scenario: String, injections: [Injection],
            choices: [UInt8] = [], finding: Int? = nil
        ) {
            self.finding = finding
            self.held = held
            self.taken = taken
            self.runKey = runKey
            self.scenario = scenario
            self.injections = injections
            self.choices = choices
        }
    }

    /// Ordered by class names.
    public private(set) var edges: [Edge] = []

    public init() {}

    /// Adds an edge; of one that is there it keeps the run with the smaller key, and first of all one
    /// that is no finding's.
    public mutating func insert(_ edge: Edge) {
        let index = edges.firstIndex { ($0.held, $0.taken) >= (edge.held, edge.taken) }
        guard let index else { return edges.append(edge) }
        let known = edges[index]
        if (known.held, known.taken) != (edge.held, edge.taken) {
            edges.insert(edge, at: index)
        } else if (edge.finding == nil) != (known.finding == nil) {
            if edge.finding == nil { edges[index] = edge }
        } else if edge.runKey < known.runKey {
            edges[index] = edge
        }
    }

    /// Adds the edges that another shard of the same exploration saw.
    public mutating func merge(_ other: LockOrderGraph) {
        for edge in other.edges { insert(edge) }
    }

    /// The edges whose first run is one of some.
    public func filtered(_ isKept: (Edge) -> Bool) -> LockOrderGraph {
        var graph = self
        graph.edges.removeAll { !isKept($0) }
        return graph
    }

    /// The inversions: for each edge on a cycle the shortest cycle through it. Each cycle is listed
    /// once, from its alphabetically first class. A class nested in itself is no inversion, nor is
    /// one of which a finding is half.
    public func inversions() -> [[Edge]] {
        guard edges.allSatisfy({ $0.finding == nil }) else {
            var graph = self
            graph.edges.removeAll { $0.finding != nil }
            return graph.inversions()
        }
        var found: [[Edge]] = []
        var known: Set<[String]> = []
        for edge in edges where edge.held != edge.taken {
            guard let path = shortestPath(from: edge.taken, to: edge.held) else { continue }
            let cycle = rotated([edge] + path)
            if known.insert(cycle.map(\.held)).inserted { found.append(cycle) }
        }
        return found.sorted { ($0.count, $0[0].held) < ($1.count, $1[0].held) }
    }

    /// The same graph with the edges of findings as edges like all others.
    public func countingKnown() -> LockOrderGraph {
        var graph = self
        for index in graph.edges.indices { graph.edges[index].finding = nil }
        return graph
    }

    /// Breadth first, so that the first path found is a shortest one.
    private func shortestPath(from start: String, to goal: String) -> [Edge]? {
        var paths: [[Edge]] = [[]]
        var ends = [start]
        var reached: Set<String> = [start]
        var next = 0
        while next < ends.count {
            let (end, path) = (ends[next], paths[next])
            next += 1
            if end == goal { return path }
            for edge in edges where edge.held == end && reached.insert(edge.taken).inserted {
                ends.append(edge.taken)
                paths.append(path + [edge])
            }
        }
        return nil
    }

    private func rotated(_ cycle: [Edge]) -> [Edge] {
        let first = cycle.indices.min { cycle[$0].held < cycle[$1].held }!
        return Array(cycle[first...] + cycle[..<first])
    }
}
