// SPDX-License-Identifier: GPL-2.0-only

// What fuse does in a way of its own: a page fault that finds no range of the window free is told
// -EAGAIN by begin, waits without its locks until there is one, and asks again. That is no failure; who
// returns it to the user, or never comes back, breaks other rules.

import Machine

extension RunFacts {
    /// Whether a begin that fails is followed by a wait for a range.
    func waitsForRange(_ event: Event, _ position: TracePosition) -> Bool {
        scenario.geometry.filesystem == .fuse && event.result == -Int64(Errno.eagain)
            && position.fault >= 0 && faults[position.fault].order != .pmd
    }
}
