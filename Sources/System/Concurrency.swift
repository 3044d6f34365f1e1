// SPDX-License-Identifier: GPL-2.0-only

// Work on several threads. They mostly wait for tools, so they are plain ones: libdispatch gives a call
// within another one no threads of its own.

import Glibc
import Synchronization

/// Calls `body` with 0 ..< `count` on up to `limit` threads; results in order.
package func concurrently<R: Sendable>(
    _ count: Int, atMost limit: Int, _ body: @Sendable (Int) -> R
) -> [R] {
    guard count > 1, limit > 1 else { return (0..<count).map(body) }
    let next = Mutex(0)
    let results = Mutex([R?](repeating: nil, count: count))
    withoutActuallyEscaping(body) { body in
        let work: @Sendable () -> Void = {
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
        let threads = (1..<min(count, limit)).compactMap { _ in startThread(work) }
        work()
        for thread in threads { pthread_join(thread, nil) }
    }
    return results.withLock { $0.map { $0! } }
}

/// Nil where there is none to be had: whoever asked does the work alone.
private func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let error = pthread_create(
        &thread, nil,
        { box in
            Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    guard error == 0 else {
        box.release()
        return nil
    }
    return thread
}
