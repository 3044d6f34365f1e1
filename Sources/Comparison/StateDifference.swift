// SPDX-License-Identifier: GPL-2.0-only

// What a run leaves behind that is not the same on both sides: blocks, contents, mappings, what is
// lost; and the calls of it that could have failed. Which byte of which page it was is the example's
// business: a kind says what stood there.

import Machine

extension DifferenceContext {
    // MARK: - Blocks

    package func describeBlocks(_ pair: ObservationPair, _ found: inout ShownDifferences) {
        for operation in pair.operations where operation != Observation.noOperation {
            let (before, after) = pair.of(operation)
            for (kind, subject) in [
                (Observation.Kind.allocated, "blocks allocated"), (.freed, "blocks freed"),
            ] {
                let counts = (
                    before.first { $0.kind == kind }?.a ?? 0,
                    after.first { $0.kind == kind }?.a ?? 0
                )
                guard counts.0 != counts.1 else { continue }
                found.add(
                    DifferenceKind(.blocks, subject, "\(counts.0)", "\(counts.1)"), in: operation)
            }
        }
        let (before, after) = pair.of(Observation.noOperation)
        guard before != after else { return }
        func tell(_ subject: String, _ old: String, _ new: String) {
            found.add(DifferenceKind(.blocks, subject, old, new), in: Observation.noOperation)
        }
        describeOwned(before, after, tell)
        for (kind, subject) in [
            (Observation.Kind.used, "blocks taken from the free ones, over the run"),
            (.unaccounted, "blocks in use that the bitmap calls free, or used twice"),
        ] {
            let counts = (
                before.first { $0.kind == kind }?.a ?? 0, after.first { $0.kind == kind }?.a ?? 0
            )
            if counts.0 != counts.1 { tell(subject, "\(counts.0)", "\(counts.1)") }
        }
        let old = before.filter { $0.kind == .lost }.map(\.a)
        let new = after.filter { $0.kind == .lost }.map(\.a)
        for name in Set(old).union(new).sorted(by: { names.name($0) < names.name($1) }) {
            let counts = (old.count { $0 == name }, new.count { $0 == name })
            guard counts.0 != counts.1 else { continue }
            func words(_ count: Int, _ other: Int) -> String {
                count == 0 ? "given back" : other > 0 && count > other ? "lost more often" : "lost"
            }
            tell(names.name(name), words(counts.0, counts.1), words(counts.1, counts.0))
        }
    }

    private func describeOwned(
        _ before: [Observation], _ after: [Observation], _ tell: (String, String, String) -> Void
    ) {
        let old = before.filter { $0.kind == .owns }
        let new = after.filter { $0.kind == .owns }
        if old != new {
            let counts = (old.reduce(0) { $0 + $1.b }, new.reduce(0) { $0 + $1.b })
            let unwritten = (
                old.reduce(0) { $0 + ($1.c != 0 ? $1.b : 0) },
                new.reduce(0) { $0 + ($1.c != 0 ? $1.b : 0) }
            )
            if counts.0 != counts.1 {
                tell("blocks of the file at the end", "n", relative(counts.1 - counts.0))
            } else if unwritten.0 != unwritten.1 {
                tell("unwritten blocks at the end", "n", relative(unwritten.1 - unwritten.0))
            } else {
                tell("blocks of the file at the end", "those", "others")
            }
        }
        func mapBlocks(_ marks: [Observation]) -> Int64 {
            marks.first { $0.kind == .ownsMap }?.a ?? 0
        }
        let maps = (mapBlocks(before), mapBlocks(after))
        if maps.0 != maps.1 {
            tell("blocks of its block map at the end", "\(maps.0)", "\(maps.1)")
        }
    }

    private func relative(_ more: Int64) -> String { more < 0 ? "n - \(-more)" : "n + \(more)" }

    // MARK: - Data

    package func describeData(_ pair: ObservationPair, _ found: inout ShownDifferences) {
        for operation in pair.operations where operation != Observation.noOperation {
            let (before, after) = pair.of(operation)
            describeTimes(before, after, of: operation, &found)
            let saw = (before.filter { $0.kind == .saw }, after.filter { $0.kind == .saw })
            guard let (old, new) = firstDifference(saw.0, saw.1) else { continue }
            found.add(
                DifferenceKind(
                    .data, "what \(scenario[Int(operation)].kind.name) sees", old, new),
                in: operation)
        }
        let (before, after) = pair.of(Observation.noOperation)
        func tell(_ subject: String, _ old: String, _ new: String) {
            found.add(DifferenceKind(.data, subject, old, new), in: Observation.noOperation)
        }
        let sizes = (
            before.first { $0.kind == .size }?.a ?? 0, after.first { $0.kind == .size }?.a ?? 0
        )
        if sizes.0 != sizes.1 {
            tell("i_size at the end", "n", sizes.0 < sizes.1 ? "larger" : "smaller")
        }
        let contents = (
            before.filter { $0.kind == .contains }, after.filter { $0.kind == .contains }
        )
        if let (old, new) = firstDifference(contents.0, contents.1) {
            tell("contents of the file at the end", old, new)
        }
        describeMapped(before, after, tell)
    }

