// SPDX-License-Identifier: GPL-2.0-only

// Why a tree cannot run some scenarios.

import Exploration

extension NotRun: CustomStringConvertible {
    /// The operations that stand in the way.
    package var reason: String {
        let names = operations.map(\.name).joined(separator: ", ")
        switch filesystem {
        // Every file can be truncated.
        case .ext2 where isAll || operations.contains(.truncate):
            return "no DAX in this tree's ext2"
        case _ where isAll: return "this tree's fs/dax.c cannot be driven with it"
        case _ where operations.contains(.readFault) && operations.contains(.writeFault):
            return "faults cannot be driven on this tree (\(names))"
        default: return "cannot be driven on this tree: \(names)"
        }
    }

    /// How many scenarios, where, and why.
    package var description: String {
        "\(scenarios.of("scenario")) on \(filesystem.name): \(reason)"
    }
}
