// SPDX-License-Identifier: GPL-2.0-only

/// A form that a value cannot take, or cannot be read from.
package struct FormatError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
