// SPDX-License-Identifier: GPL-2.0-only

// Where Faultline's own sources are: csrc/ is compiled for every variant, patches/ is what `matrix`
// judges without arguments. Users call the command from within a kernel tree, so the sources are
// looked for from the executable first, and from the current directory last.

/// The directory that holds `csrc/` and `patches/`: a checkout, or `PREFIX/share/faultline` of an
/// installation.
package struct Checkout: Hashable, Sendable {
    /// An absolute path without a trailing slash.
    package let root: String

    /// A checkout in a known directory; nothing is checked.
    package init(root: String) {
        self.root = root
    }

    /// The C sources.
    package var csrc: String { root + "/csrc" }
    /// The embedded slice.
    package var kernel: String { root + "/csrc/kernel" }
    /// The patches that ship.
    package var patches: String { root + "/patches" }

    /// Finds the sources: `FAULTLINE_HOME` if it is set; otherwise the directories above the
    /// executable, each also with `share/faultline`; otherwise the current directory and those
    /// above it.
    ///
    /// - Throws: `QuestionError` that says where it looked, and for what. A `FAULTLINE_HOME` that
    ///   holds no sources is an error, not a reason to look elsewhere.
    package static func find() throws -> Checkout {
        try find(
            environment: Environment.current, executable: Environment.executable,
            directory: Environment.directory)
    }
}

extension Checkout {
    package static func find(
        environment: [String: String], executable: String?, directory: String?
    ) throws -> Checkout {
        if let named = environment["FAULTLINE_HOME"], !named.isEmpty {
            guard let root = realPath(named), hasSources(root) else {
                throw QuestionError(
                    .checkout, reason: "FAULTLINE_HOME is \(named), which has no \(landmark)")
            }
            return Checkout(root: root)
        }
        let start = executable.map(directoryName)
        for root in ancestors(start).flatMap({ [$0, $0 + "/share/faultline"] })
            + ancestors(directory)
        where hasSources(root) {
            return Checkout(root: root)
        }
        throw QuestionError(
            .checkout,
            reason: "cannot find the sources of Faultline (a directory with \(landmark))",
            notes: [
                "looked in the directories above \(start ?? "the executable"), also for"
                    + " share/faultline, and in those above \(directory ?? "the current directory")",
                "FAULTLINE_HOME=DIR names the directory",
            ])
    }

    /// What no other directory has.
    private static let landmark = "csrc/include/faultline.h"

    private static func hasSources(_ root: String) -> Bool { Disk.exists(root + "/" + landmark) }

    /// A directory and those above it, `/` left out.
    private static func ancestors(_ path: String?) -> [String] {
        guard var path else { return [] }
        var found: [String] = []
        while !path.isEmpty && path != "/" {
            found.append(path)
            path = directoryName(path)
        }
        return found
    }
}
