// SPDX-License-Identifier: GPL-2.0-only

import Dispatch
import Synchronization

/// Calls `body` with 0 ..< `count` on up to `limit` threads; results in order. The threads only wait
/// for tools, so they are plain ones.
package func concurrently<R: Sendable>(
    _ count: Int, atMost limit: Int, _ body: @Sendable (Int) -> R
) -> [R] {
    guard count > 1, limit > 1 else { return (0..<count).map(body) }
    let next = Mutex(0)
    let results = Mutex([R?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: min(count, limit)) { _ in
        while true {
            let index = next.withLock { next -> Int in
                defer { next += 1 }
                return next
            }
            guard index < count else { return }
            let result = body(index)
            results.withLock { $0[index] = result }
        }
    }
    return results.withLock { $0.map { $0! } }
}
