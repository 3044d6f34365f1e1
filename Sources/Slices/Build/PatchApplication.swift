// SPDX-License-Identifier: GPL-2.0-only

// Applies patches to a copy, with `git apply`: a patch that applies here applies for whoever gets the
// mail, because it is the same program at its strictest (no fuzz, no recounting). When a hunk does
// not apply, the error names its line in the patch and its line in the tree.

import Patches
import System

/// The patches that are applied to one copy.
struct PatchApplication {
    /// The copy of the tree; the only thing that is written to.
    let copy: String
    let toolchain: Toolchain
    let allowsOutside: Bool
    /// The tree that was copied, and Faultline's own sources.
    private let sources: String
    private let csrc: String
    private(set) var notes: [String] = []
    /// Files that were not there before, of all patches so far.
    private var created = 0
    /// A kernel's slice has fewer files than this.
    private static let mostCreated = 256
    /// Files that notes name, for each patch.
    private static let mostNamed = 32
    private var added: [String: AddedLines] = [:]

    init(
        copy: String, of sources: String, csrc: String, toolchain: Toolchain, allowsOutside: Bool
    ) {
        self.sources = sources
        self.csrc = csrc
        self.copy = copy
        self.toolchain = toolchain
        self.allowsOutside = allowsOutside
    }

    /// What was applied so far is the code that the next patches change.
    mutating func forgetAddedLines() { added = [:] }

    /// The lines that the patches so far have added and not removed again.
    var addedLines: [SourceLine] {
        added.flatMap { file, lines in
            lines.numbers.map { SourceLine(file: file, line: $0) }
        }.sorted()
    }

    /// Applies a patch. After an error the copy is as it was.
    ///
    /// - Parameter others: trees that the patch might have been made for, to be tried if it does not
    ///   apply to this one.
    mutating func apply(_ patch: Patch, others: [Tree]) throws {
        var inside = patch
        inside.files = try filesInside(of: patch)
        guard !inside.files.isEmpty else { return }
        for file in inside.files { try checkNew(file, of: patch) }
        created += inside.files.count { $0.oldPath == nil || $0.isCopy }
        guard created <= Self.mostCreated else {
            throw QuestionError(
                .refused, patch: patch.path, patchLine: inside.files.last?.line,
                reason: "creates \(created) files; patches create at most \(Self.mostCreated)")
        }
        let before = lineCounts(of: inside.files)
        let done = try Command.git(
            toolchain, in: copy, ["apply", "--verbose", "--whitespace=nowarn", "-"],
            input: inside.text
        ).run()
        let report = ApplyReport(done.messages)
        guard done.status == 0 else {
            throw try failure(of: inside, report: report, others: others)
        }
        for file in inside.files { follow(file, report: report, before: before) }
    }

    // MARK: - Inside and outside

    /// That a file is taken where it can be driven.
    private func filesystemHint(_ files: [Patch.FileDiff]) -> [String] {
        SliceFilesystem.all.filter { filesystem in
            filesystem.rows.contains { row in
                row.role == .compiled && files.contains { $0.path == row.path }
            }
        }.map {
            "--fs \($0.name) judges it, on a kernel's tree in which \($0.name) can be driven"
        }
    }

    /// The files of the patch that the slice has, under their names in the tree.
    private mutating func filesInside(of patch: Patch) throws -> [Patch.FileDiff] {
        var inside: [Patch.FileDiff] = []
        var outside: [Patch.FileDiff] = []
        for file in patch.files {
            var file = file
            file.oldPath = file.oldPath.map(Patch.pathInTree)
            file.newPath = file.newPath.map(Patch.pathInTree)
            if isInside(file) { inside.append(file) } else { outside.append(file) }
        }
        guard let first = outside.first else { return inside }
        if allowsOutside {
            notes += outside.prefix(Self.mostNamed).map {
                "\(patch.path): \($0.path) is not part of the slice: ignored"
            }
            if outside.count > Self.mostNamed {
                notes.append(
                    "\(patch.path): \(outside.count - Self.mostNamed) more files are not part of "
                        + "the slice: ignored")
            }
            if inside.isEmpty {
                notes.append("\(patch.path): touches no file of the slice: nothing of it is judged")
            }
            return inside
        }
        let none = inside.isEmpty
        if none, let meant = pathMeant(by: first.path) {
            throw QuestionError(
                .outside, patch: patch.path, patchLine: first.line, file: first.path,
                reason: "is a path within a directory, as git diff --relative writes it; "
                    + "\(meant) is what the slice has: make the diff without --relative")
        }
        throw QuestionError(
            .outside, patch: patch.path, patchLine: first.line, file: none ? nil : first.path,
            reason: none ? "touches no file of the slice" : "is not part of the slice",
            notes: [
                none
                    ? "it touches \(Self.list(outside.map(\.path)));"
                        + " the slice has \(Self.list(Disk.files(under: copy)))"
                    : "the slice has \(Self.list(Disk.files(under: copy)))",
                "--allow-outside ignores files that the slice does not have",
            ] + filesystemHint(outside))
    }

