// SPDX-License-Identifier: GPL-2.0-only

// Variables without a value: the compiler's warnings are read with their notes, and survive the cache.

import Testing

@testable import Slices

@Suite struct UninitializedUseTests {
    private static let messages = """
        fs/dax.c:90:6: warning: variable 'ret' is used uninitialized whenever 'if' condition is \
        false [-Wsometimes-uninitialized]
        fs/dax.c:95:9: note: uninitialized use occurs here
        fs/dax.c:88:9: note: initialize the variable 'ret' to silence this warning
        fs/dax.c:99:6: warning: call to undeclared function 'f' [-Wimplicit-function-declaration]
        fs/dax.c:98:6: note: did you mean 'g'?
        fs/ext2/inode.c:7:6: warning: variable 'x' is uninitialized when used here \
        [-Wuninitialized]

        """

    @Test func warningsAreReadWithTheirNotes() {
        let uses = UninitializedUse.all(in: Self.messages)
        #expect(uses.map(\.file) == ["fs/dax.c", "fs/ext2/inode.c"])
        #expect(uses.map(\.lines) == [[90, 95, 88], [7]])
        #expect(uses[1].message == "variable 'x' is uninitialized when used here")
        #expect(uses[0].concerns([SourceLine(file: "fs/dax.c", line: 88)]))
        #expect(!uses[0].concerns([SourceLine(file: "fs/dax.c", line: 98)]))
    }

    @Test func aRecordHoldsAll() {
        for use in UninitializedUse.all(in: Self.messages) {
            #expect(UninitializedUse(record: use.record) == use)
        }
        #expect(UninitializedUse(record: "fs/dax.c\tnine\ttext") == nil)
        #expect(UninitializedUse(record: "fs/dax.c") == nil)
    }
}
