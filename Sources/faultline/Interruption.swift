// SPDX-License-Identifier: GPL-2.0-only

// An interrupt from the keyboard or from a scheduler: every child is killed, what is temporary is
// removed, and the exit status says so. A signal handler may do next to nothing, and the other
// threads would go on making files under the hands of whoever cleans up; so the handler replaces
// the whole program, threads and all, by a fresh one that does nothing but clean up. It keeps the
// number of the process, by which children and files are known.
//
// A search has something to tell when it is interrupted. While it runs, the first signal is only
// noted; the search comes to its end and the command goes on with what there is. A second signal
// is meant as it was said.

import FoundationEssentials
import Glibc
import Synchronization
import System

/// What happens on SIGINT, SIGTERM and SIGHUP.
enum Interruption {
    /// The argument that makes the program clean up and leave; the signal's number stands behind
    /// it.
    static let argument = "clean-up"

    /// Arguments for each signal, made before they are needed: a handler must not allocate.
    private nonisolated(unsafe) static var replacements:
        [Int32: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>] = [:]

    /// Whether the next signal is only noted.
    private static let isDeferred = Atomic(false)
    /// A signal was noted.
    private static let wasAsked = Atomic(false)

    /// From now on the first signal is noted, and `isRequested` says so.
    static func noteFirst() { isDeferred.store(true, ordering: .relaxed) }

    static var isRequested: Bool { wasAsked.load(ordering: .relaxed) }

    /// Starts watching.
    static func watch() {
        // Made before they are needed, like the arguments.
        _ = isDeferred.load(ordering: .relaxed) || wasAsked.load(ordering: .relaxed)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            if Interruption.isDeferred.exchange(false, ordering: .relaxed) {
                Interruption.wasAsked.store(true, ordering: .relaxed)
                return
            }
            if let arguments = Interruption.replacements[number] {
                execv("/proc/self/exe", arguments)
            }
            _exit(128 + number)
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            sigaddset(&signals, number)
            let argv = ["faultline", argument, "\(number)"]
            let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
                capacity: argv.count + 1)
            for (index, word) in argv.enumerated() { pointers[index] = strdup(word) }
            pointers[argv.count] = nil
            replacements[number] = pointers
            var former = sigaction()
            sigaction(number, nil, &former)
            // Under nohup the end of the terminal is nobody's concern.
            let isIgnored =
                unsafeBitCast(former.__sigaction_handler.sa_handler, to: Int.self) == 1
            if number != SIGHUP || !isIgnored { sigaction(number, &action, nil) }
        }
        // Whoever started us may have done so from a thread that takes no signals.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Kills what the program before had started, removes what it had not finished, and leaves.
    static func cleanUpAndLeave() -> Never {
        for child in children() {
            kill(child, SIGKILL)
            var status: Int32 = 0
            waitpid(child, &status, 0)
        }
        try? BuildCache.find().abandon()
        _exit(128 + (CommandLine.arguments.dropFirst(2).first.flatMap { Int32($0) } ?? 0))
    }

    private static func children() -> [pid_t] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.flatMap { task -> [pid_t] in
            let list =
                (try? String(contentsOfFile: "/proc/self/task/\(task)/children", encoding: .utf8))
                ?? ""
            return list.split(separator: " ").compactMap { pid_t($0) }
        }
    }
}
