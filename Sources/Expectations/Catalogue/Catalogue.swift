// SPDX-License-Identifier: GPL-2.0-only

// The catalogue: every scenario that is run without being asked for. It is enumerated: file sizes
// around each boundary, the pages that a boundary makes interesting, the states that such a page
// can be in, and every access that the state allows. Nothing is picked by hand, so nothing is left
// out because nobody thought of it; what would be the same run under two names is kept once.
//
// Names are built from the parts, so a scenario keeps its name when others are added. What somebody
// added by hand (`Scenarios/`) comes last.

import Machine

/// All scenarios.
package enum Catalogue {
    /// In a fixed order: by filesystem, file, page, state, access.
    package static let scenarios: [Scenario] = enumerate()

    /// The scenario of a name, if there is one.
    package static func scenario(named name: String) -> Scenario? {
        place(of: name).map { scenarios[$0] }
    }

    /// Where in `scenarios` the scenario of a name is, if there is one.
    package static func place(of name: String) -> Int? {
        scenarios.firstIndex { $0.isNamed(name) }
    }

    private static func enumerate() -> [Scenario] {
        var collection = Collection()
        for filesystem in Filesystem.allCases {
            for file in FileShape.all(on: filesystem) {
                addPageScenarios(of: file, to: &collection)
                addFileScenarios(of: file, to: &collection)
            }
        }
        addHugeScenarios(to: &collection)
        for scenario in OwnScenarios.scenarios where scenario.tasks == 1 {
            collection.add(scenario)
        }
        return collection.scenarios
    }

    /// Scenarios in order, each run once.
    struct Collection {
        private(set) var scenarios: [Scenario] = []
        /// Where the scenario with a hash of its run is.
        private var places: [Int: Int] = [:]

        init() {
            scenarios.reserveCapacity(8192)
            places.reserveCapacity(8192)
        }

        mutating func add(_ scenario: Scenario) {
            var hasher = Hasher()
            hasher.combine(scenario.geometry)
            for operation in scenario.operations { hasher.combine(operation) }
            var hash = hasher.finalize()
            while let place = places[hash] {
                if scenarios[place].operations == scenario.operations
                    && scenarios[place].geometry == scenario.geometry
                {
                    return
                }
                hash &+= 1
            }
            places[hash] = scenarios.count
            scenarios.append(scenario)
        }
    }

    /// file x page x state x access
    private static func addPageScenarios(of file: FileShape, to collection: inout Collection) {
        for target in file.targets {
            for state in PageState.all(on: file.filesystem) where state.fits(target, of: file) {
                let scene = PageFixture(file, target, state)
                for access in PageOperation.all where access.fits(target, state, file) {
                    collection.add(
                        scene.scenario(
                            access.name, access.description, access.operations(target, file)))
                }
            }
        }
    }

    /// file x what is done to the file as a whole
    private static func addFileScenarios(of file: FileShape, to collection: inout Collection) {
        let target = file.lastTarget
        let states =
            target.isBeyondEOF ? PageState.nothing : PageState.wholeFile(on: file.filesystem)
        for state in states where state.fits(target, of: file) {
            let scene = PageFixture(file, target, state)
            for access in FileOperation.all where access.fits(file) {
                collection.add(
                    scene.scenario(access.name, access.description, [access.operation(file)]))
            }
        }
    }

    /// A file with a page of it in a state: what all accesses to it have in common.
    private struct PageFixture {
        let label: Scenario.Label
        let geometry: Geometry
        let setup: [Operation]
        let ownedBlocks: Int

        init(_ file: FileShape, _ target: FileShape.Target, _ state: PageState) {
            label = Scenario.Label(
                place: "\(file.filesystem.name)/\(file.name)/\(target.name)", state: state.name,
                scene: "On \(file.filesystem.name), in \(file.description), page \(target.page) "
                    + "(\(target.description)) \(state.description)")
            geometry = file.geometry(target: target, state: state)
            setup = state.setup(target, file)
            ownedBlocks = BlockMap.ownedBlocks(of: geometry)
        }

        func scenario(_ name: String, _ description: String, _ operations: [Operation]) -> Scenario {
            var label = label
            label.access = name
            label.deed = description
            return Scenario(
                label, geometry, setup.isEmpty ? operations : setup + operations,
                ownedBlocks: ownedBlocks)
        }
    }
}
