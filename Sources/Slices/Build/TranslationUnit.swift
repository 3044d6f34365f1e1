// SPDX-License-Identifier: GPL-2.0-only

// One C file as it is compiled for one variant, and the name of the object in the cache.
//
// What must hold: the name depends on all that the object depends on, and on nothing else. The
// compiler is told paths relative to the tree or to csrc, both for debug information and for
// coverage, so where these lie does not matter, and two trees with the same file share its object.

import System

/// Where compiled files lie for one variant.
struct SourceRoots: Sendable {
    var csrc: String
    /// The prepared tree.
    var tree: String
    /// Whether the tree brings its own strict filesystem: seeded bugs do.
    var treeHasStrictFilesystem: Bool
    /// Whether it is a kernel's, not the embedded slice.
    var isKernel = false

    /// The absolute path of a file named as messages name it.
    func path(of name: SourceName) -> String {
        switch name {
        case .tree(let path): tree + "/" + path
        case .csrc(let path): csrc + "/" + path
        case .system(let path): path
        }
    }

    /// The name of an absolute path.
    func name(of path: String) -> SourceName {
        // The tree first: nothing keeps a cache from lying below csrc.
        if path.hasPrefix(tree + "/") { return .tree(String(path.dropFirst(tree.utf8.count + 1))) }
        if path.hasPrefix(csrc + "/") { return .csrc(String(path.dropFirst(csrc.utf8.count + 1))) }
        return .system(path)
    }

    /// Where headers are looked for, in order.
    var headerDirectories: [String] {
        let directories =
            isKernel ? SliceFlags.headerDirectoriesForKernels : SliceFlags.headerDirectories
        return directories.map { directory in
            switch directory {
            case "kernel": tree
            case "kernel/include": tree + "/include"
            case PreparedTree.emptyHeaders: tree + "/" + directory
            case "strictfs" where treeHasStrictFilesystem: tree + "/strictfs"
            default: csrc + "/" + directory
            }
        }
    }

    /// A tool's message with the places in the tree's own terms.
    func spoken(_ message: String) -> String {
        message.replacing(tree + "/", with: "").replacing(csrc + "/", with: "")
    }
}

/// A file independent of where its root lies.
enum SourceName: Hashable, Sendable {
    case tree(String)
    case csrc(String)
    case system(String)

    var text: String {
        switch self {
        case .tree(let path): "tree:" + path
        case .csrc(let path): "csrc:" + path
        case .system(let path): "system:" + path
        }
    }

    init?(text: Substring) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let path = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "tree": self = .tree(path)
        case "csrc": self = .csrc(path)
        case "system": self = .system(path)
        default: return nil
        }
    }

    /// As reports show it.
    var path: String {
        switch self {
        case .tree(let path), .csrc(let path), .system(let path): path
        }
    }
}

/// A C file of a variant.
struct TranslationUnit: Sendable {
    var source: SourceName
    var roots: SourceRoots
    var size: Int64
    /// Hash of the source, the flags, the compiler and the names of all headers: everything but the
    /// contents of the headers, which are only known once it is compiled.
    var key: String
    var flags: [String]

    /// The command that writes the object and the list of headers.
    func command(clang: String, object: String, dependencies: String) -> Command {
        command(
            clang,
            ["-MD", "-MF", dependencies, "-MT", "object", "-c", source.path, "-o", object])
    }

    /// The command that only says what is wrong with the file.
    func check(clang: String) -> Command {
        command(clang, ["-fsyntax-only", source.path])
    }

    private func command(_ clang: String, _ task: [String]) -> Command {
        let directory: String
        switch source {
        case .tree: directory = roots.tree
        default: directory = roots.csrc
        }
        return Command(
            executable: clang,
            arguments: flags + [
                "-fno-color-diagnostics", "-working-directory=\(directory)",
                "-ffile-compilation-dir=.", "-ffile-prefix-map=\(roots.tree)/=",
                "-ffile-prefix-map=\(roots.csrc)/=",
            ] + roots.headerDirectories.map { "-I\($0)" } + task)
    }

    /// The files that a dependency file names, the source included.
    func files(inDependencies text: String) -> [SourceName] {
        let directory: String
        switch source {
        case .tree: directory = roots.tree
        default: directory = roots.csrc
        }
        let rule = text.drop { $0 != ":" }.dropFirst().replacing("\\\n", with: " ")
        var names: [SourceName] = []
        var word = ""
        var isEscaped = false
        for character in rule + " " {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == " " || character == "\n" {
                if !word.isEmpty {
                    let path = word.hasPrefix("/") ? word : directory + "/" + word
                    names.append(roots.name(of: Symbolizer.treePath(path)))
                }
                word = ""
            } else {
                word.append(character)
            }
        }
        return names
    }
}
