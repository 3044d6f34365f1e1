// SPDX-License-Identifier: GPL-2.0-only

// The clock that never goes back: for durations, budgets and deadlines. No verdict depends on it.

import Glibc

/// Nanoseconds of the monotonic clock.
package func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}
