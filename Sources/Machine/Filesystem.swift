// SPDX-License-Identifier: GPL-2.0-only

// The filesystems, and what rules, scenarios and reports have to know of one. What they ask is a property
// here and not the name of a filesystem, so that one that is new has to say it once, in this file.

/// Which filesystem a world is made with.
@frozen
public enum Filesystem: UInt32, Hashable, Codable, Sendable, CaseIterable {
    case ext2 = 1
    case strict = 2
    /// No file: only `yield` and `mutexSection` are possible.
    case none = 3
    /// The device is the window, and the extents are those of the server's file.
    case fuse = 4
    /// Nobody can write to it.
    case erofs = 5

    /// Those with a file that every check runs on.
    public static let allCases: [Filesystem] = [.ext2, .strict]

    /// All with a file: behind those of every check, those that a check is about where a patch
    /// changes them or somebody names them.
    public static let all: [Filesystem] = allCases + [.fuse, .erofs]

    /// By the name that it has in scenarios.
    public static func named(_ name: String) -> Filesystem? { all.first { $0.name == name } }

    /// As in scenario names.
    public var name: String {
        switch self {
        case .ext2: "ext2"
        case .strict: "strict"
        case .none: "none"
        case .fuse: "fuse"
        case .erofs: "erofs"
        }
    }

    // MARK: - What it does in a way of its own

    /// Whether the kernel sets the times of a file, rather than a server.
    public var setsTimes: Bool { self == .ext2 || self == .strict }

    /// Whether no store to a shared mapping and no write() is ever permitted.
    public var isReadOnly: Bool { self == .erofs }

    /// Whether its map of blocks takes blocks of its own, and damage found in it is noted in the
    /// super block.
    public var hasBlockMap: Bool { self == .ext2 }

    /// Whether its extents can be unwritten or aligned to 2 MiB.
    public var hasExtentFlags: Bool { self == .strict }

    /// Whether its end can fail.
    public var hasFallibleEnd: Bool { self == .strict }

    /// Whether holes, too, have storage that is mapped: the window of a server's file shows them.
    public var mapsHoles: Bool { self == .fuse }

    /// Whether one task more frees what others wait for, in every scenario.
    public var hasWorker: Bool { self == .fuse }

    /// Why no booted kernel can show a run; nil if it can.
    public var reasonNotToBeStaged: String? {
        switch self {
        case .ext2: nil
        case .fuse: "a virtiofs server would have to fail as Faultline's does"
        case .erofs: "no image of erofs is made for a booted kernel"
        case .strict, .none:
            "its filesystem, \(name), is in no kernel; `faultline check --fs ext2` looks for "
                + "witnesses on ext2"
        }
    }
}