    /// A new file must be new: the copy has only what the slice has, so git does not know. One that the
    /// compiler would find in place of a header of the machine's would change the machine.
    private func checkNew(_ file: Patch.FileDiff, of patch: Patch) throws {
        guard file.oldPath == nil, let path = file.newPath else { return }
        func refusal(_ reason: String) -> QuestionError {
            QuestionError(
                .refused, patch: patch.path, patchLine: file.line, file: path, reason: reason)
        }
        if !Disk.exists(copy + "/" + path), Disk.exists(sources + "/" + path) {
            throw refusal("is created by the patch, and the tree has it")
        }
        let name = path.hasPrefix("include/") ? String(path.dropFirst(8)) : path
        for directory in ["include", "stubs", SourceName.strict, "machine"]
        where Disk.exists("\(csrc)/\(directory)/\(name)") {
            throw refusal("is created by the patch, and hides a header of the machine")
        }
    }

    /// Whether the slice has the file, or has its directory if the file is a new one.
    private func isInside(_ file: Patch.FileDiff) -> Bool {
        func canBeThere(_ path: String) -> Bool {
            Disk.type(of: copy + "/" + path) == .file
                || Disk.type(of: directoryName(copy + "/" + path)) == .directory
                    && path.contains("/")
        }
        if let oldPath = file.oldPath, Disk.type(of: copy + "/" + oldPath) != .file { return false }
        return file.newPath.map(canBeThere) ?? true
    }

    /// The file of the slice that a path without its first directories can mean.
    private func pathMeant(by path: String) -> String? {
        Disk.files(under: copy).first { $0.hasSuffix("/" + path) }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(12).joined(separator: ", ")
        return names.count > 12 ? shown + " and \(names.count - 12) more" : shown
    }

    // MARK: - Added lines

    /// How many lines the files have that a patch is about to change.
    private func lineCounts(of files: [Patch.FileDiff]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for path in files.compactMap(\.oldPath) {
            if let bytes = try? Disk.read(copy + "/" + path) {
                counts[path] = AddedLines.lineCount(bytes)
            }
        }
        return counts
    }

    private mutating func follow(
        _ file: Patch.FileDiff, report: ApplyReport, before: [String: Int]
    ) {
        let earlier = file.oldPath.flatMap { added[$0] }
        if let oldPath = file.oldPath, !file.isCopy { added[oldPath] = nil }
        guard let newPath = file.newPath else { return }
        var lines = earlier ?? AddedLines(count: file.oldPath.flatMap { before[$0] } ?? 0)
        for (index, hunk) in file.hunks.enumerated() {
            lines.apply(hunk, at: report.offsetHunks[newPath]?[index + 1] ?? hunk.newStart)
        }
        if let bytes = try? Disk.read(copy + "/" + newPath) {
            assert(
                AddedLines.lineCount(bytes) == lines.count,
                "\(newPath): hunks and result do not agree")
        }
        added[newPath] = lines
    }

    // MARK: - Failure

    private func failure(
        of patch: Patch, report: ApplyReport, others: [Tree]
    ) throws -> QuestionError {
        var error = QuestionError(
            .doesNotApply, patch: patch.path, reason: "does not apply", output: report.text)
        if let failed = report.failedHunk,
            let file = patch.files.first(where: { $0.oldPath == failed.file })
                ?? patch.files.first(where: { $0.path == failed.file })
        {
            error.file = file.path
            error.patchLine = file.line
            if let number = file.hunks.firstIndex(where: { $0.oldStart == failed.line }) {
                let hunk = file.hunks[number]
                error.hunk = number + 1
                error.patchLine = hunk.line
                error.line = hunk.oldStart
                error.reason = "does not apply at line \(hunk.oldStart)"
                let lines = (try? Disk.read(copy + "/" + (file.oldPath ?? file.path))) ?? []
                if let difference = hunk.difference(from: lines) {
                    error.reason += ": \(difference)"
                }
            }
        } else if let message = report.errors.first {
            let file = patch.files.first { message.contains($0.path) }
            error.file = file?.path
            error.patchLine = file?.line
            error.reason = "does not apply: " + message
        }
        if try applies(patch, to: copy, reversed: true) {
            error = QuestionError(
                .doesNotApply, patch: patch.path,
                reason: "is already applied, or reversed: undoing it is what applies here",
                output: report.text)
        }
        if let caution = patch.caution { error.notes.append(caution) }
        for tree in others where try applies(patch, to: tree.sources) {
            error.notes.append("it applies to \(tree.displayName)")
        }
        return error
    }

    /// Whether a patch applies to a directory, which is only read.
    private func applies(
        _ patch: Patch, to directory: String, reversed: Bool = false
    ) throws -> Bool {
        var command = Command.git(
            toolchain, in: directory,
            ["apply", "--check", "--whitespace=nowarn"] + (reversed ? ["-R", "-"] : ["-"]),
            input: patch.text)
        command.confinement = Sandbox.Confinement(readable: [directory])
        return try command.run().status == 0
    }
}
