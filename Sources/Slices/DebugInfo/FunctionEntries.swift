// SPDX-License-Identifier: GPL-2.0-only

// The counters that say whether a function was entered. Clang counts a function's first region where
// it is entered, also where it is compiled into its caller, so an inline function has one as well.

import System

extension HunkCounters {
    /// The entries of functions, a line for each.
    ///
    /// - Throws: `QuestionError` for a name that is no function of the compiled slice.
    package init(entering names: [String], of variant: Variant) throws {
        let entries = try FunctionEntries(of: variant)
        counters = []
        sums = []
        lines = []
        for name in names {
            guard let found = entries.regions[name] else {
                throw QuestionError(
                    .unreadable,
                    reason: "no function \(name) is compiled in this slice; "
                        + NearestName.hint(
                            for: name, among: entries.regions.keys.sorted(),
                            else: "`faultline tree` tells what is"))
            }
            for region in found {
                let terms = region.sum.sorted { $0.key < $1.key }
                let first = counters.count
                counters += terms.map(\.key)
                lines.append(
                    CodeLine(
                        location: SourceLine(file: region.file, line: region.start.line),
                        sums: [sums.count]))
                sums.append(
                    Sum(slots: terms.indices.map { first + $0 }, factors: terms.map(\.value)))
            }
        }
    }
}

/// The first region of each function that is compiled.
private struct FunctionEntries {
    /// By the function's name; several where files have static functions of one name.
    var regions: [String: [CoverageMap.Region]] = [:]

    init(of variant: Variant) throws {
        guard let map = CoverageMap(image: try Disk.read(variant.image)) else {
            throw QuestionError(
                .toolchain,
                reason: "which functions run is not known: the coverage map of this clang cannot "
                    + "be read")
        }
        var functions = SourceFunctions(of: variant)
        for function in map.functions {
            // In the order of the map, where regions of expanded macros stand behind it.
            guard let first = function.first(where: { $0.kind == .code }), !first.sum.isEmpty,
                let name = functions.name(
                    at: SourceLine(file: first.file, line: first.start.line))
            else { continue }
            regions[name, default: []].append(first)
        }
    }
}

extension Variant {
    /// The lines of all functions that are compiled, by file: from a function's first brace to its
    /// last.
    package func linesOfFunctions() throws -> [String: Set<Int>] {
        let entries = try FunctionEntries(of: self)
        var lines: [String: Set<Int>] = [:]
        for region in entries.regions.values.joined() where region.start.line < region.end.line {
            guard Disk.isFile(sources + "/" + region.file) else { continue }
            lines[region.file, default: []].formUnion((region.start.line + 1)..<region.end.line)
        }
        return lines
    }
}
