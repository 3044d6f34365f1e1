// SPDX-License-Identifier: GPL-2.0-only

// A store to the last page, made durable, while another task appends to that page.
let fsyncAgainstAppend = OwnScenario(
    "fsync-against-append", on: .ext2, size: 5000, blocks: 0..<2,
    tasks: [.writeFault(at: 4096), .fsync], [.write(at: 5000, bytes: 8192)])
