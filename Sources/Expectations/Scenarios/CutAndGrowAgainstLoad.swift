// SPDX-License-Identifier: GPL-2.0-only

// A load from a page that is cut off and comes back as a hole: it must not see what was there.
let cutAndGrowAgainstLoad = OwnScenario(
    "cut-and-grow-against-load", on: .ext2, size: 3 * 4096, blocks: 0..<3,
    tasks: [.truncate(to: 100), .truncate(to: 3 * 4096)], [.readFault(at: 4096)])
