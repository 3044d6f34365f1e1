// SPDX-License-Identifier: GPL-2.0-only

// How an image is linked. clang knows where the C library and the profile runtime are, and prints it
// with `-###`. It is asked once for each compiler; ld.lld is then called directly, which takes a third
// of the time.
//
// What must hold: an image exports faultline_image and nothing else, and its references are bound to
// itself, because several images are loaded in one process, each with its own machine. The profile
// runtime's constructor is left out: it would write a file into the user's directory at exit.

import System

/// The linker's command line.
struct Linkage: Sendable, Equatable {
    /// Between `ld.lld -shared -o IMAGE` and the objects, and after them.
    var before: [String]
    var after: [String]
    /// Whether clang has its profile runtime; a distribution may ship it apart.
    var hasProfileRuntime: Bool

    private static let exports = "{ global: faultline_image; local: *; };\n"

    /// Asks clang, or reads what it said last time.
    static func find(
        toolchain: Toolchain, compiler identity: String, cache: BuildCache
    ) throws -> Linkage {
        let path = cache.notes + "/linkage-" + identity
        if let bytes = cache.kept(at: path), let known = Linkage(line: String(anyBytes: bytes)),
            known.isComplete
        {
            return known
        }
        let done = try Command(
            executable: toolchain.clang,
            arguments: [
                "-###", "-shared", "-fuse-ld=lld", "-fprofile-instr-generate", "-x", "c",
                "/dev/null", "-o", "image.so",
            ]
        ).run()
        guard let line = done.messages.split(separator: "\n").last.map(String.init),
            done.status == 0, let linkage = Linkage(line: line)
        else {
            throw QuestionError(
                .toolchain, file: toolchain.clang, reason: "does not say how it links",
                output: done.messages)
        }
        try cache.keep(line, at: path)
        return linkage
    }

    /// From the command line that clang prints: every word quoted, the program first.
    init?(line: String) {
        var words = line.split(separator: "\"", omittingEmptySubsequences: false)
            .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        guard words.count > 3, words.removeFirst().contains("ld") else { return nil }
        var before: [String] = []
        var after: [String] = []
        var isAfter = false
        var hasProfileRuntime = false
        while !words.isEmpty {
            let word = words.removeFirst()
            if word == "-o" {
                guard !words.isEmpty else { return nil }
                words.removeFirst()
            } else if word.hasSuffix(".o") && !fileName(word).hasPrefix("crt") {
                isAfter = true
            } else if word.contains("libclang_rt.profile") {
                hasProfileRuntime = Disk.exists(word)
                if hasProfileRuntime { after.append(word) }
            } else if !word.hasPrefix("-u") {
                if isAfter { after.append(word) } else { before.append(word) }
            }
        }
        guard isAfter else { return nil }
        self.before = before
        self.after = after
        self.hasProfileRuntime = hasProfileRuntime
    }

    /// Whether the files that it names exist: an upgrade of the C library moves them.
    private var isComplete: Bool {
        (before + after).filter { $0.hasPrefix("/") }.allSatisfy(Disk.exists)
    }

    /// The command that makes an image.
    ///
    /// - Parameters:
    ///   - extra: options for this image alone.
    ///   - directory: for files that the linker needs.
    func command(
        lld: String, objects: [String], image: String, extra: [String] = [], in directory: String
    ) throws -> Command {
        try Disk.write(Array(Self.exports.utf8), to: directory + "/exports")
        try Disk.write(
            Array(objects.map { "\"\($0)\"\n" }.joined().utf8), to: directory + "/objects")
        let coverage =
            hasProfileRuntime
            ? ["-u", "__llvm_profile_write_file", "-u", "__llvm_profile_set_filename"] : []
        return Command(
            executable: lld,
            arguments: before + [
                "-o", image, "--version-script", directory + "/exports", "-Bsymbolic",
                "--no-undefined", "-z", "now", "--build-id=none", "--color-diagnostics=never",
            ] + extra + coverage + ["@" + directory + "/objects"] + after,
            confinement: Sandbox.Confinement(
                readable: Set(objects.map(directoryName)).sorted()
                    + (before + after).filter { $0.hasPrefix("/") },
                writable: [directory]))
    }

    /// Whatever changes the image apart from the objects.
    var key: String { ContentHash.of(before + after + [Self.exports]) }
}
