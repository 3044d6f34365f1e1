// SPDX-License-Identifier: GPL-2.0-only

// Orders that are still to be tried behind one point of a run: a tree of tasks. A way from its root
// to a leaf is the beginning of an order; how the run goes on behind the leaf does not matter. A
// new order is added only if no way that is there covers it already, up to steps that may change
// places; then only its rest is added, behind the part that is there.
//
// After Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order reduction" (2014).

/// The beginnings of orders to be tried, in the order in which they are tried.
package struct WakeupTree {
    package final class Node {
        package let task: UInt8
        /// Of the step as it was seen elsewhere; nil if it may be another one here.
        package let accesses: AccessSet?
        package var children: [Node] = []

        package init(task: UInt8, accesses: AccessSet?) {
            self.task = task
            self.accesses = accesses
        }
    }

    /// One step of a sequence to be tried.
    package struct Element {
        package var task: UInt8
        package var number: UInt16
        package var clock: StepClock
        /// Nil if the step may touch other things when it is made in this place.
        package var accesses: AccessSet?

        package init(task: UInt8, number: UInt16, clock: StepClock, accesses: AccessSet? = nil) {
            self.task = task
            self.number = number
            self.clock = clock
            self.accesses = accesses
        }
    }

    package var children: [Node] = []

    package init(children: [Node] = []) {
        self.children = children
    }

    /// Whether a task's next step could be made before all of the sequence.
    ///
    /// - Parameter accesses: of that step, if it is known.
    package static func canBegin(
        _ sequence: ArraySlice<Element>, with task: UInt8, _ accesses: AccessSet?
    ) -> Bool {
        if let place = sequence.firstIndex(where: { $0.task == task }) {
            return isInitial(place, of: sequence)
        }
        guard let accesses else { return false }
        return sequence.allSatisfy { element in
            element.accesses.map { !$0.conflicts(with: accesses) } ?? false
        }
    }

    private static func isInitial(_ place: Int, of sequence: ArraySlice<Element>) -> Bool {
        let clock = sequence[place].clock
        return sequence[..<place].allSatisfy { clock.count(of: $0.task) < $0.number }
    }

    /// Adds a sequence; false if the tree covers it already.
    @discardableResult
    package mutating func insert(_ sequence: [Element]) -> Bool {
        var rest = sequence[...]
        var node: Node?
        while !rest.isEmpty {
            let next = (node?.children ?? children).first {
                WakeupTree.canBegin(rest, with: $0.task, $0.accesses)
            }
            guard let next else {
                // Whatever runs behind a leaf covers what could be added there.
                if let node, node.children.isEmpty { return false }
                add(rest, below: node)
                return true
            }
            if let place = rest.firstIndex(where: { $0.task == next.task }) {
                rest = Array(rest[..<place] + rest[(place + 1)...])[...]
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
