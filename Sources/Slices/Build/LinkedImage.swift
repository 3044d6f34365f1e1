// SPDX-License-Identifier: GPL-2.0-only

// The linking step: objects become an image. An image's name in the cache is made from those of its
// objects, so the same objects are linked once.

import System

/// An image in the cache, and what it was made of.
struct LinkedImage: Sendable {
    let work: BuildWork
    let objects: [BuildWork.ObjectFile]
    /// Identifies the contents.
    let key: String
    let path: String
    /// What it refers to and nobody provides.
    let undefined: [UndefinedReference]

    /// Links, unless the same objects were linked before.
    ///
    /// - Parameter directory: for unfinished work; need not exist.
    init(
        of work: BuildWork, _ objects: [BuildWork.ObjectFile], by setup: BuildSetup,
        in directory: String
    ) throws {
        let cache = setup.cache
        let kernel = try work.uncut.map { _ in
            try KernelLink(of: work.tree, csrc: setup.checkout.csrc)
        }
        self.work = work
        self.objects = objects
        key = ContentHash.of(
            ["image 4", setup.linkage.key, setup.toolchain.lld]
                + [setup.scope.trustsPatches ? "as it is" : "checked"] + (kernel?.options ?? [])
                + objects.map(\.key))
        path = "\(cache.images)/\(key).so"
        let record = "\(cache.images)/\(key).traps"
        if SealedFile.isWhole(path) {
            let bytes = SealedFile.read(record)
            if kernel == nil || bytes != nil {
                Disk.touch(path)
                if kernel != nil { Disk.touch(record) }
                undefined = UndefinedReference.read(String(anyBytes: bytes ?? []))
                return
            }
        }
        try Disk.makeDirectory(directory)
        let unfinished = directory + "/image.so"
        let check =
            setup.scope.trustsPatches
            ? nil
            : ObjectCheck(
                of: work, objects, toolchain: setup.toolchain, csrc: setup.checkout.csrc)
        let foreign = try check?.checkObjects()
        if let kernel {
            undefined = try kernel.link(
                work, objects.map(\.path), to: unfinished, by: setup, in: directory)
            try SealedFile.write(
                Array(UndefinedReference.record(undefined).utf8), to: directory + "/traps")
            try Disk.move(directory + "/traps", to: record)
        } else {
            undefined = []
            let done = try setup.linkage.command(
                lld: setup.toolchain.lld, objects: objects.map(\.path), image: unfinished,
                in: directory
            ).run()
            guard done.status == 0 else {
                throw QuestionError.linking(messages: done.messages, of: work)
            }
        }
        if let check, let foreign { try check.checkImports(of: unfinished, foreign) }
        try SealedFile.seal(unfinished)
        try Disk.move(unfinished, to: path)
    }

    var variant: Variant {
        var patches: [String] = []
        // The patches of one mbox have one path.
        for patch in work.request.patches where patches.last != patch.path {
            patches.append(patch.path)
        }
        return Variant(
            name: work.request.name, patches: patches, image: path, key: key,
            sources: work.tree.root, addedLines: work.tree.addedLines,
            objects: zip(work.units, objects).map {
                Variant.Object(name: $0.source.text, path: $1.path)
            },
            notes: work.request.patches.flatMap(\.notes) + work.request.tree.notes
                + work.tree.notes + work.cutNotes + uninitialized + broken)
    }

    /// Files that patches have changed and that do not compile in other configurations.
    private var broken: [String] {
        let added = Set(work.tree.addedLines.map(\.file))
        return objects.flatMap(\.broken).filter { added.contains($0.file) }.map(\.sentence)
    }

    /// Variables without a value in what the patches have added.
    private var uninitialized: [String] {
        let added = Set(work.tree.addedLines)
        guard !added.isEmpty else { return [] }
        return objects.flatMap(\.uses).filter { $0.concerns(added) }.map(\.sentence)
    }
}
