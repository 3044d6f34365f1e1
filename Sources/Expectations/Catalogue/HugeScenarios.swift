// SPDX-License-Identifier: GPL-2.0-only

// Scenarios around 2 MiB on the strict filesystem, the only one with 2 MiB faults: files x layouts
// x mappings x states x pages x operations. How much is combined is limited by `Depth`.

import Machine

extension Catalogue {
    static func addHugeScenarios(to collection: inout Collection) {
        for file in HugeFile.all {
            let targets = file.targets
            for layout in HugeLayout.all where layout.depth <= file.depth {
                let extents = layout.extents(file)
                for mapping in HugeMapping.all where mapping.fits(file) {
                    let geometry = Geometry(
                        filesystem: .strict, size: file.size, extents: extents,
                        deviceBlocks: 2560, mappedPages: mapping.pages(file), skew: mapping.skew)
                    for state in HugeState.all where state.fits(layout, file) {
                        for target in targets where state.fits(target) {
                            let fixture = HugeFixture(
                                file, layout, mapping, geometry, state, target)
                            fixture.addAll(to: &collection)
                        }
                    }
                }
            }
        }
    }

    /// A page of a file in a state, seen through a mapping: the part that all operations share.
    private struct HugeFixture {
        let file: HugeFile
        let layout: HugeLayout
        let mapping: HugeMapping
        let geometry: Geometry
        let state: HugeState
        let target: HugeFile.Target

        init(
            _ file: HugeFile, _ layout: HugeLayout, _ mapping: HugeMapping, _ geometry: Geometry,
            _ state: HugeState, _ target: HugeFile.Target
        ) {
            self.file = file
            self.layout = layout
            self.mapping = mapping
            self.geometry = geometry
            self.state = state
            self.target = target
        }

        func addAll(to collection: inout Collection) {
            let label = self.label
            let setup = state.setup(target)
            let ownedBlocks = BlockMap.ownedBlocks(of: geometry)
            for operation in HugeOperation.all
            where operation.fits(target, state, layout, file)
                && mapping.fits(operation, state, target, geometry.mappedPages)
            {
                var label = label
                label.operation = operation.name
                label.action = operation.description
                let operations = operation.operations(target, file)
                collection.add(
                    Scenario(
                        label, geometry, setup.isEmpty ? operations : setup + operations,
                        ownedBlocks: ownedBlocks))
            }
        }

        private var label: Scenario.Label {
            Scenario.Label(
                location: "strict/\(file.name)/\(target.name)",
                state: "\(layout.name)-\(state.name)"
                    + (mapping.name.isEmpty ? "" : "/\(mapping.name)"),
                setting: "On strict, in a file of \(file.description) that is \(layout.description)"
                    + (state.description.isEmpty ? "" : ", \(state.description)")
                    + ", at page \(target.page) (\(target.description))"
                    + (mapping.description.isEmpty
                        ? "" : " of a mapping that \(mapping.description)"))
        }
    }
}
