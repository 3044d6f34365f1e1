// SPDX-License-Identifier: GPL-2.0-only

// What became of a tree on its way to an image: what `faultline tree` shows.

/// A tree's interfaces, files, cuts and traps.
public struct TreeReport: Sendable {
    /// A question about the kernel's interfaces, and the tree's answer.
    public struct Interface: Codable, Hashable, Sendable {
        /// The macro that C code asks: `HAVE_XARRAY`.
        public var name: String
        public var meaning: String
        public var value: Int
        /// Where it was read: `include/linux/fs.h:474`; nil if the tree says it nowhere.
        public var place: String?
    }

    /// A file that was taken from the tree.
    public struct File: Codable, Hashable, Sendable {
        public var path: String
        public var isCompiled: Bool
        public var lines: Int
        /// Functions that the compiled file defines; 0 for others.
        public var functions: Int
        /// How many of these are in the image.
        public var kept: Int
    }

    /// A piece of a file that was left out because it does not compile.
    public struct Cut: Codable, Hashable, Sendable {
        /// The function; for one line of a table, the table and the member: `ext2_dax_vm_ops.fault`.
        public var function: String
        public var file: String
        /// Where it begins.
        public var line: Int
        /// The compiler's message, with its place.
        public var reason: String
    }

    /// A call of something that nobody provides.
    public struct Trap: Codable, Hashable, Sendable {
        public var symbol: String
        /// The function that calls it; empty if the linker does not say.
        public var caller: String
        public var file: String
        public var line: Int
    }

    public var tree: Tree
    public var interfaces: [Interface]
    /// By path.
    public var files: [File]
    public var cuts: [Cut]
    /// One for each place of a call.
    public var traps: [Trap]
    /// Headers that taken files include, and that are left empty.
    public var emptyHeaders: [String]
    /// How many of the tree's functions are in the image.
    public var functions: Int
    /// What cannot be asked on this tree, in sentences.
    public var missing: [String]
    /// Versions that are known to work.
    public var knownVersions: [String]
}
