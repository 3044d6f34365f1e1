// SPDX-License-Identifier: GPL-2.0-only

// Compiles what has no object yet.
//
// What must hold: an object's name identifies all that it was made of. Sources of Faultline's own can
// change while they are compiled (an editor saves), so an object is only taken into the cache if the
// hashes after compiling are those before.

import System

/// The compiling step of a build.
struct Compilation: Sendable {
    private let setup: BuildSetup
    private let objects: ObjectCache
    private let directory: String

    /// - Parameter directory: for unfinished objects.
    init(_ setup: BuildSetup, in directory: String) {
        self.setup = setup
        self.directory = directory
        objects = ObjectCache(directory: setup.cache.objects)
    }

    private struct Missing {
        var unit: TranslationUnit
        var work: BuildWork
    }

    /// Compiles all units that have no object. Units of different variants that differ only in
    /// headers take turns: most of them do not include what was changed, and find the object of the
    /// first one.
    ///
    /// - Returns: for each variant, its units' objects; none for a variant that is nil.
    func run(_ work: [BuildWork?]) -> [[BuildWork.Compiled]] {
        var found = work.map { [BuildWork.Compiled?](repeating: nil, count: $0?.units.count ?? 0) }
        while true {
            var missing: [String: Missing] = [:]
            for (index, item) in work.enumerated() {
                guard let item else { continue }
                for (number, unit) in item.units.enumerated()
                where found[index][number] == nil && missing[unit.key] == nil {
                    if let object = object(of: unit, in: item) {
                        found[index][number] = .success(object)
                    } else {
                        missing[unit.key] = Missing(unit: unit, work: item)
                    }
                }
            }
            guard !missing.isEmpty else { return found.map { $0.map { $0! } } }
            // The largest first, so that none of them is the last one alone.
            let queue = missing.values.sorted {
                ($0.unit.size, $0.unit.key) > ($1.unit.size, $1.unit.key)
            }
            let results = concurrently(queue.count, atMost: setup.installation.jobs) { index in
                QuestionError.result { try compile(queue[index].unit, of: queue[index].work) }
            }
            for (entry, result) in zip(queue, results) {
                guard case .failure(let error) = result else { continue }
                // Another variant may have headers with which it compiles: it has its own turn.
                for (index, item) in work.enumerated() where item?.tree.root == entry.work.tree.root
                {
                    for (number, unit) in item!.units.enumerated() where unit.key == entry.unit.key
                    {
                        found[index][number] = .failure(error)
                    }
                }
            }
        }
    }

    private func object(of unit: TranslationUnit, in work: BuildWork) -> BuildWork.ObjectFile? {
        objects.object(of: unit) { setup.digest(of: $0, in: work.tree, unit.roots) }
    }

    private func compile(_ unit: TranslationUnit, of work: BuildWork) throws {
        let object = "\(directory)/\(unit.key).o"
        let dependencies = "\(directory)/\(unit.key).d"
        let before = setup.digest(of: unit.source, in: work.tree, unit.roots)
        let done = try unit.command(
            clang: setup.toolchain.clang, object: object, dependencies: dependencies
        ).run()
        let names = NameCheck(of: unit, in: work, toolchain: setup.toolchain)
        guard done.status == 0 else {
            var error = QuestionError.compilation(
                of: unit, messages: done.messages, variant: work.request.name)
            // The assembler knows no file.
            if error.file == "<inline asm>", let line = AddedText(of: work.tree).firstAssembly?.line
            {
                (error.file, error.line) = (line.at.file, line.at.line)
            }
            throw work.uncut == nil ? error : names.explained(error)
        }
        if work.uncut != nil { try names.checkCalls(done.messages) }
        var headers: [(SourceName, String)] = []
        for name in unit.files(inDependencies: String(anyBytes: try Disk.read(dependencies)))
        where name != unit.source {
            guard let digest = setup.digest(of: name, in: work.tree, unit.roots) else {
                throw changed(name)
            }
            try check(name, of: unit, is: digest)
            headers.append((name, digest))
        }
        try check(unit.source, of: unit, is: before)
        try objects.store(
            object, of: unit, headers: headers,
            uses: UninitializedUse.all(in: unit.roots.relative(done.messages)),
            temporary: "\(directory)/\(unit.key).headers")
    }

    private func check(_ name: SourceName, of unit: TranslationUnit, is digest: String?) throws {
        // A prepared tree is never changed.
        guard case .csrc = name else { return }
        if setup.hashes.currentDigest(of: unit.roots.path(of: name)) != digest {
            throw changed(name)
        }
    }

    private func changed(_ name: SourceName) -> QuestionError {
        QuestionError(
            .doesNotCompile, file: name.path, reason: "was changed while it was compiled",
            notes: ["run the command again"])
    }
}
