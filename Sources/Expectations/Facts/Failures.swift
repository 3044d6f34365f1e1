// SPDX-License-Identifier: GPL-2.0-only

// What a fault, a span or a system call was told had failed, and what has become of it. A failure
// binds the code under test only as far as the code was really left without something: a call that
// is made again and then succeeds is no failure, and an allocation that fails is none of which
// anybody can say from the trace whether it was needed. So it must hold that `error` is never the
// error of a call that was tried again with success, and that a shortage of memory counts as an
// error only if something could not be done for it.

import Machine

/// The failures of one fault, span or system call that nothing has made good.
struct Failures {
    /// The first, as a negative errno, and the event; 0 and -1: none.
    private(set) var error: Int64 = 0
    private(set) var event = -1
    /// The error of the last try of the call that failed first, where it failed in another way: the
    /// code may report either. 0: none.
    private(set) var again: Int64 = 0
    /// The second, which is the first once that is made good.
    private var nextError: Int64 = 0
    private var nextEvent = -1
    /// The first failure inside the filesystem, which may deal with it; 0: none.
    private(set) var inner: Int64 = 0
    /// The event of an allocation that failed and was not tried again; -1: none. The code may do
    /// without it, or fail with -ENOMEM.
    private(set) var shortage = -1
    /// The event in which the index had no memory for an entry; -1: none, or it has one by now.
    private(set) var lackingEntry = -1

    /// Memory was asked for and not given, and nothing shows whether it was needed.
    var mayLackMemory: Bool { shortage >= 0 }

    /// Notes an error that the code was told.
    mutating func note(_ error: Int64, at index: Int) {
        if self.error == 0 || index < event {
            (nextError, nextEvent) = (self.error, event)
            (self.error, event) = (error, index)
        } else if nextError == 0 {
            (nextError, nextEvent) = (error, index)
        }
    }

    /// Forgets the first error: the call was made again and succeeded.
    mutating func makeGood() {
        (error, event) = (nextError, nextEvent)
        (nextError, nextEvent) = (0, -1)
        again = 0
    }

    /// Notes that the call that failed first was made again and failed again.
    mutating func noteAgain(_ error: Int64) { again = error == self.error ? 0 : error }

    /// The same, had the call failed from the first in the way of its last try.
    func asOfLastTry() -> Failures {
        var other = self
        (other.error, other.again) = (again, 0)
        return other
    }

    /// Notes an error of a call that the filesystem made for itself.
    mutating func noteInner(_ error: Int64) {
        if inner == 0 { inner = error }
    }

    /// The filesystem's call failed or succeeded: what had failed inside of it is decided.
    mutating func forgetInner() {
        inner = 0
        shortage = -1
    }

    /// Notes an allocation that failed.
    mutating func noteShortage(at index: Int) {
        if shortage < 0 { shortage = index }
    }

    /// The same memory was asked for again, and given.
    mutating func makeShortageGood() { shortage = -1 }

    mutating func noteLackingEntry(at index: Int) {
        if lackingEntry < 0 { lackingEntry = index }
    }

    /// An entry is in the slot: what was lacking for one is no more. Memory that failed for
    /// something else still is.
    mutating func noteEntry() {
        guard lackingEntry >= 0 else { return }
        lackingEntry = -1
        shortage = -1
    }

    /// No other try can follow: an entry that is still lacking is an error.
    mutating func conclude() {
        guard lackingEntry >= 0 else { return }
        note(-Int64(Errno.enomem), at: lackingEntry)
        lackingEntry = -1
        shortage = -1
    }
}
