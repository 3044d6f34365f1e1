// SPDX-License-Identifier: GPL-2.0-only

// Which line of which patch is the line that coverage speaks of: numbers move with the patches that
// follow, and a line that one of them takes away again has nothing to say.

import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct PatchMarksTests {
    private static func patch(_ text: String) -> Witness.PatchText {
        Witness.PatchText(name: "p", path: "p.patch", subject: nil, text: Data(text.utf8))
    }

    private static let first = patch(
        """
        From: A
        Subject: one

        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -10,2 +10,4 @@ void f(void)
         a;
        +ran();
        +missed();
         b;
        --\u{20}
        2.39

        """)

    private static let second = patch(
        """
        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -1,1 +1,2 @@
        +new();
         top;
        @@ -12,1 +13,0 @@
        -missed();

        """)

    private static func coverage(_ lines: [(Int, String, Int?)]) -> Coverage {
        Coverage(
            lines: lines.compactMap { number, _, scenarios in
                scenarios.map { Coverage.Line(file: "fs/dax.c", line: number, scenarios: $0) }
            },
            excerpts: [
                SourceExcerpt(
                    file: "fs/dax.c",
                    lines: lines.map {
                        SourceExcerpt.Line(number: $0, text: $1, isAdded: true, scenarios: $2)
                    })
            ])
    }

    @Test func aLineOfAPatchHasItsFate() {
        let marks = PatchMarks(
            [Self.first], Self.coverage([(11, "ran();", 7), (12, "missed();", 0)]))
        let added = marks.patches[0].filter { $0.kind == .added }
        #expect(added.map(\.fate) == [.ran(scenarios: 7), .missed])
        #expect(marks.patches[0].filter { $0.fate != nil }.count == 2)
        #expect(marks.patches[0].last?.kind == .meta)
    }

    @Test func numbersMoveWithThePatchesThatFollow() {
        let marks = PatchMarks(
            [Self.first, Self.second], Self.coverage([(1, "new();", 3), (12, "ran();", 7)]))
        let added = marks.patches.map { $0.filter { $0.kind == .added }.map(\.fate) }
        #expect(added == [[.ran(scenarios: 7), nil], [.ran(scenarios: 3)]])
    }

    @Test func aHunkThatWasAppliedElsewhereIsFoundByItsText() {
        let marks = PatchMarks(
            [Self.first],
            Self.coverage([(61, "ran();", 7), (62, "missed();", 0), (90, "ran();", 1)]))
        let added = marks.patches[0].filter { $0.kind == .added }
        #expect(added.map(\.fate) == [.ran(scenarios: 7), .missed])
    }

    @Test func aLineThatMakesNoCodeHasNone() {
        let marks = PatchMarks([Self.first], Self.coverage([(11, "ran();", nil)]))
        #expect(marks.patches[0].allSatisfy { $0.fate == nil })
        #expect(PatchMarks([Self.first], nil).patches[0].allSatisfy { $0.fate == nil })
    }
}
