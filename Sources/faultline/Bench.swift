// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Reporting
import Slices

/// The figures of the performance table, here and now.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what the performance table promises, on this machine.",
        discussion: """
            Takes about half a minute. Builds with an empty cache of its own, which
            is removed afterwards. The figures mean something in a release build
            only.
            """)

    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions

    func run() throws {
        let examination = try running.makeExamination()
        let builder = examination.builder
        let cache = "\(builder.cache.root)/tmp/\(getpid())-bench"
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let command = SelfCommand(cache: cache, jobs: builder.jobs)
        let patches = builder.home.patches
        let first = "\(patches)/option-3a-clear-iomap-write.patch"
        let other = "\(patches)/option-3b-written-is-fault-size.patch"

        let cold = try command.time(["check", first])
        let warm = try (0..<3).map { _ in try command.time(["check", first]) }.min()!
        let changed = try command.time(["check", other])
        let coldMatrix = try command.peakMemory(["matrix"], emptying: true)
        let warmMatrix = try command.peakMemory(["matrix"], emptying: false)
        let variant = try examination.build([
            Builder.Request(name: "base", tree: try builder.pristineTree(), patches: [])
        ])[0]
        let speeds = try examination.pool.measure(.file(variant.image))

        let report = BenchReport(
            processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)), jobs: builder.jobs,
            figures: [
                Figure("shipped patch to full verdict, empty build cache", cold, "s", .atMost, 2),
                Figure("the same, unchanged", warm, "s", .atMost, 0.3),
                Figure("the same, one file changed", changed, "s", .atMost, 0.8),
                Figure(
                    "fresh world, one allocating fault, all expectations checked, one core",
                    speeds.judgedRunsPerSecond, "runs/s", .atLeast, 200_000),
                Figure(
                    "a write fault on an allocated page, same world, one core",
                    speeds.warmFaultsPerSecond, "/s", .atLeast, 2_500_000),
                Figure(
                    "a switch between two tasks", speeds.nanosecondsPerSwitch, "ns", .atMost, 20),
                Figure(
                    "lock-toy-3x2 in all orders, one core", speeds.toyRunsPerSecond, "runs/s",
                    .atLeast, 1_000_000),
                Figure(
                    "two faults of one page in random orders, all expectations checked, one core",
                    speeds.raceRunsPerSecond, "runs/s", .atLeast, 100_000),
                Figure(
                    "the same in the orders that dpor picks", speeds.reducedRunsPerSecond,
                    "runs/s", .atLeast, 20_000),
                Figure("peak memory of matrix, images built", warmMatrix, "MB", .atMost, 200),
                Figure(
                    "peak memory of matrix, compilers included", coldMatrix, "MB", .atMost, 200),
            ])
        switch result.format {
        case .text: try result.deliver(report.text)
        case .json: try result.deliver(ReportJSON.encode(report))
        }
    }
}

/// This program as a child, with a cache of its own.
private struct SelfCommand {
    let cache: String
    let jobs: Int

    /// Seconds from start to end.
    func time(_ arguments: [String]) throws -> Double {
        let start = now()
        let child = try spawn(arguments)
        try wait(for: child, arguments)
        return now() - start
    }

    /// The most memory, in megabytes, that the command and its children had at once: a shared page
    /// counts once. Looked at every few milliseconds.
    func peakMemory(_ arguments: [String], emptying: Bool) throws -> Double {
        if emptying {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? [] {
                try? FileManager.default.removeItem(atPath: "\(cache)/\(name)")
            }
        }
        let child = try spawn(arguments)
        var peak = 0
        var status: Int32 = 0
        while waitpid(child, &status, WNOHANG) == 0 {
            peak = max(peak, proportionalSize(ofTree: child))
            usleep(5000)
        }
        try check(status, arguments)
        return Double(peak) / 1000
    }

    private func spawn(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        setenv("FAULTLINE_CACHE", cache, 1)
        defer { unsetenv("FAULTLINE_CACHE") }
        let words = ["faultline"] + arguments + ["--jobs", "\(jobs)"]
        let pointers = words.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let failure = posix_spawn(
            &child, "/proc/self/exe", &actions, nil, pointers + [nil], environ)
        guard failure == 0 else {
            throw CommandFailure("cannot start: \(String(cString: strerror(failure)))")
        }
        return child
    }

    private func wait(for child: pid_t, _ arguments: [String]) throws {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        try check(status, arguments)
    }

    /// A verdict either way is a measurement; anything else is not.
    private func check(_ status: Int32, _ arguments: [String]) throws {
        guard status & 0x7f == 0, status >> 8 <= 1 else {
            throw CommandFailure("'\(arguments.joined(separator: " "))' could not be measured")
        }
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// In kilobytes, of a process and all below it.
    private func proportionalSize(ofTree root: pid_t) -> Int {
        var sum = 0
        var waiting = [root]
        while let process = waiting.popLast() {
            let rollup = text("/proc/\(process)/smaps_rollup")
            for line in rollup.split(separator: "\n") where line.hasPrefix("Pss:") {
                sum += line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            }
            let tasks =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task"))
                ?? []
            for task in tasks {
                waiting += text("/proc/\(process)/task/\(task)/children").split(separator: " ")
                    .compactMap { pid_t($0) }
            }
        }
        return sum
    }

    private func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            ?? ""
    }
}
