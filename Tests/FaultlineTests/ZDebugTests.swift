import Expectations
import Machine
import Testing
@testable import Exploration

@Suite struct ZDebug {
    @Test func races() throws {
        let variants = try Variants()
        let variant = try variants.builder.build(variants.tree, patches: variants.read(["patches/option-2-iomap-fault-flag.patch"]), named: "o2")
        let image = try KernelImage(contentsOf: variant.image)
        var judge = Judge(image: image)
        var total = 0
        print("scenarios", Races.scenarios.count)
        for scenario in Races.scenarios {
            var strategy = ReducedOrders()
            var run = scenario.run()
            var fails: [String: Int] = [:]
            var ends: [RunEnd: Int] = [:]
            let clock = ContinuousClock()
            var first: [String: String] = [:]
            let time = clock.measure {
                while strategy.worth.runs < 3000, strategy.next(&run) {
                    image.run(run) { o in
                        strategy.learn(from: o)
                        ends[o.end, default: 0] += 1
                        let j = judge.judge(o, of: scenario, injections: [])
                        for e in j.fails.members {
                            fails[e.name, default: 0] += 1
                            if first[e.name] == nil {
                                let x = judge.explain(e, o, of: scenario, injections: [])
                                first[e.name] = "\(x?.expected ?? "") BUT \(x?.actual ?? "")"
                            }
                        }
                        if j.isHarnessError { fails["HARNESS " + o.message, default: 0] += 1 }
                    }
                }
            }
            total += strategy.worth.runs
            let w = strategy.worth
            print(scenario.name, "runs", w.runs, w.isComplete ? "" : "INCOMPLETE", "redundant", w.redundant, w.diverged > 0 ? "DIVERGED \(w.diverged)" : "", time, ends.filter { $0.key != .finished }, fails.isEmpty ? "" : "FAILS \(fails) \(first)")
        }
        print("total", total)
        for c in judge.lockOrder.inversions() { print("inversion", c.map { "\($0.held)->\($0.taken) (\($0.scenario))" }) }
    }

    @Test func speed() {
        let image = KernelImage.workingCopy
        for scenario in LockToys.all {
            for _ in 0..<6 {
            var strategy = ExhaustiveOrders()
            var run = scenario.run()
            run.isQuiet = true
            let clock = ContinuousClock()
            let time = clock.measure {
                while strategy.worth.runs < 3_000_000, strategy.next(&run) {
                    image.run(run) { strategy.learn(from: $0) }
                }
            }
            print(scenario.name, strategy.worth, time, Double(strategy.worth.runs) / (Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds)))
            }
        }
    }

    @Test func diverge() {
        let scenario = Scenario(name: "t", words: "t", geometry: Geometry(filesystem: .ext2, size: 3 * 4096, extents: [Extent(block: 0, count: 2, fill: 0x41)], mappedPages: 0..<8, skew: 0), operations: [.init(.writeFault, at: 0, length: 8), .init(.write, at: 0, length: 4096, task: 1)])
        var strategy = ReducedOrders()
        var run = scenario.run()
        let image = KernelImage.workingCopy
        var n = 0
        while strategy.next(&run) {
            n += 1
            image.run(run) { o in
                print("run", n, o.end, "diverged", o.diverged, "plan", run.schedule.choices)
                if o.diverged > 0 {
                    let names = image.lockClassNames()
                    for i in 0..<o.steps.count {
                        let s = o.steps[i]
                        let e = i + 1 < o.steps.count ? o.steps[i+1].firstEvent : o.events.count
                        let t = i + 1 < o.steps.count ? o.steps[i+1].firstTouch : o.touches.count
                        let ev = o.events[s.firstEvent..<e].map { e in
                            switch e.kind { case .lock, .unlock, .lockWait, .trylock: "\(e.kind) \(names[Int(e.arg0)])"
                            default: "\(e.kind)" } }
                        let to = o.touches[s.firstTouch..<t].map { "\($0.thing)\($0.object & 0xffff):\($0.first)-\($0.last)\($0.writes ? "W":"R")\($0.takes ? "t":"")\($0.gives ? "g":"")\($0.wants ? "w":"")" }
                        print(i, "task", s.task, "run", s.runnable, "stuck", s.stuck, ev, to)
                    }
                }
                strategy.learn(from: o)
            }
        }
        print(strategy.worth)
    }
}
