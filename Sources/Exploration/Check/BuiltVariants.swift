// SPDX-License-Identifier: GPL-2.0-only

// The variants of a check and the code that each is compared with, built in one go: most of their
// objects are the same.

import Patches
import Slices
import System

/// Requests, built, with their baselines.
struct BuiltVariants {
    private(set) var variants: [Variant] = []
    /// Distinct.
    private(set) var bases: [Variant] = []
    /// For each variant the index of its base; nil for none.
    private(set) var baseOf: [Int?]
    /// For each variant, what there is to say of its base.
    private(set) var notes: [[String]]

    /// What a variant is compared with; nil for nothing.
    func base(of index: Int) -> Variant? { baseOf[index].map { bases[$0] } }

    /// - Throws: `BuildFailures`.
    init(_ requests: [BuildRequest], against baseline: Baseline, by builder: Builder) throws {
        var wanted: [BuildRequest] = []
        baseOf = requests.map { request in
            guard let base = baseline.request(for: request) else { return nil }
            if let known = wanted.firstIndex(where: { $0.isSameCode(as: base) }) { return known }
            wanted.append(base)
            return wanted.count - 1
        }
        notes = requests.map { _ in [] }
        let results = try builder.build(requests + wanted)
        var failures: [QuestionError] = []
        for result in results.prefix(requests.count) {
            switch result {
            case .success(let variant): variants.append(variant)
            case .failure(let failure): failures.append(failure)
            }
        }
        var places: [Int?] = []
        for result in results.dropFirst(requests.count) {
            switch result {
            case .success(let variant):
                places.append(bases.count)
                bases.append(variant)
            case .failure(let failure):
                places.append(nil)
                let isAskedFor = if case .code = baseline { true } else { false }
                if isAskedFor || !failures.isEmpty { failures.append(failure) }
            }
        }
        guard failures.isEmpty else { throw BuildFailures(failures: failures) }
        for index in requests.indices {
            guard let wanted = baseOf[index] else { continue }
            baseOf[index] = places[wanted]
            if places[wanted] == nil {
                notes[index].append(
                    "without the patches the code cannot be built, so everything that fails counts")
            }
        }
    }
}

extension Baseline {
    /// The code that a request is compared with; nil for none.
    fileprivate func request(for request: BuildRequest) -> BuildRequest? {
        switch self {
        case .nothing, .first, .report: return nil
        case .code(let base): return base
        case .unpatched:
            guard request.patches.count > request.below else { return nil }
            return BuildRequest(
                name: CheckSession.baseName, tree: request.tree,
                patches: Array(request.patches.prefix(request.below)))
        }
    }
}

extension BuildRequest {
    fileprivate func isSameCode(as other: BuildRequest) -> Bool {
        tree == other.tree && patches == other.patches
    }
}
