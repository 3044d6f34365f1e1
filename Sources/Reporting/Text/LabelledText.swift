// SPDX-License-Identifier: GPL-2.0-only

/// A sentence and what it is about: a line of a report in whatever form.
struct LabelledText {
    var label: String
    var text: String

    init(_ label: String, _ text: String) {
        self.label = label
        self.text = text
    }

    /// Both on one line.
    var line: String { "\(label): \(Layout.plain(text))" }
}
