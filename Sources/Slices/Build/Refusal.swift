// SPDX-License-Identifier: GPL-2.0-only

// The error for what kernel code has no use for and what is a way around the machine. It names the
// line of the patch where there is one, and says what to do for who has read the patch.

import System

extension TranslationUnit {
    /// Refuses what the file has.
    ///
    /// - Parameter line: of the patch; nil where none says it.
    func refusal(
        _ reason: String, at line: SourceLine?, notes: [String] = []
    ) -> QuestionError {
        QuestionError(
            .refused, file: line?.file ?? source.path, line: line?.line, reason: reason,
            notes: notes + ["--trust judges the patch all the same, for who has read it"])
    }
}
