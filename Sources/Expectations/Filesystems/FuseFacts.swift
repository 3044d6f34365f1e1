// SPDX-License-Identifier: GPL-2.0-only

// What fuse does in a way of its own: a fault that finds no range of the window free is told -EAGAIN by
// begin. A page fault waits without its locks until there is one, and asks again; a 2 MiB fault falls
// back. That is no failure; who returns it to the user, or never comes back, breaks other rules.

import Machine

extension RunFacts {
    /// Whether a begin that fails has found no range.
    func lacksRange(_ event: Event, _ position: TracePosition) -> Bool {
        scenario.geometry.filesystem.hasWorker && event.result == -Int64(Errno.eagain)
            && position.fault >= 0
    }
}
