// SPDX-License-Identifier: GPL-2.0-only

// A kernel's tree as small as can be: what is looked for is there, and what is compiled goes with
// the machine of FakeCheckout. Its interfaces are those of no kernel; tests put in what they are about.

import System
import TestSupport
import Testing

@testable import Slices

extension FakeCheckout {
    /// Writes a tree, and says where it is.
    ///
    /// - Parameter files: instead of, or beside, those of every fake tree; empty ones are left out.
    @discardableResult
    func kernel(_ name: String = "linux", _ files: [String: String] = [:]) throws -> String {
        for (path, text) in Self.kernelFiles.merging(files, uniquingKeysWith: { $1 })
        where !text.isEmpty {
            try write(text, to: "\(name)/\(path)")
        }
        return directory + "/" + name
    }

    /// A tree in a repository of its own, with one commit called `first`.
    func repository(_ name: String = "linux", _ files: [String: String] = [:]) throws -> String {
        let root = try kernel(name, files)
        try git(in: root, "init", "-q")
        try commit("Begin", in: root)
        try git(in: root, "tag", "first")
        return root
    }

    func commit(_ subject: String, in root: String) throws {
        try git(in: root, "add", "-A")
        try git(in: root, "commit", "-q", "-m", subject)
    }

    static let dax = """
        #include <linux/types.h>
        #include <linux/nowhere.h>

        toy iomap_iter(toy x);

        static int
        dax_iomap_rw(int x)
        {
        \treturn x;
        }

        toy dax_iomap_fault(toy x)
        {
        \treturn iomap_iter(x);
        }

        toy dax(toy x)
        {
        \treturn dax_iomap_fault(x) + dax_iomap_rw(1);
        }

        """

    private static let kernelFiles = [
        "Makefile": """
        # SPDX-License-Identifier: GPL-2.0
        VERSION = 6
        PATCHLEVEL = 12
        SUBLEVEL = 3
        EXTRAVERSION =
        NAME = Nobody

        """,
        "include/linux/fs.h": """
        struct address_space {
        \tstruct xarray i_pages;
        };

        void declared_by_the_tree(void);

        """,
        "fs/dax.c": dax,
        "fs/iomap/iter.c": """
        #include <linux/types.h>

        toy iomap_iter(toy x)
        {
        \treturn 10 * x;
        }

        """,
        "fs/ext2/super.c": """
        #error "is never compiled"
        static int x;

        """,
    ]
}
