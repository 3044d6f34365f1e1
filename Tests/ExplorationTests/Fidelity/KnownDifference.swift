// SPDX-License-Identifier: GPL-2.0-only

// Where the embedded slice, with what was merged in 4.10, and a 5.10 kernel rightly do not do the
// same. Each row says why, and takes exactly that difference out of the two behaviours; what is
// left must be equal. csrc/kernel/README.md has the same list for readers.

import Expectations
import Machine
import VariantTesting

/// A difference between the embedded slice and 5.10 that is known and explained.
struct KnownDifference: Sendable {
    let title: String
    let reason: String
    /// Takes the difference out of the behaviours of the slice and of the tree.
    private let takeOut: @Sendable (Scenario, inout Behaviour, inout Behaviour) -> Void

    /// Takes out of two behaviours all that is known; returns which rows did something.
    static func reconcile(
        _ scenario: Scenario, _ slice: inout Behaviour, _ tree: inout Behaviour
    ) -> Set<String> {
        var used: Set<String> = []
        for row in all {
            if slice == tree { break }
            let before = (slice, tree)
            row.takeOut(scenario, &slice, &tree)
            if before != (slice, tree) { used.insert(row.title) }
        }
        return used
    }

    // MARK: - The list

    static let all: [KnownDifference] = [
        KnownDifference(
            title: "A fault says that it is one",
            reason: "The flag IOMAP_FAULT is younger than the slice, whose begin and end are not "
                + "told it."
        ) { _, _, tree in
            tree.mapSteps { _, step in
                guard case .begin(let position, let length, let flags) = step else {
                    return [step]
                }
                return [.begin(position, length, flags & ~8)]
            }
        },
        KnownDifference(
            title: "A new block is a major fault",
            reason: "In 2016 ext2 reported a block as new to files without DAX only, so a fault "
                + "that allocates one was minor; 5.10 reports IOMAP_F_NEW for all."
        ) { scenario, _, tree in
            guard scenario.geometry.filesystem == .ext2 else { return }
            tree.mapCodes { _, code in code.subtracting(.major) }
        },
        KnownDifference(
            title: "A load from a hole maps a zero page",
            reason: "The slice puts a zeroed page into the page cache, locks it in place of the "
                + "entry, and hands it to the caller, who maps it and gives the lock back; in "
                + "5.10 the fault maps the shared zero page itself, and the entry stays locked."
        ) { _, slice, _ in
            slice.mapCodes { operation, code in
                guard code.contains(.locked) else { return code }
                return code.subtracting(.locked).union(operation.isStore ? .doneCOW : .noPage)
            }
            for index in slice.operations.indices { slice.operations[index].lockPageAsEntry() }
        },
        KnownDifference(
            title: "A copy on write is mapped by the handler",
            reason: "The slice leaves the entry locked for the caller, who maps the copy and "
                + "unlocks it when all other locks are given back; in 5.10 the handler calls "
                + "finish_fault() and unlocks the entry itself."
        ) { _, slice, _ in
            for index in slice.operations.indices
            where slice.operations[index].kind.isPrivate {
                slice.operations[index].unlockEntryBehindEnd()
            }
        },
        KnownDifference(
            title: "No block is kept for root",
            reason:
                "The slice's allocator gives out every free block; a kernel keeps those that the "
                + "super block reserves, and says that there is no space."
        ) { scenario, slice, tree in
            let flags = scenario.geometry.flags
            guard !flags.isDisjoint(with: [.reserved, .halfReserved]) else { return }
            slice = tree
        },
        KnownDifference(
            title: "write() drops stale mappings elsewhere",
            reason: "The slice drops hole pages and huge zero pages, and those only, behind "
                + "iomap_end; upstream invalidates the range between begin and end when the "
                + "extent is new, empty entries too, so that a 2 MiB fault may be tried there."
        ) { _, slice, tree in
            var isWritten = false
            for index in slice.operations.indices {
                if slice.operations[index].kind == .write {
                    isWritten = true
                    slice.operations[index].dropInvalidation()
                    tree.operations[index].dropInvalidation()
                } else if isWritten && slice.operations[index].kind.isPMD {
                    tree.operations[index].dropFailedHugeFault(notIn: slice.operations[index])
                }
            }
        },
        KnownDifference(
            title: "fsync() write-protects",
            reason: "In the slice fsync() flushes dirty entries and leaves them dirty and mapped; "
                + "in 5.10 it locks each entry, makes its mappings read-only and the entry clean, "
                + "and the next store faults again."
        ) { _, slice, tree in
            var isSynced = false
            for index in tree.operations.indices {
                if tree.operations[index].kind == .fsync {
                    isSynced = true
                    tree.operations[index].dropInvalidation()
                } else if isSynced && slice.operations[index].steps.isEmpty
                    && slice.operations[index].kind.isStore
                {
                    tree.operations[index].codes = []
                    tree.operations[index].steps = []
                }
            }
        },
        KnownDifference(
            title: "A bad block spoils the whole access",
            reason: "Under the slice the device maps storage up to the first bad block, and "
                + "read() and write() do that much; the drivers refuse a range with a bad block "
                + "in it, and so does the device under a tree."
        ) { scenario, slice, tree in
            guard scenario.geometry.hasBadMedium else { return }
            for index in slice.operations.indices
            where tree.operations[index].value == -Int64(Errno.eio)
                && slice.operations[index].value > 0
            {
                slice.operations[index] = tree.operations[index]
                slice.contents = tree.contents
            }
        },
        KnownDifference(
            title: "pfn_mkwrite is a fault",
            reason: "dax_pfn_mkwrite() marks the entry dirty and asks nobody; in 5.10 "
                + "->pfn_mkwrite() is the fault handler, with begin and end under a locked entry."
        ) { _, slice, tree in
            for index in tree.operations.indices where !slice.operations[index].hasBegin {
                tree.operations[index].dropFault()
            }
        },
        KnownDifference(
            title: "read() locks the inode for read",
            reason: "The slice's ext2 takes i_rwsem for read() as for write(); in 5.10 it takes it "
                + "shared."
        ) { _, _, tree in
            tree.mapSteps { operation, step in
                guard operation == .read, case .lock("i_rwsem", _) = step else { return [step] }
                return [.lock("i_rwsem", isRead: false)]
            }
        },
        KnownDifference(
            title: "The strict filesystem zeroes a tail through iomap",
            reason: "The slice offers no zeroing to a filesystem that is not ext2, so the strict "
                + "one zeroes by itself; on a tree it calls iomap_zero_range(), with begin and end."
        ) { scenario, _, tree in
            guard scenario.geometry.filesystem == .strict else { return }
            for index in tree.operations.indices
            where tree.operations[index].kind == .truncate {
                tree.operations[index].dropZeroing()
            }
        },
    ]
}

