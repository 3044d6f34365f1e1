// SPDX-License-Identifier: GPL-2.0-only

// Calls of iomap_begin and iomap_end that are not the same on both sides. A begin, what it
// answered, and the end that belongs to it are one span; spans of both sides are matched by what
// they are about, and then compared argument by argument. Numbers that depend on the file become
// words: `written` is all, some or nothing of the length.

import Machine

/// A begin, its answer and its end; either of the calls can be missing.
private struct CallSpan {
    var begin: Observation?
    var extent: Observation?
    var end: Observation?

    /// What spans are matched by: where they are and how long.
    struct Place: Hashable {
        var position: Int64
        var length: Int64
    }

    var place: Place {
        let call = begin ?? end!
        return Place(position: call.a, length: call.b)
    }

    static func all(_ marks: [Observation]) -> [CallSpan] {
        var spans: [CallSpan] = []
        for mark in marks {
            switch mark.kind {
            case .begin: spans.append(CallSpan(begin: mark))
            case .extent where !spans.isEmpty: spans[spans.count - 1].extent = mark
            case .end:
                if let last = spans.last, last.begin?.d == 0, last.end == nil {
                    spans[spans.count - 1].end = mark
                } else {
                    spans.append(CallSpan(end: mark))
                }
            default: break
            }
        }
        return spans
    }

    /// Spans of both sides beside each other, as many as possible of them matched.
    static func matched(
        _ before: [CallSpan], _ after: [CallSpan]
    ) -> [(before: CallSpan?, after: CallSpan?)] {
        let change = after.map(\.place).difference(from: before.map(\.place))
        let removed = Set(change.removals.map(\.place))
        let inserted = Set(change.insertions.map(\.place))
        var pairs: [(before: CallSpan?, after: CallSpan?)] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            let isGone = old < before.count && removed.contains(old)
            let isNew = new < after.count && inserted.contains(new)
            // What was replaced is one thing with other arguments.
            pairs.append(
                (
                    old < before.count && (isGone || !isNew) ? before[old] : nil,
                    new < after.count && (isNew || !isGone) ? after[new] : nil
                ))
            if isGone || !isNew { old += 1 }
            if isNew || !isGone { new += 1 }
        }
        return pairs
    }
}

extension CollectionDifference.Change {
    /// Where in its collection the element is.
    fileprivate var place: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}

extension DifferenceContext {
    package func describeCalls(_ pair: ObservationPair, _ found: inout ShownDifferences) {
        for operation in pair.operations {
            let (before, after) = pair.of(operation)
            guard before != after else { continue }
            let spans = CallSpan.matched(CallSpan.all(before), CallSpan.all(after))
            for (old, new) in spans {
                compare(old, new) { subject, before, after in
                    found.add(DifferenceKind(.calls, subject, before, after), in: operation)
                }
            }
        }
    }

    private func compare(
        _ old: CallSpan?, _ new: CallSpan?, _ tell: (String, String, String) -> Void
    ) {
        switch (old?.begin, new?.begin) {
        case (nil, let call?): tell("iomap_begin", "not called", "called with \(flags(call.c))")
        case (let call?, nil): tell("iomap_begin", "called with \(flags(call.c))", "not called")
        case (let one?, let other?): compare(begin: one, other, tell)
        case (nil, nil): break
        }
        if let one = old?.extent, let other = new?.extent { compare(extent: one, other, tell) }
        switch (old?.end, new?.end) {
        case (nil, let call?): tell("iomap_end", "not called", "called with \(words(end: call))")
        case (let call?, nil): tell("iomap_end", "called with \(words(end: call))", "not called")
        case (let one?, let other?): compare(end: one, other, tell)
        case (nil, nil): break
        }
    }

    private func compare(
        begin one: Observation, _ other: Observation, _ tell: (String, String, String) -> Void
    ) {
        if one.c != other.c { tell("iomap_begin's flags", flags(one.c), flags(other.c)) }
        tellPlace("iomap_begin", one, other, tell)
        if one.d != other.d {
            tell("iomap_begin's result", Errno.name(of: one.d), Errno.name(of: other.d))
        }
    }

    private func compare(
        extent one: Observation, _ other: Observation, _ tell: (String, String, String) -> Void
    ) {
        if one.c != other.c {
            tell("the extent's type", IomapNames.type(one.c), IomapNames.type(other.c))
        }
        if one.d != other.d {
            tell(
                "the extent's flags", IomapNames.extentFlags(one.d),
                IomapNames.extentFlags(other.d))
        }
        tellPlace("the extent", one, other, tell)
    }

    private func compare(
        end one: Observation, _ other: Observation, _ tell: (String, String, String) -> Void
    ) {
        if (one.d, one.b) != (other.d, other.b), written(one) != written(other) {
            tell("iomap_end's written", written(one), written(other))
        } else if one.d != other.d, one.b == other.b {
            tell("iomap_end's written", "a part", one.d < other.d ? "a larger part" : "less")
        }
        if one.c != other.c { tell("iomap_end's flags", flags(one.c), flags(other.c)) }
        tellPlace("iomap_end", one, other, tell)
        if one.e != other.e {
            tell("iomap_end's result", Errno.name(of: one.e), Errno.name(of: other.e))
        }
    }

    private func tellPlace(
        _ subject: String, _ one: Observation, _ other: Observation,
        _ tell: (String, String, String) -> Void
    ) {
        if one.a != other.a {
            tell("\(subject)'s position", "there", one.a < other.a ? "further on" : "before it")
        }
        if one.b != other.b {
            tell("\(subject)'s length", "n", one.b < other.b ? "more than n" : "less than n")
        }
    }

    private func flags(_ value: Int64) -> String { IomapNames.flags(value) }

    /// `written` beside the length that it is about.
    private func written(_ end: Observation) -> String {
        end.d == 0 ? "0" : end.d == end.b ? "length" : end.d < end.b ? "a part" : "too much"
    }

    private func words(end: Observation) -> String {
        "written = \(written(end)), \(flags(end.c))"
    }
}
