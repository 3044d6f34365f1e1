// SPDX-License-Identifier: GPL-2.0-only

// A value that an option cannot have. The parser's own message has the option in brackets, and the
// values in a list of a line each; here it is one line that names the option, the value, and what it takes.

/// What the parser says of a value that does not fit, in one sentence.
struct WrongValue {
    /// One line.
    let sentence: String

    /// Nil where the message is about something else.
    ///
    /// - Parameter message: "The value 'xml' is invalid for '--format <format>'. Please provide one of
    ///   the following:\n  - text\n  - json", or with 'text' and 'json' in the sentence, or ": REASON".
    init?(_ message: String) {
        guard
            let match = message.wholeMatch(
                of: /(?s)The value '(.*)' is invalid for '(?:<([^>]+)>|(-[^ ']+)[^']*)'(: |\. )(.*)/
            )
        else { return nil }
        let (_, value, argument, option, mark, rest) = match.output
        let name = option ?? argument ?? ""
        guard mark == ". " else {
            // A reason of our own names the option itself.
            sentence = rest.hasPrefix(name) ? "\(rest), not '\(value)'" : "\(name): \(rest)"
            return
        }
        let quoted = rest.matches(of: /'([^']+)'/).map { String($0.1) }
        let listed = rest.matches(of: /\n +- (.+)/).map { String($0.1) }
        let values = listed.isEmpty ? quoted : listed
        guard let last = values.last else { return nil }
        let list = (values.dropLast().joined(separator: ", ") + " or " + last)
        sentence = "\(name) takes \(list), not '\(value)'"
    }
}
