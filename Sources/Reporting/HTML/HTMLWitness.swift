// SPDX-License-Identifier: GPL-2.0-only

// A witness on a page: what it breaks and how, the picture of its run, and below that what people
// copy from: the same as text, the trace, the test in Swift.

import Expectations
import Exploration

/// Writes witnesses.
struct HTMLWitness {
    private let witness: Witness
    private let expectations: [Expectation]
    private let name: String

    /// - Parameters:
    ///   - expectations: those that it breaks.
    ///   - name: its own within the page.
    init(_ witness: Witness, _ expectations: [Expectation], name: String) {
        self.witness = witness
        self.expectations = expectations
        self.name = name
    }

    func render() -> String {
        let id = HTMLText.escape(witness.id)
        let names = expectations.map(\.name).joined(separator: ", ")
        var parts = [
            "<article id=\"\(name)\" aria-labelledby=\"\(name)-head\">",
            "<h3 id=\"\(name)-head\">Witness <code>\(id)</code>: breaks "
                + "\(HTMLText.escape(names))</h3>",
            HTMLText.definitions(entries()),
        ]
        if let picture = HTMLRunPicture(witness, name: name).render() {
            parts.append(
                "<figure><figcaption>The run, from top to bottom. A bar is something held; a "
                    + "bracket goes from iomap_begin to iomap_end.</figcaption>\n"
                    + HTMLText.region("Picture of the run of witness \(witness.id)", picture)
                    + "\n</figure>")
        } else {
            parts.append("<p>The run killed its process; there is no trace of it.</p>")
        }
        let story = expectations.map { WitnessText(witness).render(for: $0) }
        parts.append(HTMLText.details("As text, for a mail", story.joined(separator: "\n\n")))
        let trace = TraceText(witness: witness).lines()
        if !trace.isEmpty {
            parts.append(
                HTMLText.details(
                    "Trace of \(trace.count.of("step"))", trace.joined(separator: "\n")))
        }
        if let test = try? WitnessSwift(witness).render() {
            parts.append(HTMLText.details("As a test in Swift", test))
        }
        return parts.joined(separator: "\n") + "\n</article>"
    }

    private func entries() -> [LabelledText] {
        let summary = WitnessSummary(witness)
        var entries = [LabelledText("scenario", witness.words)]
        let shared = expectations.first.map(summary.entries) ?? []
        func take(_ labels: String...) {
            entries += shared.filter { labels.contains($0.label) }
        }
        entries.append(LabelledText("by name", witness.scenario))
        take("failure", "order")
        for expectation in expectations {
            entries.append(
                LabelledText("breaks", "\(expectation.name): \(expectation.rule)"))
            entries += summary.entries(for: expectation).filter {
                ["expected", "actual", "held"].contains($0.label)
            }
        }
        take("run")
        if let story = DeadlockStory(witness: witness).sentences() {
            entries.append(LabelledText("that is", Layout.plain(story)))
        }
        take("replay")
        return entries
    }
}
