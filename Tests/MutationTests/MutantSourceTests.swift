// SPDX-License-Identifier: GPL-2.0-only

// Which mistakes a few lines of C could have.

import Testing

@testable import Mutation

@Suite struct MutantSourceTests {
    private static let code = """
        static int take(struct inode *inode, int flags)
        {
        	int error = 0, n;	/* a comment; with if (a) in it */

        	down_write(&inode->lock);
        	if (flags < 4 && !inode->busy)
        		error = prepare(inode, flags,
        				FL_ONE | FL_TWO);
        	else
        		return -EINVAL;
        	for (n = 0; n < 8; n++)
        		put(inode);
        out:
        	up_write(&inode->lock);
        	return error;
        }
        """

    private static func mutants(of line: Int) -> [Mutant] {
        MutantSource.mutants(of: "fs/a.c", Array(code.utf8), lines: [line])
    }

    private static func changed(_ line: Int, _ words: String) throws -> String {
        let mutant = try #require(mutants(of: line).first { $0.words.contains(words) })
        return String(decoding: mutant.applied(to: Array(code.utf8)), as: UTF8.self)
    }

    @Test func aDeclarationAndACommentAreLeftAsTheyAre() {
        #expect(Self.mutants(of: 3).isEmpty)
    }

    @Test func aCallIsLeftOutWithItsLine() throws {
        let text = try Self.changed(5, "the call of down_write() were missing")
        #expect(text == Self.code.replacing("\tdown_write(&inode->lock);\n", with: ""))
    }

    @Test func aConditionIsTurnedLeftOutAndMovedByOne() throws {
        let words = Set(Self.mutants(of: 6).map(\.words))
        #expect(
            words.isSuperset(of: [
                "the condition were turned", "the check were missing", "&& were ||",
                "the bound moved by one (< as <=)",
            ]), "\(words)")
        #expect(try Self.changed(6, "were turned").contains("if (!(flags < 4 && !inode->busy))"))
    }

    @Test func whatIsTheBodyOfAnElseStaysAStatement() throws {
        #expect(try Self.changed(10, "missing").contains("else\n\t\t;\n"))
        #expect(try Self.changed(10, "-EINVAL were 0").contains("return 0;"))
        #expect(try Self.changed(12, "put() were missing").contains("n++)\n\t\t;\n"))
    }

    @Test func anErrorIsDroppedAndFlagsAreTakenAway() throws {
        #expect(try Self.changed(7, "dropped").contains("\n\t\tprepare(inode, flags,\n"))
        #expect(try Self.changed(8, "FL_TWO were missing").contains("FL_ONE);"))
        #expect(try Self.changed(7, "changed places").contains("prepare(flags, inode,"))
    }

    @Test func whatFollowsALabelIsAStatement() throws {
        #expect(try Self.changed(14, "up_write").contains("out:\n\t;\n"))
    }

    @Test func aMutantIsAPatchOfOneHunk() throws {
        let mutant = try #require(Self.mutants(of: 5).first)
        #expect(
            mutant.diff(of: Array(Self.code.utf8)) == """
                --- a/fs/a.c
                +++ b/fs/a.c
                @@ -2,7 +2,6 @@
                 {
                 \tint error = 0, n;\t/* a comment; with if (a) in it */
                 
                -\tdown_write(&inode->lock);
                 \tif (flags < 4 && !inode->busy)
                 \t\terror = prepare(inode, flags,
                 \t\t\t\tFL_ONE | FL_TWO);

                """)
    }
}