    private func describeTimes(
        _ before: [Observation], _ after: [Observation], of operation: UInt8,
        _ found: inout ShownDifferences
    ) {
        func words(_ marks: [Observation]) -> String {
            guard let times = marks.first(where: { $0.kind == .times }) else { return "stay" }
            return times.a != 0 && times.b != 0
                ? "mtime and ctime" : times.a != 0 ? "mtime" : "ctime"
        }
        guard words(before) != words(after) else { return }
        found.add(
            DifferenceKind(
                .data, "times that \(scenario[Int(operation)].kind.name) sets", words(before),
                words(after)),
            in: operation)
    }

    /// What stands at the first byte that differs.
    private func firstDifference(_ before: [Observation], _ after: [Observation]) -> (
        String, String
    )? {
        guard before != after else { return nil }
        let edges = Set((before + after).flatMap { [$0.a, $0.b] }).sorted()
        func byte(_ marks: [Observation], at position: Int64) -> Int64 {
            marks.first { $0.a <= position && position < $0.b }?.c ?? -1
        }
        for position in edges {
            let bytes = (byte(before, at: position), byte(after, at: position))
            guard bytes.0 != bytes.1 else { continue }
            if bytes.0 > 0, bytes.1 > 0 { return ("data", "other data") }
            return (words(byte: bytes.0), words(byte: bytes.1))
        }
        return nil
    }

    private func words(byte: Int64) -> String {
        byte < 0 ? "no block" : byte == 0 ? "zeroes" : "data"
    }

    private func describeMapped(
        _ before: [Observation], _ after: [Observation], _ tell: (String, String, String) -> Void
    ) {
        struct Place: Hashable {
            var kind: Observation.Kind
            var page: Int64
            var order: Int64
            var isPrivate: Int64
            var sorted: [Int64] { [page, order, isPrivate, Int64(kind.rawValue)] }
        }
        func places(_ marks: [Observation]) -> [Place: Observation] {
            var places: [Place: Observation] = [:]
            for mark in marks where mark.kind == .mapped || mark.kind == .dirty {
                let isPrivate = mark.kind == .mapped ? mark.c : 0
                places[Place(kind: mark.kind, page: mark.a, order: mark.b, isPrivate: isPrivate)] =
                    mark
            }
            return places
        }
        let (old, new) = (places(before), places(after))
        let all = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
        for place in all.sorted(by: { $0.sorted.lexicographicallyPrecedes($1.sorted) }) {
            let size = place.order == 0 ? "page" : "2 MiB"
            if place.kind == .dirty {
                tell(
                    "dirty tag of a \(size) entry at the end",
                    old[place] == nil ? "not set" : "set", new[place] == nil ? "not set" : "set")
            } else {
                let whose = place.isPrivate != 0 ? "private" : "shared"
                tell(
                    "a \(size) of the \(whose) mapping at the end", words(mapped: old[place]),
                    words(mapped: new[place]))
            }
        }
    }

    private func words(mapped mark: Observation?) -> String {
        guard let mark else { return "not mapped" }
        let backing: String
        switch Observation.Backing(rawValue: mark.e) {
        case .storage: backing = "storage"
        case .hugeZeroPage: backing = "the huge zero page"
        default: backing = "memory"
        }
        return "\(mark.d != 0 ? "writable" : "read-only") \(backing)"
    }

    // MARK: - Calls that can fail

    package func describePoints(_ pair: ObservationPair, _ found: inout ShownDifferences) {
        for operation in pair.operations {
            let (before, after) = pair.of(operation)
            guard before != after else { continue }
            var isTold = false
            for isEnding in [false, true] {
                let old = before.filter { ($0.b != 0) == isEnding }.map(\.a)
                let new = after.filter { ($0.b != 0) == isEnding }.map(\.a)
                for kind in Set(old).union(new).sorted() {
                    let counts = (old.count { $0 == kind }, new.count { $0 == kind })
                    guard counts.0 != counts.1 else { continue }
                    isTold = true
                    found.add(
                        DifferenceKind(
                            .points, name(ofPoint: kind) + (isEnding ? " in iomap_end" : ""),
                            DifferenceContext.often(counts.0, than: counts.1, "called"),
                            DifferenceContext.often(counts.1, than: counts.0, "called")),
                        in: operation)
                }
            }
            guard !isTold else { continue }
            let place = zip(before, after).prefix { $0 == $1 }.count
            found.add(
                DifferenceKind(
                    .points, "order of fallible calls", name(ofPoint: before[place].a),
                    name(ofPoint: after[place].a)), in: operation)
        }
    }

    private func name(ofPoint number: Int64) -> String {
        guard let kind = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: number)) else {
            return "a call"
        }
        let (old, new) = (pointNames.0[kind] ?? "\(kind)", pointNames.1[kind] ?? "\(kind)")
        func call(_ name: String) -> String { name.contains(" ") ? name : "\(name)()" }
        return old == new ? call(old) : "\(call(old)), now \(call(new)),"
    }
}
