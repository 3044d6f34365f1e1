// SPDX-License-Identifier: GPL-2.0-only

// Which lock class was ever taken with which other one held, over all runs. An inversion is a cycle
// of this graph: two runs that each went well prove together that a third one can hang. Classes are
// kept by name, because numbers differ between processes; the first run that showed an edge is
// kept with it, because it is half of the witness.

import Machine

/// A lock-order graph by lock class.
public struct LockOrderGraph: Sendable, Codable, Equatable {
    /// "`taken` was taken with `held` held", and the first run that showed it.
    public struct Edge: Sendable, Codable, Hashable {
        public let held: String
        public let taken: String
        /// Orders runs: of two runs that show an edge, the one with the smaller key is kept, so
        /// that the witness does not depend on how the runs were shared out.
        public let runKey: UInt64
        public let scenario: String
        public let injections: [Injection]
        /// The order in which that run's tasks ran, choice by choice.
        public let choices: [UInt8]

        public init(
            held: String, taken: String, runKey: UInt64, scenario: String, injections: [Injection],
            choices: [UInt8] = []
        ) {
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

    public func contains(held: String, taken: String) -> Bool {
        edges.contains { $0.held == held && $0.taken == taken }
    }

    /// Adds an edge; if it is known, the run with the smaller key is its witness.
    public mutating func insert(_ edge: Edge) {
        let place = edges.firstIndex { ($0.held, $0.taken) >= (edge.held, edge.taken) }
        guard let place else { return edges.append(edge) }
        let known = edges[place]
        if (known.held, known.taken) != (edge.held, edge.taken) {
            edges.insert(edge, at: place)
        } else if edge.runKey < known.runKey {
            edges[place] = edge
        }
    }

    /// Adds what another part of the same exploration saw.
    public mutating func merge(_ other: LockOrderGraph) {
        for edge in other.edges { insert(edge) }
    }

    /// The inversions: for each edge that lies on a cycle, the shortest cycle through it, each
    /// cycle once, starting at its alphabetically first class. A class nested in itself is no
    /// inversion.
    public func inversions() -> [[Edge]] {
        var found: [[Edge]] = []
        var known: Set<[String]> = []
        for edge in edges where edge.held != edge.taken {
            guard let way = shortestWay(from: edge.taken, to: edge.held) else { continue }
            let cycle = rotated([edge] + way)
            if known.insert(cycle.map(\.held)).inserted { found.append(cycle) }
        }
        return found.sorted { ($0.count, $0[0].held) < ($1.count, $1[0].held) }
    }

    /// Breadth first, so that the first way found is a shortest one.
    private func shortestWay(from start: String, to goal: String) -> [Edge]? {
        var ways: [[Edge]] = [[]]
        var ends = [start]
        var reached: Set<String> = [start]
        var next = 0
        while next < ends.count {
            let (end, way) = (ends[next], ways[next])
            next += 1
            if end == goal { return way }
            for edge in edges where edge.held == end && reached.insert(edge.taken).inserted {
                ends.append(edge.taken)
                ways.append(way + [edge])
            }
        }
        return nil
    }

    private func rotated(_ cycle: [Edge]) -> [Edge] {
        let first = cycle.indices.min { cycle[$0].held < cycle[$1].held }!
        return Array(cycle[first...] + cycle[..<first])
    }
}
