// SPDX-License-Identifier: GPL-2.0-only

// One C file as it is compiled for one variant, and the name of the object in the cache.
//
// What must hold: the name depends on everything that the object depends on, and on nothing else. The
// compiler gets paths relative to the tree or to csrc, both for debug information and for coverage,
// so it does not matter where these are, and two trees with the same file share its object.

import System

/// A C file of a variant.
struct TranslationUnit: Sendable {
    var source: SourceName
    var roots: SourceRoots
    var search: HeaderSearch
    var size: Int64
    /// Hash of the source, the flags and the compiler: everything but the headers. Which of these matter
    /// shows when it is compiled.
    var key: String
    var flags: [String]

    /// The command that writes the object and the list of headers.
    func command(clang: String, object: String, dependencies: String) -> Command {
        command(
            clang,
            ["-MD", "-MF", dependencies, "-MT", "object", "-c", source.path, "-o", object],
            writing: [directoryName(object)])
    }

    /// The command that only says what is wrong with the file.
    func check(clang: String) -> Command {
        command(clang, ["-fsyntax-only", source.path])
    }

    /// The command that prints the file behind the preprocessor.
    ///
    /// - Parameter header: is read before the file; nil for none.
    func preprocessed(clang: String, behind header: String?) -> Command {
        printing(clang, ["-E", "-w", source.path], behind: header)
    }

    /// The command that prints all tokens of the file.
    func tokens(clang: String, behind header: String?) -> Command {
        printing(
            clang, ["-fsyntax-only", "-w", "-Xclang", "-dump-tokens", source.path], behind: header)
    }

    private func printing(_ clang: String, _ task: [String], behind header: String?) -> Command {
        var command = command(clang, (header.map { ["-include", $0] } ?? []) + task)
        if let header { command.confinement?.readable.append(header) }
        command.confinement?.fileSize = TokenDump.largest
        return command
    }

    private var directory: String {
        if case .tree = source { roots.tree } else { roots.csrc }
    }

    /// Includes and `.incbin` reach the variant's own files, and the compiler's.
    private func command(
        _ clang: String, _ task: [String], writing directories: [String] = []
    ) -> Command {
        var command = Command(
            executable: clang,
            arguments: flags + [
                "-fno-color-diagnostics", "-fno-crash-diagnostics",
                "-working-directory=\(directory)",
                "-ffile-compilation-dir=.", "-ffile-prefix-map=\(roots.tree)/=",
                "-ffile-prefix-map=\(roots.csrc)/=",
            ] + roots.headerDirectories.map { "-I\($0)" } + task,
            confinement: Sandbox.Confinement(
                readable: [roots.csrc, roots.tree], writable: directories))
        // A file of a kernel takes two seconds and 280 MiB. What takes more has been made to.
        command.confinement?.processorSeconds = 20
        command.confinement?.memory = 512 << 20
        command.subject = source.path
        return command
    }

    /// The files that a dependency file names, the source included.
    func files(inDependencies text: String) -> [SourceName] {
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
                    names.append(roots.name(of: normalizedPath(path)))
                }
                word = ""
            } else {
                word.append(character)
            }
        }
        return names
    }
}
