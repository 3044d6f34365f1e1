// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of pins: what changes a file's layout while a device reads or writes its pages. A pin
// that no operation gives back ends when no task can go on, so a wait for it is right, and long.
// Kernels that cannot tell a pin from a mapping do not have these scenarios.
//
// All of them belong to `check`: each finds a page in a state that no other scenario knows.

import Machine

/// All of them.
enum PinScenarios {
    static let all: [Scenario] = pinning + changes
    static let races: [Scenario] = [LayoutFile.mixed, .hugeBlock].flatMap { races(of: $0) }

    private static let pinning = [LayoutFile.mixed, .hole, .hugeBlock].flatMap { file in
        [LayoutState.fresh, .loaded].flatMap { state in
            [
                file.scenario("pin", "a pin", state: state, [file.about(.pin)]),
                file.scenario(
                    "pin-and-unpin", "a pin, its end, and truncate() to 0", state: state,
                    [file.about(.pin), file.about(.unpin), file.truncate(to: 0)]),
                file.scenario(
                    "pin-beyond-eof", "truncate() to 0, and a pin", state: state,
                    [file.truncate(to: 0), file.about(.pin)]),
            ]
        }
    }

    private static let changes = [LayoutFile.mixed, .hole, .hugeBlock].flatMap { file in
        [
            file.scenario(
                "truncate-to-zero", "truncate() to 0", state: .pinned, [file.truncate(to: 0)]),
            file.scenario(
                "truncate-into-it", "truncate() into the page", state: .pinned,
                [file.truncate(to: file.start + 100)]),
            file.scenario(
                "truncate-twice", "truncate() to 0, and again up into the page", state: .pinned,
                [file.truncate(to: 0), file.truncate(to: file.start + 100)]),
            file.scenario("write-page", "write() of the page", state: .pinned, [file.page(.write)]),
            file.scenario(
                "unpin-and-truncate", "the end of the pin, and truncate() to 0", state: .pinned,
                [file.about(.unpin), file.truncate(to: 0)]),
            file.scenario(
                "fsync", "fsync()", state: .pinned, [Operation(.fsync, at: 0)]),
        ]
    }

    private static func races(of file: LayoutFile) -> [Scenario] {
        let pinned = LayoutState.pinned.setup(file)
        return [
            file.race(
                "pin-and-unpin+truncate-to-0", "a pin and its end; truncate() to 0",
                [file.about(.pin), file.about(.unpin), file.truncate(to: 0, task: 1)]),
            file.race(
                "pin+truncate-to-0", "a pin; truncate() to 0",
                [file.about(.pin), file.truncate(to: 0, task: 1)]),
            file.race(
                "pinned/unpin+truncate-to-0", "the end of a pin; truncate() to 0",
                pinned + [file.about(.unpin), file.truncate(to: 0, task: 1)]),
            file.race(
                "pinned/unpin+overwrite", "the end of a pin; write() of the page",
                pinned + [file.about(.unpin), file.page(.write, task: 1)]),
            file.race(
                "pinned/write-fault+truncate-to-0", "a store to a pinned page; truncate() to 0",
                pinned + [file.access(.writeFault), file.truncate(to: 0, task: 1)]),
            file.race(
                "pinned/fsync+truncate-to-0", "fsync() of a pinned page; truncate() to 0",
                pinned + [Operation(.fsync, at: 0), file.truncate(to: 0, task: 1)]),
        ]
    }
}
