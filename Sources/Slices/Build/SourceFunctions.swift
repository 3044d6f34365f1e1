// SPDX-License-Identifier: GPL-2.0-only

// Functions of patched sources, by their lines: which one a line is in, and which the patches change.

import System

/// The functions of a variant's sources.
package struct SourceFunctions {
    private let variant: Variant
    private var files: [String: SourceItems] = [:]

    package init(of variant: Variant) { self.variant = variant }

    /// The name of the function around a line; nil if there is none.
    package mutating func name(at location: SourceLine) -> String? {
        if files[location.file] == nil {
            let bytes = try? Disk.read(variant.sources + "/" + location.file)
            files[location.file] = SourceItems(bytes ?? [])
        }
        return files[location.file]?.functions.first { $0.lines.contains(location.line) }?.name
    }

    /// The lines of the functions that are not in another variant as they are here.
    package static func changed(
        from base: Variant, to variant: Variant
    ) throws -> [SourceLine] {
        var changed: [SourceLine] = []
        for file in Disk.files(under: variant.sources) where file.hasSuffix(".c") {
            let bytes = try Disk.read(variant.sources + "/" + file)
            let old = (try? Disk.read(base.sources + "/" + file)) ?? []
            guard bytes != old else { continue }
            let (items, before) = (SourceItems(bytes), SourceItems(old))
            let known = Set(before.functions.map { Array(before.lines[$0.range]) })
            for function in items.functions where !known.contains(Array(items.lines[function.range])) {
                changed += function.lines.filter { $0 >= function.bodyLine }
                    .map { SourceLine(file: file, line: $0) }
            }
        }
        return changed
    }
}

extension SourceItem {
    /// Its lines as indices.
    fileprivate var range: ClosedRange<Int> { (lines.lowerBound - 1)...(lines.upperBound - 1) }
}
