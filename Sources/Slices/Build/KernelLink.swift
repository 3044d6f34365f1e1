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

    /// Links, and links again with a trap for each symbol that was undefined. Which these are seldom
    /// changes, so both are done side by side with what was undefined last.
    ///
    /// - Parameter objects: of the work's units, in their order.
    /// - Returns: the references to what was undefined.
    func link(
        _ work: BuildWork, _ objects: [String], to image: String, by setup: BuildSetup,
        in directory: String
    ) throws -> [UndefinedReference] {
        let link = { @Sendable (symbols: [String], image: String) in
            try linked(objects, trapping: symbols, to: image, by: setup, in: image + ".work")
        }
        let guess = directory + "/guess.so"
        let last = lastUndefined(in: work, of: setup.cache)
        let attempts = concurrently(last.symbols.isEmpty ? 1 : 2, atMost: 2) { attempt in
            Result { try attempt == 0 ? link([], image) : link(last.symbols, guess) }
        }
        let first = try attempts[0].get()
        guard first.status != 0 else { return [] }
        let origins = Dictionary(zip(objects, work.units.map(\.source.path))) { first, _ in first }
        guard let undefined = UndefinedReference.all(in: first.messages, origins: origins),
            !undefined.isEmpty
        else { throw QuestionError.linking(messages: first.messages, of: work) }
        let symbols = Set(undefined.map(\.symbol)).sorted()
        if symbols == last.symbols, try attempts[1].get().status == 0 {
            try Disk.move(guess, to: image)
            return undefined
        }
        let second = try link(symbols, image)
        guard second.status == 0 else {
            throw QuestionError.linking(messages: second.messages, of: work)
        }
        try setup.cache.keep(symbols.joined(separator: "\n"), at: last.path)
        return undefined
    }

    /// What was undefined when such units were linked last, ascending; a guess, and nothing else.
    private func lastUndefined(
        in work: BuildWork, of cache: BuildCache
    ) -> (symbols: [String], path: String) {
        let key = ContentHash.of(options + work.units.map(\.source.text))
        let path = "\(cache.notes)/undefined-\(key)"
        let text = String(anyBytes: cache.kept(at: path) ?? [])
        return (text.split(separator: "\n").map(String.init), path)
    }

    /// - Parameters:
    ///   - symbols: those for which there is a trap.
    ///   - directory: for what the linker needs; need not exist.
    private func linked(
        _ objects: [String], trapping symbols: [String], to image: String, by setup: BuildSetup,
        in directory: String
    ) throws -> Command.Completion {
        try Disk.makeDirectory(directory)
        let traps = symbols.isEmpty ? [] : [try assembleTraps(symbols, by: setup, in: directory)]
        var command = try setup.linkage.command(
            lld: setup.toolchain.lld, objects: objects + traps, image: image, extra: options,
            in: directory)
        command.confinement?.writable.append(directoryName(image))
        return try command.run()
    }

    /// - Returns: the object with the traps.
    private func assembleTraps(
        _ symbols: [String], by setup: BuildSetup, in directory: String
    ) throws -> String {
        let source = directory + "/traps.s"
        let object = directory + "/traps.o"
        try Disk.write(Array(UndefinedReference.trapSource(symbols).utf8), to: source)
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
