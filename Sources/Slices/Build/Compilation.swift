// SPDX-License-Identifier: GPL-2.0-only

// Compiles what has no object yet.
//
// What must hold: an object's name identifies all that it was made of. Sources of Faultline's own can
// change while they are compiled (an editor saves), so an object is only taken into the cache if the
// hashes after compiling are those before.

import Synchronization
import System

/// The compiling step of a build.
struct Compilation: Sendable {
    private let setup: BuildSetup
    private let objects: ObjectCache
    private let directory: String
    private let unpatched: UnpatchedTrees

    /// - Parameter directory: for unfinished objects.
    init(_ setup: BuildSetup, in directory: String) {
        self.setup = setup
        self.directory = directory
        objects = ObjectCache(directory: setup.cache.objects)
        unpatched = UnpatchedTrees(setup)
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
            let jobs = setup.installation.jobs
            let results = concurrently(queue.count, atMost: jobs) { index in
                QuestionError.result {
                    try compile(
                        queue[index].unit, of: queue[index].work, hasIdle: queue.count < jobs)
                }
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

    /// - Parameter hasIdle: a processor would stand idle while the compiler works.
    private func compile(_ unit: TranslationUnit, of work: BuildWork, hasIdle: Bool) throws {
        let object = "\(directory)/\(unit.key).o"
        let dependencies = "\(directory)/\(unit.key).d"
        let before = setup.digest(of: unit.source, in: work.tree, unit.roots)
        // The assembler can be kept busy for long.
        if case .tree = unit.source, AddedText(of: work.tree).firstAssembly != nil {
            try patchedText(of: unit, in: work).checkAssembly()
        }
        let command = unit.command(
            clang: setup.toolchain.clang, object: object, dependencies: dependencies)
        // Of a file that is patched itself it is known that its text will be looked at.
        let readsText = hasIdle && PatchedText.isIn([unit.source], of: work)
        let texts = Mutex<PreprocessedText?>(nil)
        let known = Mutex<[BrokenConfiguration]?>(nil)
        let completions = concurrently(readsText ? 2 : 1, atMost: 2) { part in
            Result<Command.Completion?, any Error> {
                if part == 0 { return try command.run() }
                let text = try patchedText(of: unit, in: work).preprocessed()
                texts.withLock { $0 = text }
                let broken = try brokenConfigurations(of: unit, in: work)
                known.withLock { $0 = broken }
                return nil
            }
        }
        let done = try completions[0].get()!
        let names = NameCheck(of: unit, in: work, toolchain: setup.toolchain)
        guard done.status == 0 else {
            var error = QuestionError.compilation(
                of: unit, messages: done.messages, variant: work.request.name)
            // The assembler knows no file.
            if error.file == "<inline asm>" {
                try patchedText(of: unit, in: work).checkAssembly()
                if let line = AddedText(of: work.tree).firstAssembly {
                    (error.file, error.line) = (line.at.file, line.at.line)
                }
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
        if PatchedText.isIn([unit.source] + headers.map(\.0), of: work) {
            try patchedText(of: unit, in: work).check(texts.withLock { $0 })
        }
        let broken = try known.withLock(\.self) ?? brokenConfigurations(of: unit, in: work)
        try objects.store(
            object, of: unit, reading: try inputs(of: unit, before, headers, in: work),
            uses: UninitializedUse.all(in: unit.roots.relative(done.messages)), broken: broken,
            temporary: "\(directory)/\(unit.key).headers")
    }

    private func brokenConfigurations(
        of unit: TranslationUnit, in work: BuildWork
    ) throws -> [BrokenConfiguration] {
        guard PatchedText.isIn([unit.source], of: work) else { return [] }
        return try BrokenConfiguration.all(
            in: unit, base: unpatched.unit(like: unit, in: work), toolchain: setup.toolchain)
    }

    /// Which of all that there is has gone into the object.
    private func inputs(
        of unit: TranslationUnit, _ digest: String?, _ headers: [(SourceName, String)],
        in work: BuildWork
    ) throws -> ObjectInputs {
        let patched = try unpatched.changedFiles(of: work)
        let isPatched = ([unit.source] + headers.map(\.0)).contains {
            if case .tree(let path) = $0 { patched.contains(path) } else { false }
        }
        // What a patch asks for cannot be told by its words.
        if isPatched { return ObjectInputs(headers, of: unit) }
        var words: [AskedWords] = []
        for (name, digest) in [(unit.source, digest ?? "")] + headers
        where !unit.roots.isInterfaces(name) {
            let path = unit.roots.path(of: name)
            guard let known = setup.words.words(of: path, digest: digest) else {
                throw changed(name)
            }
            words.append(known)
        }
        return ObjectInputs(headers, of: unit, asking: words)
    }

    private func patchedText(of unit: TranslationUnit, in work: BuildWork) -> PatchedText {
        PatchedText(of: unit, in: work, setup, unpatched: unpatched)
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
