// SPDX-License-Identifier: GPL-2.0-only

import System

/// Which function of a variant's sources a line is in.
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
}
