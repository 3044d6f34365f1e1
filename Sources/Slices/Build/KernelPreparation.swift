// SPDX-License-Identifier: GPL-2.0-only

// What a kernel's tree needs, beside its patches, to be compiled: the header that says which interfaces
// it has, and empty files for the headers that nobody has. Files that are only there so that patches
// apply are removed.

import System

/// Finishes the copy of a kernel's tree.
struct KernelPreparation {
    let copy: String
    let request: BuildRequest
    let kernel: Tree.Kernel
    let csrc: String
    private(set) var addedLines: [SourceLine]
    private(set) var notes: [String]

    init(
        copy: String, request: BuildRequest, kernel: Tree.Kernel, csrc: String,
        application: PatchApplication
    ) {
        self.copy = copy
        self.request = request
        self.kernel = kernel
        self.csrc = csrc
        addedLines = application.addedLines
        notes = application.notes
    }

    mutating func finish() throws {
        let interfaces = interfaces()
        try write(interfaces.header, to: PreparedTree.interfaceHeader)
        removeCarried(interfaces)
        try leaveHeadersEmpty()
        // Patches may rename what they like.
        if request.patches.isEmpty { try checkNeeded() }
    }

    private var touched: Set<String> {
        Set(
            request.patches.flatMap { $0.files.flatMap { [$0.oldPath, $0.newPath] } }
                .compactMap { $0 })
    }

    /// A patch may add an interface, or change one. Answers that come from a C file stay: a patch that
    /// renames a function does not make the tree another version.
    private func interfaces() -> Interfaces {
        var interfaces = kernel.interfaces
        let touched = touched
        var texts: [String: CText?] = [:]
        for (index, row) in InterfaceTable.rows.enumerated() {
            let files = row.question.files
            let stays =
                touched.isDisjoint(with: files)
                || interfaces.answers[index].value != 0 && files.contains { $0.hasSuffix(".c") }
            guard !stays else { continue }
            for file in files where texts[file] == nil { texts[file] = .some(text(of: file)) }
            interfaces.answers[index] = Interfaces.Answer(
                to: row, from: texts.compactMapValues(\.self))
        }
        return interfaces.with(kernel.filesystems)
    }

    /// Of a file as it is now, whether it was taken or not.
    private func text(of file: String) -> CText? {
        let copied = copy + "/" + file
        let isTaken = kernel.files.contains { $0.path == file }
        let path = Disk.isFile(copied) || isTaken ? copied : request.tree.sources + "/" + file
        return (try? Disk.read(path)).map { CText($0) }
    }

    /// Removes what was taken for patches alone: an #include would find it.
    private mutating func removeCarried(_ interfaces: Interfaces) {
        let carried = Set(
            kernel.files.map(\.path).filter {
                SliceFiles.role(of: $0, answering: interfaces, with: kernel.filesystems)
                    ?? .carried == .carried
            })
        for path in carried { Disk.remove(copy + "/" + path) }
        addedLines.removeAll { carried.contains($0.file) }
        let patched = carried.intersection(touched).sorted()
        guard !patched.isEmpty else { return }
        notes.append(
            patched.joined(separator: ", ")
                + (patched.count == 1 ? " is patched, but is" : " are patched, but are")
                + " not among the files that are compiled: what changes there is not judged")
    }

    private func write(_ text: String, to path: String) throws {
        try Disk.makeDirectory(directoryName(copy + "/" + path))
        try Disk.write(Array(text.utf8), to: copy + "/" + path)
    }

    // MARK: - Headers

    /// Makes the headers that taken files include and that neither the tree's part nor the stubs have.
    private func leaveHeadersEmpty() throws {
        let directories =
            [copy + "/include"]
            + ["include", "stubs", SourceName.strict, "machine"].map { "\(csrc)/\($0)" }
            + [copy]
        for path in Disk.files(under: copy) where path.hasSuffix(".c") || path.hasSuffix(".h") {
            for include in Self.includes(in: try Disk.read(copy + "/" + path)) {
                let beside = normalizedPath(directoryName(path) + "/" + include.name)
                if include.isQuoted, Disk.isFile(copy + "/" + beside) { continue }
                if directories.contains(where: { Disk.isFile("\($0)/\(include.name)") }) {
                    continue
                }
                if include.isQuoted {
                    // Beside the file that includes it, as long as that is within the tree.
                    guard !beside.hasPrefix("..") else { continue }
                    try write("", to: beside)
                } else if include.name.contains("/"),
                    !include.name.split(separator: "/").contains("..")
                {
                    // <stddef.h> and the like are the compiler's own.
                    try write("", to: PreparedTree.emptyHeaders + "/" + include.name)
                }
            }
        }
    }

    /// `#include <x>` and `#include "x"`, in comments too: an unneeded empty file does no harm.
    static func includes(in bytes: [UInt8]) -> [(name: String, isQuoted: Bool)] {
        var found: [(String, Bool)] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            var rest = line.drop { $0.isBlank }
            guard rest.first == UInt8(ascii: "#") else { continue }
            rest = rest.dropFirst().drop { $0.isBlank }
            guard rest.starts(with: "include".utf8) else { continue }
            rest = rest.dropFirst("include".utf8.count).drop { $0.isBlank }
            guard let open = rest.first, open == UInt8(ascii: "<") || open == UInt8(ascii: "\"")
            else { continue }
            let close = open == UInt8(ascii: "<") ? UInt8(ascii: ">") : open
            let name = rest.dropFirst().prefix { $0 != close }
            if !name.isEmpty, name.first != UInt8(ascii: "/") {
                found.append((String(anyBytes: name), open == UInt8(ascii: "\"")))
            }
        }
        return found
    }

    // MARK: - What must be there

    private func checkNeeded() throws {
        var items: [String: Set<String>] = [:]
        for (file, names) in SliceFiles.needed(with: kernel.filesystems)
        where Disk.isFile(copy + "/" + file) {
            if items[file] == nil {
                items[file] = Set(
                    SourceItems(try Disk.read(copy + "/" + file)).functions.map(\.name))
            }
            guard items[file]?.isDisjoint(with: names) == true else { continue }
            throw QuestionError(
                .tree, file: file,
                reason: "has no \(names.map { $0 + "()" }.joined(separator: " and no "))",
                notes: [
                    "the tree is \(request.tree.displayName) in \(request.tree.root)",
                    KnownVersions.description,
                ])
        }
    }
}
