// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Reporting
import Slices
import System

/// A verdict at each save.
struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge the tree again whenever one of its files is saved.",
        discussion: """
            Checks the tree as it is, then waits. When a file of the slice is saved, it
            checks again and prints what has changed since the last time: what fails
            and did not, what is fixed, and how to see it. Only what changed is
            compiled. Patches are applied on top of the tree each time. Ends with an
            interrupt.

              faultline watch --tree ~/linux
              faultline watch --tree ~/linux --scenario 'ext2/*' --orders none
              faultline watch --tree ~/linux --fs fuse
            """)

    @Argument(help: "Patches, applied one on top of the other.", completion: .patches)
    var patches: [String] = []

    @OptionGroup var filter: FilterOptions
    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var judging: JudgingOptions
    @OptionGroup var orders: OrderOptions
    @OptionGroup var running: RunOptions

    func validate() throws {
        if source.rev != nil {
            throw ValidationError("--rev does not change: there is nothing to watch")
        }
        if filter.listFailing || filter.rerunFailed {
            throw ValidationError("watch takes filters by name alone")
        }
    }

    func run() throws {
        let first = try running.ask(about: source, judging, on: filesystem, patches: patches)
        let root = try source.place()?.path ?? first.builder.checkout.csrc + "/kernel"
        let saves = try FileSaves(under: root, of: first.builder.filesystems)
        try printResult("watching \(root); an interrupt ends it\n")
        var before: [String: Int]?
        while true {
            if let answer = judge(before) {
                try printResult(answer.text)
                before = answer.failing
            }
            guard saves.wait() else { throw CommandFailure("\(root): cannot be watched any more") }
        }
    }

    /// - Returns: what is to be said, and failing runs of each expectation; nil without a verdict.
    private func judge(_ before: [String: Int]?) -> (text: String, failing: [String: Int])? {
        do {
            let begun = ContinuousClock.now
            let asked = try running.ask(about: source, judging, on: filesystem, patches: patches)
            var session = asked.session
            session.orders = orders.limit
            session.baseline = patches.isEmpty ? .nothing : .unpatched
            let request = try asked.request()
            session.filter = try filter.filter(
                session,
                last: LastFailing(of: request, session.filter.scope, in: session.builder.cache))
            if !session.filter.failures.isEmpty { session.orders = nil }
            let report = try session.check([request])
            let seconds = (ContinuousClock.now - begun) / .seconds(1)
            guard let variant = report.variants.first else { return nil }
            var now: [String: Int] = [:]
            for verdict in variant.verdicts where verdict.verdict == .fail {
                now[verdict.expectation.name] = verdict.failures
            }
            let lines = WatchText(variant, since: before, seconds: seconds).lines
            return (VisibleText.of(lines.map { $0 + "\n" }.joined()), now)
        } catch {
            // A save in the middle of a thought does not compile; the next one will.
            complain("\(error)")
            return nil
        }
    }
}

/// Saves of the files that a slice is made of.
private struct FileSaves {
    private let descriptor: Int32

    private static let directories = [
        "fs", "fs/iomap", "fs/ext2", "lib", "include/linux", "include/trace/events",
    ]

    init(under root: String, of filesystems: [SliceFilesystem]) throws {
        descriptor = inotify_init1(O_CLOEXEC)
        let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO)
        let watched = (Self.directories + filesystems.map(\.directory)).filter {
            inotify_add_watch(descriptor, "\(root)/\($0)", mask) >= 0
        }
        guard descriptor >= 0, !watched.isEmpty else {
            throw CommandFailure("\(root): cannot be watched: \(String(cString: strerror(errno)))")
        }
    }

    /// Waits for a save, and for those that come with it.
    ///
    /// - Returns: false if there is nothing to wait for any more.
    func wait() -> Bool {
        while true {
            guard let names = read() else { return false }
            guard names.contains(where: { $0.hasSuffix(".c") || $0.hasSuffix(".h") }) else {
                continue
            }
            // An editor writes, renames and sets times; a git checkout saves many files.
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while poll(&wait, 1, 150) > 0 { guard read() != nil else { return false } }
            return true
        }
    }

    private func read() -> [String]? {
        var buffer = [UInt8](repeating: 0, count: 16384)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count < 0 { return errno == EINTR ? [] : nil }
        guard count > 0 else { return nil }
        var names: [String] = []
        var place = 0
        while place + 16 <= count {
            let length = buffer.withUnsafeBytes {
                Int($0.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
            }
            let name = buffer[(place + 16)..<min(place + 16 + length, count)].prefix { $0 != 0 }
            names.append(String(decoding: name, as: UTF8.self))
            place += 16 + length
        }
        return names
    }
}
