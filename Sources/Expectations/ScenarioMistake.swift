// SPDX-License-Identifier: GPL-2.0-only

// What can be wrong with an own scenario. The machine also refuses a malformed run, but its message
// is about the run; here a mistake is reported before any run, with file and line of the
// description.

import Machine

/// Why an own scenario cannot be run.
public struct ScenarioMistake: Error, CustomStringConvertible, Sendable {
    public let scenario: String
    /// Source file of the description, relative to the checkout if it is in it.
    public let file: String
    public let line: Int
    public let reason: String

    init(of own: OwnScenario, reason: String) {
        scenario = own.name
        file = ScenarioMistake.shown(own.file)
        line = own.line
        self.reason = reason
    }

    public var description: String { "\(file):\(line): \(scenario): \(reason)" }

    /// A path without the part above the checkout.
    private static func shown(_ path: String) -> String {
        for folder in ["/Sources/", "/Tests/"] {
            if let range = path.firstRange(of: folder) {
                return String(path[path.index(after: range.lowerBound)...])
            }
        }
        return path
    }
}

extension OwnScenario {
    private static let tasksMax = 4
    private static let operationsMax = 64
    private static let extentsMax = 12
    private static let bytesMax: UInt64 = 1 << 42

    /// The first mistake in it; nil: none.
    func mistake() -> String? {
        let ofWhole = titleMistake() ?? tasksMistake() ?? extentsMistake() ?? mappingMistake()
        if let ofWhole { return ofWhole }
        for operation in setup {
            if let mistake = mistake(in: operation) { return mistake }
        }
        for operation in tasks.joined() {
            if let mistake = mistake(in: operation) { return mistake }
        }
        return nil
    }

    private func titleMistake() -> String? {
        let isName =
            !title.isEmpty && title.utf8.count <= 80
            && title.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || "-+/.".utf8.contains($0)
            }
        return isName
            ? nil : "a name has up to 80 small letters, digits, '-', '+', '.' and '/'"
    }

    private func tasksMistake() -> String? {
        guard (1...OwnScenario.tasksMax).contains(tasks.count) else {
            return "\(tasks.count) tasks; a scenario has 1 to \(OwnScenario.tasksMax)"
        }
        if let idle = tasks.firstIndex(where: \.isEmpty) { return "task \(idle) does nothing" }
        let count = tasks.reduce(setup.count) { $0 + $1.count }
        if count > OwnScenario.operationsMax {
            return "\(count) operations; a run has up to \(OwnScenario.operationsMax)"
        }
        if filesystem == .none, !setup.isEmpty {
            return "a world without a file has no prior state, so nothing can be done before"
        }
        return nil
    }

    private func extentsMistake() -> String? {
        guard (64...4096).contains(deviceBlocks) else {
            return "a device of \(deviceBlocks) blocks; it has 64 to 4096"
        }
        guard size <= OwnScenario.bytesMax else { return "a file of more than 4 TiB" }
        guard extents.count <= OwnScenario.extentsMax else {
            return "\(extents.count) extents; a file has up to \(OwnScenario.extentsMax)"
        }
        var end: UInt64 = 0
        var count: UInt64 = 0
        for extent in extents {
            let name = "the extent from block \(extent.block) on"
            if extent.count == 0 { return "\(name) has no blocks" }
            if UInt64(extent.block) < end { return "\(name) begins before the one ahead ends" }
            if !filesystem.hasExtentFlags, extent.isUnwritten || extent.isHuge {
                return "\(name) is unwritten or huge, which only the strict filesystem has"
            }
            end = UInt64(extent.block) + UInt64(extent.count)
            count += UInt64(extent.count)
        }
        if end * BlockMap.blockSize > OwnScenario.bytesMax { return "a block beyond 4 TiB" }
        if count >= UInt64(deviceBlocks) {
            return "\(count) blocks do not fit on a device of \(deviceBlocks) (deviceBlocks:)"
        }
        return nil
    }

    private func mappingMistake() -> String? {
        if mappedPages.count > 8192 || mappedPages.upperBound > 1 << 30 || skew > 8192 {
            return "the mapping of pages \(mappedPages) is out of reach: it has up to 8192 pages, "
                + "named by mapped:"
        }
        return nil
    }

    private func mistake(in operation: ScenarioOperation) -> String? {
        let name = "\(operation.kind.name) at byte \(operation.position)"
        let needsFile = operation.kind != .yield && operation.kind != .mutexSection
        guard needsFile != (filesystem == .none) else {
            return filesystem == .none
                ? "\(name) in a world without a file"
                : "\(operation.kind.name) is for a world without a file"
        }
        guard operation.position <= OwnScenario.bytesMax, operation.length <= OwnScenario.bytesMax
        else {
            return "\(name): beyond 4 TiB"
        }
        if operation.stores, operation.fill == 0 {
            return "\(name): zeroes cannot be told from a hole; store another byte"
        }
        if operation.kind.isAccess {
            let offset = operation.position % BlockMap.blockSize
            guard operation.length > 0, offset + operation.length <= BlockMap.blockSize else {
                return "\(name), \(operation.length) bytes: an access stays inside one page of 4096"
            }
        } else if operation.length == 0,
            operation.kind.isRead || operation.kind.isWrite || operation.kind == .unmap
                || operation.kind.isRange
        {
            return "\(name): of no bytes"
        }
        if operation.kind.isAccess || operation.kind == .unmap || operation.kind == .pin {
            let start = UInt64(mappedPages.lowerBound) * BlockMap.blockSize
            let end = UInt64(mappedPages.upperBound) * BlockMap.blockSize
            guard operation.position >= start, operation.position + operation.length <= end else {
                return "\(name): outside of the mapped pages \(mappedPages) (mapped:)"
            }
        }
        return nil
    }
}

extension Extent {
    fileprivate var isHuge: Bool { flags.contains(.pmdAligned) }
}
