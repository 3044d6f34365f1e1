// SPDX-License-Identifier: GPL-2.0-only

/// The directories of one variant's files.
struct SourceRoots: Sendable {
    var csrc: String
    /// The prepared tree.
    var tree: String
    /// Whether the tree brings its own strict filesystem: seeded bugs do.
    var treeHasStrictFilesystem: Bool
    /// Whether the tree is a kernel's, not the embedded slice.
    var isKernel = false

    /// The absolute path of a file.
    func path(of name: SourceName) -> String {
        switch name {
        case .tree(let path): tree + "/" + path
        case .csrc(let path): csrc + "/" + path
        case .system(let path): path
        }
    }

    /// The name of an absolute path.
    func name(of path: String) -> SourceName {
        // The tree first: a cache can be below csrc.
        if path.hasPrefix(tree + "/") { return .tree(String(path.dropFirst(tree.utf8.count + 1))) }
        if path.hasPrefix(csrc + "/") { return .csrc(String(path.dropFirst(csrc.utf8.count + 1))) }
        return .system(path)
    }

    /// The compiler's search path for headers.
    var headerDirectories: [String] {
        let directories =
            isKernel ? SliceFlags.headerDirectoriesForKernels : SliceFlags.headerDirectories
        return directories.map { directory in
            switch directory {
            case "kernel": tree
            case "kernel/include": tree + "/include"
            case PreparedTree.emptyHeaders: tree + "/" + directory
            case SourceName.strict where treeHasStrictFilesystem: tree + "/" + directory
            default: csrc + "/" + directory
            }
        }
    }

    /// Whether a file is the header that is made of a kernel's tree.
    func isInterfaces(_ name: SourceName) -> Bool {
        isKernel && name == .tree(PreparedTree.interfaceHeader)
    }

    /// A tool's messages with relative paths.
    func relative(_ messages: String) -> String {
        messages.replacing(tree + "/", with: "").replacing(csrc + "/", with: "")
    }
}

/// A file, without the directory of its root.
package enum SourceName: Hashable, Sendable {
    case tree(String)
    case csrc(String)
    case system(String)

    /// For the cache's records.
    var text: String {
        switch self {
        case .tree(let path): "tree:" + path
        case .csrc(let path): "csrc:" + path
        case .system(let path): "system:" + path
        }
    }

    init?(text: Substring) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let path = String(text[text.utf8.index(after: colon)...])
        switch text[..<colon] {
        case "tree": self = .tree(path)
        case "csrc": self = .csrc(path)
        case "system": self = .system(path)
        default: return nil
        }
    }

    /// As reports show it, relative to its root.
    var path: String {
        switch self {
        case .tree(let path), .csrc(let path), .system(let path): path
        }
    }
}

// MARK: - Whose code it is

extension SourceName {
    /// Where the strict filesystem is, relative to csrc.
    static let strict = "filesystems/strict"

    /// Whether a path is of the strict filesystem, which is judged like a kernel's.
    static func isStrict(_ path: String) -> Bool { path.hasPrefix(strict + "/") }

    /// Of it, what lays it out and audits it, and what the machine asks of it.
    private static let aroundStrict: Set = [strict + "/make.c", strict + "/table.c"]

    /// Whether a path is of what runs and surrounds the code under test, and is not judged itself. What
    /// Package.swift compiles goes by `SliceFlags.uninstrumented`, which says the same.
    package static func isOfMachine(_ path: String) -> Bool {
        path.hasPrefix("machine/") || aroundStrict.contains(path)
            || path.hasPrefix("filesystems/") && !isStrict(path)
    }
}
