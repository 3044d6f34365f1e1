// SPDX-License-Identifier: GPL-2.0-only

import FoundationEssentials
import Glibc

/// This program as a child, with a cache of its own.
struct SelfCommand {
    let cache: String
    let jobs: Int

    /// Seconds from start to end.
    func time(_ arguments: [String]) throws -> Double {
        let start = now()
        let child = try spawn(arguments)
        try wait(for: child, arguments)
        return now() - start
    }

    /// The shortest of several times.
    func bestTime(of count: Int, _ arguments: [String]) throws -> Double {
        try (0..<count).map { _ in try time(arguments) }.min()!
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
        let argv = ["faultline"] + arguments + ["--jobs", "\(jobs)"]
        let pointers = argv.map { strdup($0) }
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
