// SPDX-License-Identifier: GPL-2.0-only

// What the C library and the kernel call their errors and signals.

import Glibc

/// What `errno` says.
package func lastError() -> String { String(cString: strerror(errno)) }

/// E.g. SIGKILL for 9; the number where the signal has no name here.
package func signalName(_ number: Int32) -> String { signalNames[number] ?? "signal \(number)" }

private let signalNames: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL",
    SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
    SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM",
    SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
]
