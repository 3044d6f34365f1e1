// SPDX-License-Identifier: GPL-2.0-only

// A JSON object written down as what it is: keys with their values. Others read these keys, so each
// document spells them out once, at the place where its value comes from. A value of nil leaves its
// key out; a key that must be there in any case has its value inside `OrNull`.

import FoundationEssentials

/// An object of keys and values, in the form of a dictionary literal.
package struct JSONObject: Encodable, ExpressibleByDictionaryLiteral {
    package typealias Key = String
    package typealias Value = (any Encodable)?

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var members: [(key: String, value: any Encodable)]

    package init(dictionaryLiteral elements: (String, (any Encodable)?)...) {
        members = elements.compactMap { key, value in value.map { (key, $0) } }
    }

    /// The same object with the members of another one behind its own.
    static func + (one: JSONObject, other: JSONObject) -> JSONObject {
        var sum = one
        sum.members += other.members
        return sum
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Name.self)
        for (key, value) in members { try values.encode(value, forKey: Name(stringValue: key)) }
    }

    /// With sorted keys, indented, slashes as they are.
    package func text() throws -> String {
        try JSONObject.text(of: self)
    }

    static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// A value that is null, and not absent, where there is none.
struct OrNull: Encodable {
    private let value: (any Encodable)?

    init(_ value: (any Encodable)?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

extension Array {
    /// Nil for an empty one: its key is left out.
    var ifAny: [Element]? { isEmpty ? nil : self }
}

/// Seconds as reports have them: in thousandths.
func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
