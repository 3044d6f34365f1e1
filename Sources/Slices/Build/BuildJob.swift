// SPDX-License-Identifier: GPL-2.0-only

// The steps of one build, in order: prepare each tree, compile, cut what does not compile and compile
// again, link. Each step is a value of its own that gets the setup and what the last one has made.

import System

/// One call of `Builder.build`.
struct BuildJob {
    private let setup: BuildSetup
    private var cache: BuildCache { setup.cache }

    init(_ setup: BuildSetup) { self.setup = setup }

    /// - Returns: one result for each request, in order.
    func build(_ requests: [BuildRequest]) throws -> [Result<Variant, QuestionError>] {
        let before = [cache.objects, cache.images].map(Disk.stamp)
        let results = try cache.withTemporaryDirectory { directory in
            let (work, objects) = try compile(requests, in: directory)
            let results = concurrently(work.count, atMost: setup.installation.jobs) { index in
                QuestionError.result {
                    try linked(work[index].get(), objects[index], "\(directory)/\(index)").variant
                }
            }
            setup.hashes.save(in: directory)
            return results
        }
        // A directory's time changes with its entries: if none was added, nothing grew.
        if [cache.objects, cache.images].map(Disk.stamp) != before { cache.prune() }
        return results
    }

    /// Builds one request, for a report on how it was built.
    func image(of request: BuildRequest) throws -> LinkedImage {
        try cache.withTemporaryDirectory { directory in
            let (work, objects) = try compile([request], in: directory)
            let image = try linked(work[0].get(), objects[0], directory + "/0")
            setup.hashes.save(in: directory)
            return image
        }
    }

    private func linked(
        _ work: BuildWork, _ objects: [BuildWork.Compiled], _ directory: String
    ) throws -> LinkedImage {
        try LinkedImage(of: work, try objects.map { try $0.get() }, by: setup, in: directory)
    }

    /// Prepares and compiles. What does not compile in a kernel's tree without the patches is cut out
    /// of it, until there is nothing more to cut.
    private func compile(
        _ requests: [BuildRequest], in directory: String
    ) throws -> (work: [Result<BuildWork, QuestionError>], objects: [[BuildWork.Compiled]]) {
        let search = CutSearch(setup, in: directory)
        let compilation = Compilation(setup, in: directory)
        var work = requests.map { request in
            QuestionError.result { try search.work(for: request) }
        }
        while true {
            let objects = compilation.run(work.map { try? $0.get() })
            var isChanged = false
            for (index, compiled) in objects.enumerated() {
                guard case .success(let item) = work[index], item.uncut != nil else { continue }
                let failed = zip(item.units, compiled).filter { $0.1.doesNotCompile }.map(\.0)
                guard !failed.isEmpty else { continue }
                work[index] = QuestionError.result {
                    guard let more = try search.work(item, without: failed) else { return item }
                    isChanged = true
                    return more
                }
            }
            if !isChanged { return (work, objects) }
        }
    }
}

extension BuildWork.Compiled {
    /// Whether the compiler refused the file; other errors do not lead to cuts.
    fileprivate var doesNotCompile: Bool {
        if case .failure(let error) = self { error.kind == .doesNotCompile } else { false }
    }
}
