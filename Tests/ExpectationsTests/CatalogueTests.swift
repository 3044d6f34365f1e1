// SPDX-License-Identifier: GPL-2.0-only

// The catalogue: names are unique, no run is there twice, and every boundary is combined with every
// operation that is meaningful there.

import Machine
import Testing

@testable import Expectations

@Suite struct CatalogueTests {
    @Test func namesAreUniqueAndFound() {
        let names = Catalogue.scenarios.map(\.name)
        #expect(Set(names).count == names.count)
        for name in [names.first!, names.last!] {
            #expect(Catalogue.scenario(named: name)?.name == name)
        }
        #expect(Catalogue.scenario(named: "no/such/scenario") == nil)
    }

    @Test func noRunIsListedTwice() {
        var seen: Set<[String]> = []
        for scenario in Catalogue.scenarios {
            let key = ["\(scenario.geometry.hashValue)", "\(scenario.operations.hashValue)"]
            #expect(seen.insert(key).inserted, "\(scenario.name) is another scenario's run")
        }
    }

    @Test func eachIsASentence() {
        for scenario in Catalogue.scenarios {
            #expect(scenario.description.hasPrefix("On ") && scenario.description.hasSuffix("."))
            #expect(!scenario.tested.isEmpty)
        }
    }

    @Test func worldsKeepTheLimitsOfTheABI() {
        for scenario in Catalogue.scenarios {
            let geometry = scenario.geometry
            #expect(geometry.deviceBlocks >= 64 && geometry.deviceBlocks <= 4096)
            var next: UInt32 = 0
            for extent in geometry.extents {
                #expect(extent.block >= next && extent.count > 0, "\(scenario.name)")
                next = extent.blocks.upperBound
            }
            #expect(UInt64(next) <= FileModel.pagesUp(geometry.size), "\(scenario.name)")
            for operation in scenario.operations where operation.kind.isAccess {
                let page = operation.position / 4096
                #expect((operation.end - 1) / 4096 == page, "\(scenario.name) leaves its page")
                #expect(
                    geometry.mappedPages.contains(UInt32(page)), "\(scenario.name)")
                #expect(operation.fill != 0)
            }
        }
    }

    struct Boundary: CustomTestStringConvertible, Sendable {
        let filesystem: Filesystem
        let size: UInt64
        var testDescription: String { "\(filesystem.name) \(size)" }
    }

    static let pteBoundaries: [Boundary] = {
        let page: UInt64 = 4096
        let sizes: [UInt64] = [
            1, page, page + 1, 3 * page, 3 * page + 100, 12 * page, 12 * page + 1, 13 * page,
            1036 * page, 1036 * page + 1,
        ]
        return sizes.map { Boundary(filesystem: .ext2, size: $0) }
            + sizes.prefix(5).map { Boundary(filesystem: .strict, size: $0) }
    }()

    /// The last page of the file, with and without a block, and the first page behind it.
    @Test(arguments: pteBoundaries) func everyAccessMeetsTheEndOfTheFile(_ boundary: Boundary) {
        let last = (boundary.size - 1) / 4096
        let kinds: [Operation.Kind] = [
            .readFault, .writeFault, .privateWriteFault, .write, .read, .truncate,
        ]
        let here = Catalogue.scenarios.filter {
            $0.geometry.filesystem == boundary.filesystem && $0.geometry.size == boundary.size
                && $0.operations.count == 1
        }
        for kind in kinds {
            for isAllocated in [true, false] {
                #expect(
                    here.contains { scenario in
                        scenario.operations[0].kind == kind
                            && touches(scenario.operations[0], last)
                            && isAllocated
                                == scenario.geometry.extents.contains {
                                    $0.blocks.contains(UInt32(last))
                                }
                    }, "\(kind) of page \(last), allocated: \(isAllocated)")
            }
            #expect(
                here.contains {
                    $0.operations[0].kind == kind && touches($0.operations[0], last + 1)
                },
                "\(kind) behind EOF")
        }
        #expect(
            Catalogue.scenarios.contains {
                $0.geometry.filesystem == boundary.filesystem
                    && $0.geometry.size == boundary.size
                    && $0.operations.last!.kind == .pfnMkwrite
            })
    }

    @Test func hugeFaultsMeetTheirBoundaries() {
        let huge: UInt64 = 2 << 20
        for size in [huge - 4096, huge, huge + 100, 2 * huge] {
            for kind in [Operation.Kind.pmdReadFault, .pmdWriteFault, .pmdPrivateWriteFault] {
                let here = Catalogue.scenarios.filter {
                    $0.geometry.filesystem == .strict && $0.geometry.size == size
                        && $0.operations.count == 1 && $0.operations[0].kind == kind
                }
                let last = (size - 1) / 4096
                for page in Set([0, last, last + 1]) {
                    for isAllocated in page > last ? [true] : [true, false] {
                        #expect(
                            here.contains { scenario in
                                touches(scenario.operations[0], page)
                                    && (page > last
                                        || isAllocated
                                            == scenario.geometry.extents.contains {
                                                $0.blocks.contains(UInt32(page))
                                            })
                            }, "\(kind) of page \(page) of \(size) bytes")
                    }
                }
            }
        }
        for suffix in ["/vma-starts-late", "/vma-ends-early", "/vma-askew"] {
            #expect(Catalogue.scenarios.contains { $0.name.hasSuffix(suffix) })
        }
    }

    @Test func everyKindOfPriorStateIsMet() {
        let states = [
            "fresh", "hole", "hole-after-read-fault", "hole-page-present", "entry-present",
            "after-read-fault", "after-write-fault", "after-private-write-fault", "bad-medium",
            "unwritten", "hole-after-pmd-read", "huge-after-pmd-write",
        ]
        for state in states {
            #expect(
                Catalogue.scenarios.contains { $0.name.hasSuffix("/" + state) }, "\(state)")
        }
    }

    private func touches(_ operation: Operation, _ page: UInt64) -> Bool {
        let start = page * 4096
        switch operation.kind {
        case .truncate: return operation.position >= start && operation.position <= start + 4096
        default: return operation.position < start + 4096 && operation.end > start
        }
    }
}
