// SPDX-License-Identifier: GPL-2.0-only

// The catalogue: every scenario of one task that a check runs. It is enumerated: file sizes around
// each boundary, the pages around a boundary, the states that such a page can be in, and every
// operation that the state allows. Enumeration covers the combinations that a list by hand would
// miss. A run that would have two names is kept once.
//
// Names are made from the parts, so a scenario keeps its name when others are added. Own scenarios
// (`Scenarios/`) come after them, and last what only some kernels have.

import Machine

/// All scenarios of one task.
public enum Catalogue {
    /// In a fixed order: by filesystem, file, page, state, operation.
    public static let scenarios: [Scenario] = enumerate()

    /// The scenario of a name, if there is one.
    public static func scenario(named name: String) -> Scenario? {
        index(of: name).map { scenarios[$0] }
    }

    /// The index in `scenarios` of the scenario of a name, if there is one.
    private static func index(of name: String) -> Int? {
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
        for scenario in AllocationScenarios.all + FileScenarios.all { collection.add(scenario) }
        for scenario in IndirectScenarios.all + SynchronousScenarios.all + DamagedMapScenarios.all {
            collection.add(scenario)
        }
        for scenario in NonsenseScenarios.all + DepositScenarios.all { collection.add(scenario) }
        for scenario in LayoutScenarios.all { collection.add(scenario) }
        return collection.scenarios
    }

    /// Scenarios in order, without two of the same run.
    struct Collection {
        private(set) var scenarios: [Scenario] = []
        /// The index of the scenario with a hash of its run.
        private var indices: [Int: Int] = [:]

        init() {
            scenarios.reserveCapacity(8192)
            indices.reserveCapacity(8192)
        }

        mutating func add(_ scenario: Scenario) {
            var hasher = Hasher()
            hasher.combine(scenario.geometry)
            for operation in scenario.operations { hasher.combine(operation) }
            var hash = hasher.finalize()
            while let index = indices[hash] {
                if scenarios[index].operations == scenario.operations
                    && scenarios[index].geometry == scenario.geometry
                {
                    return
                }
                hash &+= 1
            }
            indices[hash] = scenarios.count
            scenarios.append(scenario)
        }
    }

    /// file x page x state x operation
    private static func addPageScenarios(of file: FileShape, to collection: inout Collection) {
        for target in file.targets {
            for state in PageState.all(on: file.filesystem) where state.fits(target, of: file) {
                let fixture = PageFixture(file, target, state)
                for operation in PageOperation.all where operation.fits(target, state, file) {
                    collection.add(
                        fixture.scenario(
                            operation.name, operation.description,
                            operation.operations(target, file)))
                }
            }
        }
    }

    /// file x operation on the file as a whole
    private static func addFileScenarios(of file: FileShape, to collection: inout Collection) {
        let target = file.lastTarget
        let states =
            target.isBeyondEOF ? PageState.nothing : PageState.wholeFile(on: file.filesystem)
        for state in states where state.fits(target, of: file) {
            let fixture = PageFixture(file, target, state)
            for operation in FileOperation.all where operation.fits(file) {
                collection.add(
                    fixture.scenario(
                        operation.name, operation.description, [operation.operation(file)]))
            }
        }
    }

    /// A file with one page in a state: the part that all operations on it share.
    private struct PageFixture {
        let label: Scenario.Label
        let geometry: Geometry
        let setup: [Operation]
        let ownedBlocks: Int

        init(_ file: FileShape, _ target: FileShape.Target, _ state: PageState) {
            label = Scenario.Label(
                location: "\(file.filesystem.name)/\(file.name)/\(target.name)", state: state.name,
                setting: "On \(file.filesystem.name), in \(file.description), page \(target.page) "
                    + "(\(target.description)) \(state.description)")
            geometry = file.geometry(target: target, state: state)
            setup = state.setup(target, file)
            ownedBlocks = BlockMap.ownedBlocks(of: geometry)
        }

        func scenario(_ name: String, _ description: String, _ operations: [Operation]) -> Scenario
        {
            var label = label
            label.operation = name
            label.action = description
            return Scenario(
                label, geometry, setup.isEmpty ? operations : setup + operations,
                ownedBlocks: ownedBlocks)
        }
    }
}
