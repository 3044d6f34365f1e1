// SPDX-License-Identifier: GPL-2.0-only

// What a build did with a tree's files: what `faultline tree` shows. The names of properties are keys
// of its JSON.

/// A tree's interfaces, files, cuts and traps.
package struct TreeReport: Sendable {
    /// A question about the kernel's interfaces, and the tree's answer.
    package struct Interface: Codable, Hashable, Sendable {
        /// The macro that C code asks: `HAVE_XARRAY`.
        package var name: String
        package var meaning: String
        package var value: Int
        /// Where it was read: `include/linux/fs.h:474`; nil if the tree says it nowhere.
        package var place: String?
    }

    /// A file that was taken from the tree.
    package struct TakenFile: Codable, Hashable, Sendable {
        package var path: String
        package var isCompiled: Bool
        package var lines: Int
        /// Functions that the compiled file defines; 0 for others.
        package var functions: Int
        /// How many of these are in the image.
        package var kept: Int
    }

    /// An item that was left out because it does not compile.
    package struct CutItem: Codable, Hashable, Sendable {
        /// The function; for one line of a table, the table and the member: `ext2_dax_vm_ops.fault`.
        package var function: String
        package var file: String
        /// The line at which it begins.
        package var line: Int
        /// The compiler's message, with its location.
        package var reason: String
    }

    /// A call of something that nobody provides.
    package struct TrappedCall: Codable, Hashable, Sendable {
        package var symbol: String
        /// The function that calls it; empty if the linker does not say.
        package var caller: String
        package var file: String
        package var line: Int
    }

    package var tree: Tree
    package var interfaces: [Interface]
    /// By path.
    package var files: [TakenFile]
    package var cuts: [CutItem]
    /// One for each location of a call.
    package var traps: [TrappedCall]
    /// Headers that taken files include, and that are empty here.
    package var emptyHeaders: [String]
    /// How many of the tree's functions are in the image.
    package var functions: Int
    /// What cannot be asked on this tree, in sentences.
    package var missing: [String]
    /// Versions that are known to work.
    package var knownVersions: [String]
}
