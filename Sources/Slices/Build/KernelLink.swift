// SPDX-License-Identifier: GPL-2.0-only

// How the image of a kernel's slice is linked: what nothing reaches is dropped, calls that the
// machine wants to see go through it, and what is undefined after that becomes a trap.

import System

struct KernelLink: Sendable {
    /// For the linker, beside what every image is linked with.
    let options: [String]

    /// Functions of the slice whose callers call the machine instead, one a line.
    private static let wrapped = "machine/wrapped.txt"

    init(of tree: PreparedTree, csrc: String) throws {
        var options = ["--gc-sections", "--error-limit=0"]
        let header = try Disk.read(tree.root + "/" + PreparedTree.interfaceHeader)
        let interfaces = Interfaces(header: String(anyBytes: header), version: "")
        // The list is of functions of the XArray.
        if interfaces["HAVE_XARRAY"] != 0, let bytes = try? Disk.read("\(csrc)/\(Self.wrapped)") {
            for line in String(anyBytes: bytes).split(separator: "\n") where !line.hasPrefix("#") {
                let name = line.filter { $0 != " " && $0 != "\t" }
                if !name.isEmpty { options.append("--wrap=\(name)") }
            }
        }
        self.options = options
    }

    /// Links, and links again with a trap for each symbol that was undefined.
    ///
    /// - Parameter sources: what each of the objects was made of.
    /// - Returns: the traps.
    func link(
        _ objects: [String], sources: [String], to image: String, by linkage: Linkage,
        toolchain: Toolchain,
        roots: SourceRoots, variant: String, in directory: String
    ) throws -> [Trap] {
        func linked(_ objects: [String]) throws -> Command.Completion {
            try linkage.command(
                lld: toolchain.lld, objects: objects, image: image, extra: options, in: directory
            ).run()
        }
        let first = try linked(objects)
        guard first.status != 0 else { return [] }
        let origins = Dictionary(zip(objects, sources)) { first, _ in first }
        guard let traps = Traps.undefined(in: first.words, origins: origins), !traps.isEmpty else {
            throw QuestionError.linking(messages: first.words, roots: roots, variant: variant)
        }
        let source = directory + "/traps.S"
        let object = directory + "/traps.o"
        try Disk.write(
            Array(Traps.source(Set(traps.map(\.symbol)).sorted()).utf8), to: source)
        let assembled = try Command(
            executable: toolchain.clang, arguments: ["-c", source, "-o", object]
        ).run()
        guard assembled.status == 0 else {
            throw QuestionError(
                .toolchain, file: toolchain.clang, reason: "does not assemble the traps",
                output: assembled.words)
        }
        let second = try linked(objects + [object])
        guard second.status == 0 else {
            throw QuestionError.linking(messages: second.words, roots: roots, variant: variant)
        }
        return traps
    }
}
