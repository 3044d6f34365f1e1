// SPDX-License-Identifier: GPL-2.0-only

// The table of quirks: each row has two different answers and a reason, a kernel has exactly one
// right answer, and the embedded slice is the kernel of 4.9.

import Machine
import Testing

@testable import Expectations

@Suite struct KernelQuirksTests {
    private let all = KernelInterfaces(rawValue: .max)

    @Test func everyRowDiffersAndSaysWhy() {
        let rows = KernelQuirks.rows
        #expect(!rows.isEmpty)
        #expect(Set(rows.map(\.what)).count == rows.count)
        for row in rows {
            #expect(row.before != row.after, "\(row.what)")
            #expect(row.reason.count > 40, "\(row.what)")
        }
    }

    @Test func theEmbeddedSliceIsTheKernelOf4_9() {
        #expect(KernelImage.workingCopy.interfaces == [])
    }

    @Test func anInterfaceDecidesAlone() {
        #expect(ImageQuirks([]).loadFromHole == .locked)
        #expect(ImageQuirks(all.subtracting(.doneCOW)).loadFromHole == .locked)
        #expect(ImageQuirks(.doneCOW).loadFromHole == .noPage)
        #expect(ImageQuirks(all).loadFromHole == .noPage)
    }

    @Test func errorsOfMemoryAreToldApartWhereTheTreeDoes() {
        let poison = -Int64(Errno.ehwpoison)
        #expect(ImageQuirks([]).code(of: poison) == .sigbus)
        #expect(ImageQuirks(.hwpoison).code(of: poison) == .hwpoison)
        for quirks in [ImageQuirks([]), ImageQuirks(all)] {
            #expect(quirks.code(of: -Int64(Errno.enomem)) == .oom)
            #expect(quirks.code(of: -Int64(Errno.eio)) == .sigbus)
            #expect(quirks.result(of: -Int64(Errno.enospc)) == -Int64(Errno.enospc))
        }
        #expect(ImageQuirks([]).result(of: poison) == poison)
        #expect(ImageQuirks(.mem2blk).result(of: poison) == -Int64(Errno.eio))
    }
}
