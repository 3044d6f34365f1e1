// SPDX-License-Identifier: GPL-2.0-only

// What is tested: an operation on a page in some state, or on the file as a whole. Each uses the
// bytes next to a boundary (the end of the page, or EOF if that comes first), where an off-by-one
// shows.

import Machine

/// One or more operations on one page.
struct PageOperation: Sendable {
    let name: String
    let description: String
    /// The least depth at which it is combined with a page.
    let depth: Depth
    /// Whether it is meaningful for a page in a state.
    private let isMeaningful: @Sendable (FileShape.Target, PageState, FileShape) -> Bool
    /// The operations; all of them are tested.
    let operations: @Sendable (FileShape.Target, FileShape) -> [Operation]

    private init(
        _ name: String, _ description: String, _ depth: Depth = .full,
        when isMeaningful: @escaping @Sendable (FileShape.Target, PageState, FileShape) -> Bool = {
            _, _, _ in
            true
        },
        doing operations: @escaping @Sendable (FileShape.Target, FileShape) -> [Operation]
    ) {
        self.name = name
        self.description = description
        self.depth = depth
        self.isMeaningful = isMeaningful
        self.operations = operations
    }

    func fits(_ target: FileShape.Target, _ state: PageState, _ file: FileShape) -> Bool {
        depth <= target.depth && isMeaningful(target, state, file)
    }

    static let all: [PageOperation] = faults + writes + reads + truncates

    /// An access to the last bytes of the page inside the file; beyond EOF, to its first byte.
    private static func access(
        _ kind: Operation.Kind, _ target: FileShape.Target, _ file: FileShape
    ) -> [Operation] {
        let start = target.page * FileShape.pageSize
        let inside = file.bytesInside(target.page)
        guard inside > 0 else { return [Operation(kind, at: start, length: 1)] }
        let length = min(16, inside)
        return [Operation(kind, at: start + inside - length, length: length)]
    }

    private static let faults: [PageOperation] = [
        PageOperation("read-fault", "a load through the shared mapping", .brief) {
            access(.readFault, $0, $1)
        },
        PageOperation("write-fault", "a store through the shared mapping", .brief) {
            access(.writeFault, $0, $1)
        },
        PageOperation("private-read-fault", "a load through the private mapping") {
            access(.privateReadFault, $0, $1)
        },
        PageOperation("private-write-fault", "a store through the private mapping", .brief) {
            access(.privateWriteFault, $0, $1)
        },
        PageOperation(
            "pfn-mkwrite", "a store where the storage is mapped read-only", .brief,
            when: { _, state, _ in state.mapsStorage },
            doing: { access(.pfnMkwrite, $0, $1) }),
        PageOperation(
            "private-write-fault-then-load",
            "a store through the private mapping, then a load of other bytes of its copy", .main,
            when: { target, _, _ in !target.isBeyondEOF },
            doing: { target, file in
                let start = target.page * FileShape.pageSize
                return access(.privateWriteFault, target, file) + [
                    Operation(.privateReadFault, at: start + 8, length: 16)
                ]
            }),
        PageOperation(
            "write-fault-then-read", "a store through the shared mapping, then read() of the page",
            when: { target, state, _ in !target.isBeyondEOF && !state.isDirty },
            doing: { target, file in
                access(.writeFault, target, file) + [
                    Operation(
                        .read, at: target.page * FileShape.pageSize, length: FileShape.pageSize)
                ]
            }),
        PageOperation(
            "write-fault-then-fsync", "a store through the shared mapping, then fsync()",
            when: { target, state, _ in !target.isBeyondEOF && state.depth < .full },
            doing: { target, file in
                access(.writeFault, target, file) + [Operation(.fsync, at: 0)]
            }),
    ]

    private static let writes: [PageOperation] = [
        PageOperation("write-inside", "write() of some bytes inside of the page") { target, file in
            let start = target.page * FileShape.pageSize
            let inside = file.bytesInside(target.page)
            let length = inside == 0 ? 16 : min(16, inside)
            return [Operation(.write, at: start + (max(inside, 16) - 16) / 2, length: length)]
        },
        PageOperation("write-page", "write() of exactly the page", .brief) { target, _ in
            [
                Operation(
                    .write, at: target.page * FileShape.pageSize, length: FileShape.pageSize)
            ]
        },
        PageOperation("write-across", "write() over the end of the page", .brief) { target, _ in
            [
                Operation(
                    .write, at: (target.page + 1) * FileShape.pageSize - 50, length: 100)
            ]
        },
        PageOperation("write-around", "write() from the page before to the page behind") {
            target, _ in
            let start = target.page * FileShape.pageSize
            let before = min(start, 10)
            return [
                Operation(
                    .write, at: start - before, length: before + FileShape.pageSize + 10)
            ]
        },
        PageOperation(
            "write-then-read-fault", "write() of the page, then a load through the shared mapping",
            when: { target, state, _ in state.depth < .full || target.isBeyondEOF },
            doing: { target, file in
                let start = target.page * FileShape.pageSize
                return [
                    Operation(.write, at: start, length: FileShape.pageSize),
                    Operation(.readFault, at: start, length: 16),
                ]
            }),
    ]

