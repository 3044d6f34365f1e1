// SPDX-License-Identifier: GPL-2.0-only

// How the image of a kernel's slice is linked: what nothing reaches is dropped, calls that the
// machine needs to see go through it, and what is still undefined becomes a trap.

import System

/// The linking of one kernel's slice.
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
        let lists =
            (interfaces["HAVE_XARRAY"] != 0 ? [Self.wrapped] : [])
            + (SliceFilesystem.all.contains { interfaces[$0.macro] != 0 }
                ? [SliceFilesystem.wrapped] : [])
        for list in lists {
            guard let bytes = try? Disk.read("\(csrc)/\(list)") else { continue }
            for line in String(anyBytes: bytes).split(separator: "\n") where !line.hasPrefix("#") {
                let name = line.filter { $0 != " " && $0 != "\t" }
                if !name.isEmpty { options.append("--wrap=\(name)") }
            }
        }
        self.options = options
    }

    /// Links, and links again with a trap for each symbol that was undefined.
    ///
    /// - Parameter objects: of the work's units, in their order.
    /// - Returns: the references to what was undefined.
    func link(
        _ work: BuildWork, _ objects: [String], to image: String, by setup: BuildSetup,
        in directory: String
    ) throws -> [UndefinedReference] {
        func linked(_ objects: [String]) throws -> Command.Completion {
            try setup.linkage.command(
                lld: setup.toolchain.lld, objects: objects, image: image, extra: options,
                in: directory
            ).run()
        }
        func failure(_ done: Command.Completion) -> QuestionError {
            .linking(messages: done.messages, of: work)
        }
        let first = try linked(objects)
        guard first.status != 0 else { return [] }
        let origins = Dictionary(zip(objects, work.units.map(\.source.path))) { first, _ in first }
        guard let undefined = UndefinedReference.all(in: first.messages, origins: origins),
            !undefined.isEmpty
        else { throw failure(first) }
        let traps = try assembleTraps(Set(undefined.map(\.symbol)), by: setup, in: directory)
        let second = try linked(objects + [traps])
        guard second.status == 0 else { throw failure(second) }
        return undefined
    }

    /// - Returns: the object with the traps.
    private func assembleTraps(
        _ symbols: Set<String>, by setup: BuildSetup, in directory: String
    ) throws -> String {
        let source = directory + "/traps.s"
        let object = directory + "/traps.o"
        try Disk.write(Array(UndefinedReference.trapSource(symbols.sorted()).utf8), to: source)
        let done = try Command(
            executable: setup.toolchain.clang, arguments: ["-c", source, "-o", object],
            confinement: Sandbox.Confinement(writable: [directory])
        ).run()
        guard done.status == 0 else {
            throw QuestionError(
                .toolchain, file: setup.toolchain.clang, reason: "does not assemble the traps",
                output: done.messages)
        }
        return object
    }
}
