import Expectations
import Machine
import Testing
@testable import Exploration

@Suite struct ZDebug {
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
