// SPDX-License-Identifier: GPL-2.0-only

// Orders that are still to be tried from one point of a run: a tree of tasks. A path from its root
// to a leaf is the beginning of an order; how the run continues after the leaf does not matter. A
// new order is added only if no path covers it already, up to swaps of independent steps; then only
// the part that the tree lacks is added.
//
// After Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order reduction" (2014).

/// The beginnings of orders to be tried, in the order in which they are tried.
struct WakeupTree {
    final class Node {
        let task: UInt8
        /// Accesses of the step as observed in another order; nil if they may differ here.
        let accesses: AccessSet?
        var children: [Node] = []

        init(task: UInt8, accesses: AccessSet?) {
            self.task = task
            self.accesses = accesses
        }
    }

    /// One step of a sequence to be tried.
    struct Element {
        var task: UInt8
        var number: UInt16
        var clock: StepClock
        /// Nil if the step may access other things in this order.
        var accesses: AccessSet?
    }

    var children: [Node] = []

    /// Whether a task's next step could be moved to the front of the sequence.
    ///
    /// - Parameter accesses: those of that step, if known.
    static func canBegin(
        _ sequence: ArraySlice<Element>, with task: UInt8, _ accesses: AccessSet?
    ) -> Bool {
        if let index = sequence.firstIndex(where: { $0.task == task }) {
            return isInitial(index, of: sequence)
        }
        guard let accesses else { return false }
        return sequence.allSatisfy { element in
            element.accesses.map { !$0.conflicts(with: accesses) } ?? false
        }
    }

    private static func isInitial(_ index: Int, of sequence: ArraySlice<Element>) -> Bool {
        let clock = sequence[index].clock
        return sequence[..<index].allSatisfy { clock.count(of: $0.task) < $0.number }
    }

    /// Adds a sequence; false if the tree covers it already.
    @discardableResult
    mutating func insert(_ sequence: [Element]) -> Bool {
        var rest = sequence[...]
        var node: Node?
        while !rest.isEmpty {
            let next = (node?.children ?? children).first {
                WakeupTree.canBegin(rest, with: $0.task, $0.accesses)
            }
            guard let next else {
                // Whatever runs after a leaf covers what could be added there.
                if let node, node.children.isEmpty { return false }
                add(rest, below: node)
                return true
            }
            if let index = rest.firstIndex(where: { $0.task == next.task }) {
                rest = Array(rest[..<index] + rest[(index + 1)...])[...]
            }
            node = next
        }
        return false
    }

    private mutating func add(_ sequence: ArraySlice<Element>, below node: Node?) {
        var new: Node?
        for element in sequence.reversed() {
            let above = Node(task: element.task, accesses: element.accesses)
            if let new { above.children = [new] }
            new = above
        }
        guard let new else { return }
        if let node { node.children.append(new) } else { children.append(new) }
    }
}
