// SPDX-License-Identifier: GPL-2.0-only

import Machine

/// `durability`: when fsync() or a freeze returns 0, every byte that was stored before it began has
/// been flushed since; and what is stored and not flushed at the end lies under a dirty entry, so
/// that the next fsync() finds it.
///
/// Models fsync(2), and what fs/dax.c says of its tags: an entry stays dirty from before a store can
/// be made until it has been written back. The machine lists the bytes of each store until a flush
/// has covered them (csrc/machine/storage/cpu_cache.c); copies and zeroing that go past the caches
/// are not in the list. There is no model of a loss of power.
///
/// A store through MAP_SYNC needs no fsync(): its process flushes what it stores. So what the kernel
/// has copied to the page beforehand is flushed when the store can be made.
///
/// The same of metadata: an fsync() of the only task has written the blocks of numbers that were
/// dirty before, a write() or truncate() of a synchronous file has written those that it changed, and
/// the inode; and at the end a block of metadata, or an inode of ext2, that differs from what was
/// last read or written is dirty, so that somebody will write it.
///
/// Applies to runs that store through a shared mapping, or that leave bytes in the caches, and to
/// metadata that is changed and not dirty. A block
/// that the file owns no longer, or that lies behind its end, may be left as it is.
enum Durability: Rule {
    static let name = "durability"
    static let rule =
        "what was stored before an fsync() that returns 0 is flushed, and until then under a dirty "
        + "entry"

    enum Case: Int {
        case notFlushed, notDirty, notMarked, copyNotFlushed
    }

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        if facts.leftByFsync >= 0 {
            let what: Case =
                isStore(facts.events[facts.leftByFsync], facts) ? .copyNotFlushed : .notFlushed
            return .broken(RuleFailure(event: facts.leftByFsync, what: what.rawValue))
        }
        if facts.leftAtEnd >= 0 {
            for index in facts.leftAtEnd..<facts.events.count {
                let event = facts.events[index]
                guard event.kind == .unflushed, let page = page(of: event, facts) else { continue }
                // A store can come between the new size and the unmapping of what is behind it.
                if page < FileModel.pagesUp(facts.size), !facts.isDirty(page) {
                    return .broken(
                        RuleFailure(
                            event: index, what: Case.notDirty.rawValue, actual: Int64(page)))
                }
            }
        }
        for index in 0..<facts.leaks.count where facts.leaks[index].kind == .change {
            return .broken(
                RuleFailure(event: -1, what: Case.notMarked.rawValue, actual: Int64(index)))
        }
        return .keptIf(applicable: facts.hasStore || facts.leftAtEnd >= 0)
    }

    private static func isStore(_ event: Event, _ facts: borrowing RunFacts) -> Bool {
        event.operation.map { facts.scenario.operations[$0].kind.isAccess } ?? false
    }

    /// The page of the file whose block an event names; nil if the file does not own it.
    private static func page(of event: Event, _ facts: borrowing RunFacts) -> UInt64? {
        if event.arg0 >= 0 {
            guard let block = facts.block(at: event.arg0) else { return nil }
            return Int64(block.deviceBlock) == event.arg1 ? UInt64(event.arg0) : nil
        }
        for block in facts.blocks
        where block.fileBlock >= 0 && Int64(block.deviceBlock) == event.arg1 {
            return UInt64(block.fileBlock)
        }
        return nil
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        if failure.what == Case.notMarked.rawValue {
            return Explanation(
                expected: "what was changed is dirty, or was written",
                actual: "\(facts.leaks[Int(failure.actual)].what) was changed and is not dirty")
        }
        let event = facts.events[failure.event]
        if event.arg0 < 0 && event.operation != nil {
            return Explanation(
                expected: "metadata that was dirty before the call is written when it returns 0",
                actual: event.arg1 < 0
                    ? "the inode has another size or other blocks than the device knows"
                    : "block \(event.arg1) is dirty still", event: failure.event)
        }
        let bytes = "\(event.arg3) bytes at byte \(event.arg2) of block \(event.arg1)"
        switch Case(rawValue: failure.what)! {
        case .notFlushed:
            return Explanation(
                expected: "what was stored to page \(event.arg0) before the call is flushed when "
                    + "it returns 0",
                actual: "\(bytes) were not flushed since it began", event: failure.event)
        case .copyNotFlushed:
            return Explanation(
                expected: "what is copied to page \(event.arg0) is flushed before MAP_SYNC maps it "
                    + "for a store",
                actual: "\(bytes) were not flushed", event: failure.event)
        case .notDirty, .notMarked:
            return Explanation(
                expected: "page \(failure.actual) has a dirty entry, because \(bytes) are not "
                    + "flushed",
                actual: "no fsync() will find them: there is no dirty entry", event: failure.event)
        }
    }

    static func description(ofCase what: Int) -> String {
        switch Case(rawValue: what)! {
        case .notFlushed: "fsync() returns 0 and has not flushed what was stored before"
        case .copyNotFlushed: "a store through MAP_SYNC finds a copy that is not flushed"
        case .notMarked: "metadata was changed and is not dirty"
        case .notDirty: "what was stored and not flushed has no dirty entry"
        }
    }
}
