// SPDX-License-Identifier: GPL-2.0-only

// The trace as lines: who, what, on which thing, with what result, and where in the code. Objects
// have names and numbers of their own, so that two traces of the same run are equal to the byte.

import Exploration
import Machine

/// Writes the steps of a run.
struct TraceText {
    let witness: Witness

    private var record: RunRecord { witness.record }

    /// The steps, one a line.
    ///
    /// - Parameter around: only those so near to where something goes wrong; nil for all.
    func lines(around: Int? = nil) -> [String] {
        var lines: [String] = []
        var left = 0
        let wanted = around.map { near($0) }
        var depth = 0
        for (index, step) in record.steps.enumerated() {
            switch step.kind {
            case .opReturn, .faultReturn, .endReturn: depth = max(0, depth - 1)
            default: break
            }
            if wanted?.contains(index) ?? true {
                if left > 0 { lines.append(Self.gap(left)) }
                left = 0
                lines.append(line(index, step, depth: depth))
            } else {
                left += 1
            }
            switch step.kind {
            case .opEnter, .faultEnter, .end: depth += 1
            default: break
            }
        }
        if left > 0 { lines.append(Self.gap(left)) }
        return lines
    }

    private static func gap(_ steps: Int) -> String {
        "    .  " + "".padded(to: 8) + "(\(steps.of("step")))"
    }

    /// The steps within a distance of a failing call, a broken rule, a warning, or the end of a run
    /// that did not finish.
    private func near(_ distance: Int) -> Set<Int> {
        var places = record.findings.compactMap(\.event)
        for (index, step) in record.steps.enumerated() {
            switch step.kind {
            case .point where step.result != 0: places.append(index)
            case .warn, .misuse: places.append(index)
            default: break
            }
        }
        if record.endChain != nil || places.isEmpty { places.append(record.steps.count - 1) }
        return Set(places.flatMap { max(0, $0 - distance)...max(0, $0 + distance) })
    }

    /// What the code says, with its level; of dump_stack() who called whom, innermost first.
    private func said(_ chain: RunRecord.Chain?, _ level: Int64) -> String {
        guard let chain else { return "printk: one text too many to be kept" }
        switch Event.Said(rawValue: level) {
        case .trace: return "trace_printk: \(chain.text)"
        case .stack:
            return "dump_stack: "
                + witness.frames(of: chain).map(\.function).joined(separator: " <- ")
        case .byDefault: return "printk: \(chain.text)"
        case nil: return "printk <\(level)>: \(chain.text)"
        }
    }

    private func line(_ index: Int, _ step: RunRecord.Step, depth: Int) -> String {
        var line = String(index).rightAligned(to: 5) + "  " + TaskName.of(step.task).padded(to: 8)
        line += String(repeating: "  ", count: depth) + describe(step)
        if let location = witness.location(of: step.pc) {
            line = line.padded(to: 64) + " " + location
        }
        return line
    }

