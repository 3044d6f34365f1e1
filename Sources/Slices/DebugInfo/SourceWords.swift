// SPDX-License-Identifier: GPL-2.0-only

// Whether code knows a name at all: a function that a patch adds or removes, as the patched sources
// have it. Debug information does not say so of a function that was inlined.

import System

/// The words of a variant's sources.
package enum SourceWords {
    /// Those of all C files and headers of the patched tree, without comments.
    package static func all(of variant: Variant) -> Set<String> {
        var words: Set<String> = []
        for path in Disk.files(under: variant.sources)
        where path.hasSuffix(".c") || path.hasSuffix(".h") {
            guard let bytes = try? Disk.read(variant.sources + "/" + path) else { continue }
            for word in CText(bytes).words { words.insert(String(word.text)) }
        }
        return words
    }
}
