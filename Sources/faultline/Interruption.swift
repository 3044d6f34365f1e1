// SPDX-License-Identifier: GPL-2.0-only

// An interrupt from the keyboard or from a scheduler: every child is killed, what is temporary is
// removed, and the exit status says so. A signal handler may do next to nothing, so it only wakes a
// thread that does the rest.

import Exploration
import FoundationEssentials
import Glibc
import Slices
import Synchronization

/// What happens on SIGINT, SIGTERM and SIGHUP.
enum Interruption {
    private static let isUnderWay = Atomic(false)
    /// Written once, before the handler is installed.
    private nonisolated(unsafe) static var wakeUp: Int32 = -1

    /// Starts watching. Children do not inherit anything of it.
    static func watch() {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wakeUp = ends[1]
        let listener = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
        listener.pointee = ends[0]
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                let end = argument!.assumingMemoryBound(to: Int32.self).pointee
                var signal: UInt8 = 0
                while read(end, &signal, 1) != 1 {}
                Interruption.cleanUp()
                _exit(128 + Int32(signal))
            }, listener)
        pthread_detach(thread)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            var signal = UInt8(truncatingIfNeeded: number)
            _ = Glibc.write(Interruption.wakeUp, &signal, 1)
        }
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaction(number, &action, nil) }
    }

    /// For a thread whose work fails because it is being cleaned up under its hands.
    static func waitIfUnderWay() {
        while isUnderWay.load(ordering: .acquiring) { pause() }
    }

    private static func cleanUp() {
        isUnderWay.store(true, ordering: .releasing)
        // Twice, because a child may just have been started.
        for _ in 0..<2 {
            for child in children() { kill(child, SIGKILL) }
            usleep(2000)
        }
        try? BuildCache.find().abandon()
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