    private static let reads: [PageOperation] = [
        PageOperation("read-inside", "read() of some bytes inside of the page") { target, file in
            let start = target.page * FileShape.pageSize
            return [Operation(.read, at: start, length: 16)]
        },
        PageOperation("read-page", "read() of exactly the page", .brief) { target, _ in
            [
                Operation(
                    .read, at: target.page * FileShape.pageSize, length: FileShape.pageSize)
            ]
        },
        PageOperation("read-around", "read() from the page before to the page behind") {
            target, _ in
            let start = target.page * FileShape.pageSize
            let before = min(start, 10)
            return [
                Operation(.read, at: start - before, length: before + FileShape.pageSize + 10)
            ]
        },
    ]

    private static let truncates: [PageOperation] = [
        PageOperation(
            "truncate-to-its-start", "truncate() to the start of the page",
            when: { target, _, _ in !target.isBeyondEOF },
            doing: { target, _ in [Operation(.truncate, at: target.page * FileShape.pageSize)] }),
        PageOperation(
            "truncate-into-it", "truncate() into the middle of the page", .brief
        ) { target, file in
            let inside = file.bytesInside(target.page)
            let offset = inside > 1 ? min(inside / 2, 1000) : 1
            return [Operation(.truncate, at: target.page * FileShape.pageSize + offset)]
        },
        PageOperation(
            "truncate-into-it-and-grow",
            "truncate() into the middle of the page, then back up, then read()",
            when: { target, _, file in !target.isBeyondEOF && file.bytesInside(target.page) > 1 },
            doing: { target, file in
                let start = target.page * FileShape.pageSize
                return [
                    Operation(
                        .truncate, at: start + min(file.bytesInside(target.page) / 2, 1000)),
                    Operation(.truncate, at: file.size),
                    Operation(.read, at: start, length: FileShape.pageSize),
                ]
            }),
    ]
}

/// An operation on the file as a whole.
struct FileOperation: Sendable {
    let name: String
    let description: String
    private let isMeaningful: @Sendable (FileShape) -> Bool
    let operation: @Sendable (FileShape) -> Operation

    private init(
        _ name: String, _ description: String,
        when isMeaningful: @escaping @Sendable (FileShape) -> Bool = { _ in true },
        doing operation: @escaping @Sendable (FileShape) -> Operation
    ) {
        self.name = name
        self.description = description
        self.isMeaningful = isMeaningful
        self.operation = operation
    }

    func fits(_ file: FileShape) -> Bool { isMeaningful(file) }

    static let all: [FileOperation] = [
        FileOperation("truncate-to-zero", "truncate() to 0") { _ in Operation(.truncate, at: 0) },
        FileOperation("truncate-to-same", "truncate() to the size that it has") {
            Operation(.truncate, at: $0.size)
        },
        FileOperation("truncate-up", "truncate() to some bytes more") {
            Operation(.truncate, at: $0.size + 100)
        },
        FileOperation("truncate-up-pages", "truncate() to some pages more") {
            Operation(.truncate, at: $0.size + 3 * FileShape.pageSize + 7)
        },
        FileOperation("write-at-eof", "write() that appends") {
            Operation(.write, at: $0.size, length: 100)
        },
        FileOperation(
            "write-nothing", "write() of no bytes", when: { $0.size > 0 },
            doing: { Operation(.write, at: $0.size, length: 0) }),
        FileOperation(
            "read-nothing", "read() of no bytes", when: { $0.size > 0 },
            doing: { Operation(.read, at: $0.size / 2, length: 0) }),
        FileOperation(
            "write-over-eof", "write() over EOF", when: { $0.size > 0 },
            doing: {
                Operation(.write, at: $0.size - min($0.size, 50), length: 3 * FileShape.pageSize)
            }),
        FileOperation("write-past-eof", "write() that leaves a gap behind EOF") {
            Operation(.write, at: $0.size + 2 * FileShape.pageSize + 9, length: 5000)
        },
        FileOperation("read-over-eof", "read() over EOF") {
            Operation(.read, at: $0.size - min($0.size, 50), length: 2 * FileShape.pageSize)
        },
        FileOperation("read-past-eof", "read() that starts beyond EOF") {
            Operation(.read, at: $0.size + 10, length: 100)
        },
        FileOperation(
            "read-all", "read() of all of it", when: { $0.pages <= 16 },
            doing: {
                Operation(.read, at: 0, length: $0.size + 1)
            }),
        FileOperation("fsync", "fsync()") { _ in Operation(.fsync, at: 0) },
    ]
}