    // One case a kind of event; a table of closures would say the same with more ceremony.
    func describe(_ step: RunRecord.Step) -> String {
        let first = step.arguments[0]
        let second = step.arguments[1]
        let third = step.arguments[2]
        let fourth = step.arguments[3]
        let errno = step.result == 0 ? "" : " = \(Errno.name(of: step.result))"
        switch step.kind {
        case .none: return "?"
        case .opEnter:
            return operation(Int(first)).map(OperationText.describe) ?? "operation \(first)"
        case .opReturn:
            return "returns " + OperationText.result(record.operations[safe: Int(first)])
        case .schedule: return "task \(first) runs next" + (third != 0 ? " (as told)" : "")
        case .taskExit: return "exits"
        case .faultEnter:
            return "\(second != 0 ? "write" : "read") fault, page \(first)"
                + (third != 0 ? ", private" : "") + order(fourth)
        case .faultReturn: return "fault returns \(vmFault(step.result))"
        case .access:
            return (fourth != 0 ? "private " : "")
                + (third < 0 ? "load" : "store of 0x\(hexadecimal(third))")
                + " at \(first), \(second) bytes"
        case .lock: return "lock \(step.lockName) for \(mode(second))"
        case .lockWait: return "wait for \(step.lockName) for \(mode(second))"
        case .trylock:
            return "trylock \(step.lockName) for \(mode(second)): "
                + (step.result != 0 ? "taken" : "busy")
        case .unlock: return "unlock \(step.lockName) for \(mode(second))"
        case .downgrade: return "downgrade \(step.lockName)"
        case .wait:
            return "sleep on the queue of index \(second)" + (first != 0 ? ", exclusive" : "")
        case .wake: return "wake \(first == 0 ? "all" : "\(first)"): \(second) woken"
        case .allocate:
            return "allocate \(first) bytes" + (step.result != 0 ? ": \(step.object)" : ": fails")
        case .free: return "free \(step.object)"
        case .pageGet: return "get \(step.object), count \(first)"
        case .pagePut: return "put \(step.object), count \(first)"
        case .preload: return "preload\(errno)"
        case .preloadEnd: return "preload ends"
        case .indexLookup: return "look up index \(first): \(entry(second, third))"
        case .indexInsert: return "insert at index \(first): \(entry(second, third))\(errno)"
        case .indexReplace: return "replace at index \(first): \(entry(second, third))"
        case .indexDelete: return "delete at index \(first): \(entry(second, 0))"
        case .indexTag: return "\(third != 0 ? "set" : "clear") tag \(second) at index \(first)"
        case .cacheAdd: return "add \(step.object) to the page cache at \(first)\(errno)"
        case .cacheRemove: return "remove \(step.object) from the page cache at \(first)"
        case .pteInsert:
            return
                "map page \(first) to \(block(second, "a page of memory"))\(writable(third))\(errno)"
        case .pmdInsert:
            return "map 2 MiB at page \(first) to \(block(second, "the huge zero page"))"
                + "\(writable(third)) = \(vmFault(step.result))"
        case .pteClear: return "unmap page \(first)"
        case .pmdClear: return "unmap 2 MiB at page \(first)"
        case .pmdSplit: return "split the huge pmd at page \(first)"
        case .pteProtect: return "make page \(first) \(second != 0 ? "writable" : "read-only")"
        case .unmapRange:
            return "unmap from byte \(first)" + (second == 0 ? " to the end" : ", \(second) bytes")
                + (third != 0 ? ", private copies too" : "")
        case .queueEnter: return "enter the queue of the device\(errno)"
        case .queueExit: return "leave the queue of the device"
        case .directAccess:
            return
                "direct access to block \(first), \(second) bytes = \(Errno.name(of: step.result))"
        case .zeroout: return "zero \(blocks(first, second))\(errno)"
        case .blockAllocate:
            return step.result < 0
                ? "allocate a block\(errno)" : "allocate \(blocks(first, second))"
        case .blockFree: return "free \(blocks(first, second))"
        case .metadataRead: return "read metadata block \(first)\(errno)"
        case .metadataDirty: return "dirty metadata block \(first)"
        case .metadataWrite where first < 0: return "write the inode\(errno)"
        case .metadataWrite: return "write metadata block \(first)\(errno)"
        case .flush:
            return first < 0
                ? "flush the device's cache" : "flush block \(first), \(second) bytes"
        case .unflushed:
            return "NOT FLUSHED: \(fourth) bytes at byte \(third) of block \(second)"
        case .begin:
            return "iomap_begin(pos \(first), length \(second), \(IomapNames.flags(third)))\(errno)"
        case .map:
            return "  extent: offset \(first), length \(second), \(IomapNames.type(third))"
                + IomapNames.behindComma(extentFlags: fourth)
        case .source:
            return "  copied from: offset \(first), length \(second), \(IomapNames.type(third))"
        case .end:
            return "iomap_end(pos \(first), length \(second), written \(fourth), "
                + "\(IomapNames.flags(third)))"
        case .endReturn: return "iomap_end returns \(Errno.name(of: step.result))"
        case .size: return "i_size \(first) -> \(second)"
        case .copy:
            return "copy \(second) bytes \(first != 0 ? "to" : "from") the user: "
                + "\(Errno.name(of: step.result))"
        case .freezeEnter:
            return second == 0
                ? "freeze protection taken, level \(first)" : "level \(first) is frozen"
        case .freezeExit:
            return second == 0
                ? "freeze protection given back, level \(first)" : "level \(first) thaws"
        case .countEvent:
            return
                "count \(first == 1 ? "PGMAJFAULT" : first == 2 ? "THP_FAULT_FALLBACK" : "event \(first)")"
        case .point:
            let kind = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: second))
            let name = kind?.description ?? "point \(second)"
            return step.result == 0
                ? "fallible call \(first): \(name)"
                : "FAILURE at call \(first): \(name) = \(Errno.name(of: step.result))"
        case .warn: return "WARNING: " + (record.chains[safe: Int(first)]?.text ?? "")
        case .misuse: return "MISUSE: " + (record.chains[safe: Int(first)]?.text ?? "")
        case .times: return "mtime \(first) -> \(second), ctime \(third) -> \(fourth)"
        case .print: return said(record.chains[safe: Int(first)], second)
        case .request: return request(first, second, step)
        }
    }

    private static let requests: [Int64: String] = [
        4: "SETATTR", 16: "WRITE", 20: "FSYNC", 43: "FALLOCATE", 48: "SETUPMAPPING",
        49: "REMOVEMAPPING",
    ]

    /// What fuse's server was asked.
    private func request(_ opcode: Int64, _ position: Int64, _ step: RunRecord.Step) -> String {
        let name = TraceText.requests[opcode] ?? "request \(opcode)"
        let window = step.arguments[3]
        return "ask the server: \(name)"
            + (window >= 0 ? " of the file at \(position), at block \(window) of the window" : "")
            + (step.result == 0 ? "" : " = \(Errno.name(of: step.result))")
    }

    private func operation(_ index: Int) -> Operation? { witness.run.operations[safe: index] }

    private func mode(_ value: Int64) -> String { value == 0 ? "write" : "read" }
    private func order(_ value: Int64) -> String {
        value == 9 ? ", 2 MiB" : value < 0 ? ", pfn_mkwrite" : ""
    }
    private func vmFault(_ value: Int64) -> VMFault {
        VMFault(rawValue: UInt32(truncatingIfNeeded: value))
    }
    private func writable(_ value: Int64) -> String { value != 0 ? ", writable" : ", read-only" }
    private func block(_ value: Int64, _ memory: String) -> String {
        value < 0 ? memory : "block \(value)"
    }
    private func blocks(_ first: Int64, _ count: Int64) -> String {
        count <= 1 ? "block \(first)" : "blocks \(first) to \(first + count - 1)"
    }
    private func entry(_ kind: Int64, _ locked: Int64) -> String {
        let name: String
        switch EntryKind(rawValue: UInt8(truncatingIfNeeded: kind)) ?? .none {
        case .none: return "nothing"
        case .page: name = "hole page"
        case .pte: name = "PTE entry"
        case .pmd: name = "PMD entry"
        case .emptyPTE: name = "empty PTE entry"
        case .emptyPMD: name = "empty PMD entry"
        case .hugeZero: name = "huge zero entry"
        case .zeroPage: name = "zero page entry"
        }
        return name + (locked != 0 ? ", locked" : "")
    }
    private func hexadecimal(_ value: Int64) -> String { String(value, radix: 16) }
}

extension IomapNames {
    /// Flags of an extent behind a comma; nothing where there are none.
    static func behindComma(extentFlags flags: Int64) -> String {
        flags == 0 ? "" : ", " + extentFlags(flags)
    }
}