// MARK: - Taking out

extension Behaviour {
    /// Puts other steps in the place of each.
    mutating func mapSteps(_ body: (Machine.Operation.Kind, Step) -> [Step]) {
        for index in operations.indices {
            let kind = operations[index].kind
            operations[index].steps = operations[index].steps.flatMap { body(kind, $0) }
        }
    }

    mutating func mapCodes(_ body: (Machine.Operation.Kind, VMFault) -> VMFault) {
        for index in operations.indices {
            let kind = operations[index].kind
            operations[index].codes = operations[index].codes.map { body(kind, $0) }
        }
    }
}

extension Behaviour.Operation {
    var hasBegin: Bool {
        steps.contains {
            if case .begin = $0 { true } else { false }
        }
    }

    private static func isEntry(_ name: String) -> Bool { name.hasPrefix("entry ") }

    /// A locked hole page is the lock of its slot, as the locked entry is: whichever comes first
    /// takes it, and whichever goes last gives it back.
    mutating func lockPageAsEntry() {
        guard steps.contains(.unlock("page")) else { return }
        guard kind.isAccess else {
            // Dropped by a system call: there is no entry that would be locked.
            return steps.removeAll { $0 == .lock("page", isRead: false) || $0 == .unlock("page") }
        }
        let slot = "entry \(position / 4096)"
        var holders: Set<String> = []
        steps = steps.filter { step in
            switch step {
            case .lock(let name, _) where name == slot || name == "page":
                return holders.insert(name).inserted && holders.count == 1
            case .unlock(let name) where name == slot || name == "page":
                return holders.remove(name) != nil && holders.isEmpty
            default: return true
            }
        }.map { step in
            switch step {
            case .lock("page", _): .lock(slot, isRead: false)
            case .unlock("page"): .unlock(slot)
            default: step
            }
        }
        if !kind.isStore { unlockEntryBehindEnd() }
    }

    /// The last unlock of an entry comes directly behind the end before it.
    mutating func unlockEntryBehindEnd() {
        guard
            let unlock = steps.lastIndex(where: {
                if case .unlock(let name) = $0 { Self.isEntry(name) } else { false }
            }),
            let end = steps[..<unlock].lastIndex(where: {
                if case .end = $0 { true } else { false }
            })
        else { return }
        steps.insert(steps.remove(at: unlock), at: end + 1)
    }

    /// Without begin and end, and the entry that is locked around them.
    mutating func dropFault() {
        guard kind == .pfnMkwrite || kind.isStore else { return }
        steps.removeAll {
            switch $0 {
            case .begin, .end: true
            case .lock(let name, _), .unlock(let name): Self.isEntry(name)
            }
        }
    }

    /// Without the begin and end of zeroing.
    mutating func dropZeroing() {
        guard
            let begin = steps.firstIndex(where: {
                if case .begin(_, _, let flags) = $0 { flags & 2 != 0 } else { false }
            })
        else { return }
        steps.removeSubrange(begin...begin + 1)
    }

    /// Without a 2 MiB fault that began, came to nothing, and is not in another behaviour.
    mutating func dropFailedHugeFault(notIn other: Behaviour.Operation) {
        let begin = steps.firstIndex {
            if case .begin(_, 512 * 4096, _) = $0 { !other.steps.contains($0) } else { false }
        }
        guard let begin, begin > 0, begin + 1 < steps.count,
            case .end(_, _, 0) = steps[begin + 1], case .lock(let entry, _) = steps[begin - 1]
        else { return }
        steps.removeSubrange(begin...begin + 1)
        steps.removeAll { $0 == .lock(entry, isRead: false) || $0 == .unlock(entry) }
    }

    /// Without the locks under which entries and mappings are changed.
    mutating func dropInvalidation() {
        steps.removeAll {
            switch $0 {
            case .begin, .end: false
            case .lock(let name, _), .unlock(let name):
                Self.isEntry(name) || name == "i_mmap_rwsem"
            }
        }
    }
}
