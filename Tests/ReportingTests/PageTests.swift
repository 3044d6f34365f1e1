// SPDX-License-Identifier: GPL-2.0-only

// The page of a report, as a browser has it: what stands in it once it is parsed, that nothing is
// fetched and nothing runs, that no text leaves its place in the picture or lies on another, that a
// narrow screen does not scroll sideways, and that text can be told from what is behind it in light
// and in dark.

import Expectations
import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct PageTests {
    private static let isThere = Tool(name: "chromium").isThere

    private static let race = Result<String, any Error> {
        let run = try RaceWitness.explore(["--format", "html"])
        #expect(run.status == 1 && run.errors == "")
        return run.output
    }

    /// All shipped patches beside each other.
    private static func matrix() throws -> String {
        try ReportHTML.render(Variants.shipped.get())
    }

    /// One that fails, with lines that never ran.
    private static func check(_ shipped: Shipped) throws -> String {
        let report = try Variants.shipped.get()
        return try ReportHTML.render(
            Report(tree: report.tree, variants: [Variants.report(of: shipped)]))
    }

    /// The page as the browser has it, and what it had to say of it.
    private static func open(
        _ page: String, _ arguments: [String] = [], script: String = ""
    ) throws -> String {
        let place = try TemporaryDirectory.make()
        let file = place.appending(path: "page.html")
        var text = page
        if !script.isEmpty {
            // A page forbids scripts; the one that measures it is let in by taking that away.
            text.replace(/<meta http-equiv[^>]*>/, with: "")
            // What follows scrolling is known from the second frame on.
            let measured = "requestAnimationFrame(() => requestAnimationFrame(() => {\(script)}));"
            text.replace("</body>", with: "<script>\(measured)</script></body>")
        }
        try Data(text.utf8).write(to: file)
        let run = try Tool(name: "chromium").run(
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--enable-logging=stderr", "--user-data-dir=\(place.path)/profile",
            ] + arguments + (script.isEmpty ? [] : ["--virtual-time-budget=10000"]) + [
                "--dump-dom", "file://\(file.path)",
            ])
        #expect(run.status == 0, "\(run.text.suffix(2000))")
        return run.text
    }

    /// What a script measured on a page: what it put behind the word "measured" in the title. A busy
    /// machine may end the browser's time before it has drawn two frames: then nothing was measured,
    /// and it is asked again.
    private static func measured(
        _ page: String, _ arguments: [String] = [], by script: String = measure
    ) throws -> String {
        for _ in 1...10 {
            let dom = try open(page, arguments, script: script)
            if let title = dom.firstMatch(of: /<title>measured (.*)<\/title>/) {
                return String(title.1)
            }
        }
        throw Unmeasured()
    }

    private static func count(_ part: String, in text: String) -> Int {
        text.ranges(of: part).count
    }

    // MARK: - Content

    @Test(.enabled(if: isThere, "chromium is not installed"))
    func theTableHasARowForEachExpectationAndAColumnForEachVariant() throws {
        let dom = try Self.open(Self.matrix())
        let variants = Shipped.allCases.count
        let cells = Expectations.all.count * variants
        let found =
            Self.count("<td class=\"pass\">", in: dom) + Self.count("<td class=\"fail\">", in: dom)
            + Self.count("<td class=\"none\">", in: dom)
        #expect(found == cells)
        #expect(Self.count("<th scope=\"row\">", in: dom) == Expectations.all.count)
        #expect(!dom.contains("CONSOLE"), "\(dom.suffix(2000))")
        for variant in try Variants.shipped.get().variants {
            for verdict in variant.verdicts where verdict.verdict == .fail {
                let id = try #require(verdict.witness?.id)
                #expect(dom.contains("-\(id)\">\(verdict.word.plain)</a>"))
                #expect(dom.contains("<code>\(id)</code>"))
            }
        }
    }

    @Test(.enabled(if: isThere, "chromium is not installed"))
    func theRunOfAWitnessIsAPicture() throws {
        let dom = try Self.open(Self.race.get())
        let id = try RaceWitness.stored().id
        #expect(dom.contains("<title id=\"witness-0-\(id)-title\">"))
        #expect(Self.count("<rect class=\"lane\"", in: dom) == 2)
        #expect(Self.count("<rect class=\"bar read\"", in: dom) > 2)
        #expect(dom.contains("<rect class=\"bar entry\""))
        #expect(dom.contains("<path class=\"bracket\""))
        #expect(dom.contains("<path class=\"switch way\""))
        #expect(dom.contains("<rect class=\"mark stuck\""))
        #expect(dom.contains("waits for ever for dax entry"))
        #expect(!dom.contains("CONSOLE"))
    }

    @Test func theHeadlineNamesWhatFailsAndLeadsToItsWitness() throws {
        let page = try Self.check(.naive)
        let head = try #require(page.firstMatch(of: /<header>([\s\S]*?)<\/header>/)).1
        for verdict in try Variants.report(of: .naive).verdicts where verdict.verdict == .fail {
            let id = try #require(verdict.witness?.id)
            let name = verdict.expectation.name
            #expect(head.contains("href=\"#witness-0-\(id)\">\(name)</a>"), "\(head)")
        }
        #expect(try Self.matrix().contains("variants break an expectation: base ("))
    }

    @Test func thePictureSaysFileAndLine() throws {
        let page = try Self.race.get()
        let words = page.matches(
            of: /<text class="(?:taken|given|waiting|begin|stuck)"[^>]*>([^<]*)</)
        #expect(words.contains { $0.1.contains("fs/dax.c:") }, "\(words.map(\.1))")
    }

    @Test func failureDeadlockAndOpenBracketAreMarked() throws {
        let naive = try Self.check(.naive)
        #expect(naive.contains("<path class=\"wanted\""))
        #expect(naive.contains("which it holds itself"))
        #expect(try Self.check(.base).contains("<path class=\"bracket open\""))
        #expect(try Self.check(.merged).contains("<text class=\"failure\""))
    }

    @Test func thePatchHasItsLinesWithWhatBecameOfThem() throws {
        let page = try Self.check(.naive)
        let coverage = try #require(try Variants.report(of: .naive).coverage)
        #expect(Self.count("<tr class=\"added ran\">", in: page) == coverage.executed)
        #expect(Self.count("<tr class=\"added missed\">", in: page) == coverage.missed.count)
        #expect(coverage.executed > 0)
    }

    @Test func nothingIsFetchedAndNothingRuns() throws {
        for page in [try Self.matrix(), try Self.race.get()] {
            let links = page.matches(of: /(?:href|src|url|action|data)\s*=\s*"([^"]*)"/)
            for link in links {
                #expect(link.1.hasPrefix("#") || link.1 == "data:,", "\(link.0)")
            }
            let places = page.replacing("http://www.w3.org/2000/svg", with: "")
            #expect(!places.contains("http://") && !places.contains("https://"))
            #expect(!page.contains("<script") && !page.contains("@import"))
            #expect(page.contains("default-src 'none'"))
        }
    }

    @Test func whatPeopleWroteStaysText() throws {
        let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
        var report = try Variants.shipped.get()
        report.variants = [try Variants.report(of: .naive)]
        report.variants[0].name = hostile
        report.variants[0].titles = [hostile]
        report.variants[0].notes = [hostile]
        report.variants[0].patchTexts = [
            Witness.PatchText(
                name: hostile, path: hostile, subject: hostile,
                text: Data("\(hostile)\n+++ b/\(hostile)\n@@ -1 +1 @@\n-a\n+\(hostile)\n".utf8))
        ]
        let page = try ReportHTML.render(report)
        #expect(!page.contains("<script") && !page.contains("<img"))
        #expect(Self.count("&lt;script&gt;alert(1)", in: page) >= 5)
        if Self.isThere {
            // What it comes to once it is parsed: no picture, and no script but this one.
            let counts = "${document.images.length} ${document.scripts.length}"
            let found = try Self.measured(page, by: "document.title = `measured \(counts)`")
            #expect(found == "0 1")
        }
    }

    // MARK: - Keyboard and paper

    @Test func aKeyboardReachesEverything() throws {
        let page = try Self.race.get()
        #expect(page.contains("<a class=\"skip\" href=\"#verdicts\">"))
        #expect(page.contains("<html lang=\"en\">") && Self.count("<h1>", in: page) == 1)
        // What scrolls by itself can be scrolled by keys, and has a name.
        let regions = page.matches(of: /<div class="scroll"([^>]*)>/)
        #expect(regions.count > 3)
        for region in regions {
            #expect(region.1.contains("tabindex=\"0\"") && region.1.contains("aria-label="))
        }
        // A link leads somewhere.
        for link in page.matches(of: /href="#([^"]*)"/) {
            #expect(page.contains("id=\"\(link.1)\""), "\(link.1)")
        }
        let names = page.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
        #expect(Set(names).count == names.count, "an id is there twice")
    }

    @Test(.enabled(if: isThere, "chromium is not installed"))
    func itIsPrinted() throws {
        let place = try TemporaryDirectory.make()
        let file = place.appending(path: "page.html")
        try Data(try Self.race.get().utf8).write(to: file)
        let run = try Tool(name: "chromium").run([
            "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            "--user-data-dir=\(place.path)/profile", "--print-to-pdf=\(place.path)/page.pdf",
            "file://\(file.path)",
        ])
        #expect(run.status == 0)
        let paper = try Data(contentsOf: place.appending(path: "page.pdf"))
        #expect(paper.starts(with: Array("%PDF".utf8)))
        #expect(try Self.race.get().contains("details::details-content"))
    }

    /// Pages of a document that was printed.
    private static func printedPages(_ page: String) throws -> Int {
        let place = try TemporaryDirectory.make()
        let file = place.appending(path: "page.html")
        try Data(page.utf8).write(to: file)
        let run = try Tool(name: "chromium").run([
            "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            "--user-data-dir=\(place.path)/profile", "--print-to-pdf=\(place.path)/page.pdf",
            "file://\(file.path)",
        ])
        #expect(run.status == 0)
        let paper = try Data(contentsOf: place.appending(path: "page.pdf"))
        let text = String(decoding: paper, as: Unicode.ASCII.self)
        return text.matches(of: /\/Type \/Page\b/).count
    }

    @Test(.enabled(if: isThere, "chromium is not installed"))
    func theMatrixIsPrintedOnAFewPages() throws {
        let pages = try Self.printedPages(Self.matrix())
        #expect((1...12).contains(pages), "\(pages)")
    }

    // MARK: - Looks

    /// Ten times the browser ended before it had measured a page.
    private struct Unmeasured: Error {}

    /// Measured in the browser, and written where the page's text shows it.
    private static let measure = """
        const found = {wide: document.documentElement.scrollWidth > innerWidth, out: [], over: [],
          faint: [], hints: []};
        for (const area of document.querySelectorAll('.scroll')) {
          if (!area.checkVisibility() || area.offsetParent === null) continue;
          const scrolls = area.scrollWidth > area.clientWidth;
          const shown = parseFloat(getComputedStyle(area, '::before').maxHeight) > 0;
          if (scrolls !== shown) found.hints.push(area.getAttribute('aria-label'));
        }
        for (const svg of document.querySelectorAll('svg')) {
          const box = svg.viewBox.baseVal;
          const texts = [...svg.querySelectorAll('text:not(.label)')].map(t => [t, t.getBBox()]);
          texts.forEach(([t, b], i) => {
            if (b.x < 0 || b.x + b.width > box.width || b.y + b.height > box.height)
              found.out.push(t.textContent);
            for (const [u, c] of texts.slice(i + 1))
              if (b.x < c.x + c.width && c.x < b.x + b.width && b.y + 2.5 < c.y + c.height
                  && c.y + 2.5 < b.y + b.height) found.over.push(t.textContent + ' / ' + u.textContent);
          });
        }
        const style = getComputedStyle(document.documentElement);
        const light = name => {
          const hex = style.getPropertyValue(name).trim().slice(1);
          const parts = [0, 2, 4].map(i => parseInt(hex.slice(i, i + 2), 16) / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        for (const [fore, back] of [['--fore', '--back'], ['--soft', '--back'], ['--soft', '--panel'],
            ['--fore', '--panel'], ['--link', '--back'], ['--link', '--panel'], ['--pass', '--back'],
            ['--pass', '--ran-back'], ['--fail', '--back'], ['--fail', '--fail-back'],
            ['--warn', '--warn-back'], ['--fore', '--read'], ['--fore', '--write'],
            ['--fore', '--entry'], ['--fore', '--ran-back'], ['--fore', '--fail-back'],
            ['--fore', '--warn-back']]) {
          const [a, b] = [light(fore), light(back)].sort((x, y) => y - x);
          const contrast = (a + 0.05) / (b + 0.05);
          if (!(contrast >= 4.5)) found.faint.push(fore + ' on ' + back + ': ' + contrast);
        }
        document.title = 'measured ' + JSON.stringify(found) + ' ' + style.getPropertyValue('--back');
        """

    @Test(
        .enabled(if: isThere, "chromium is not installed"),
        arguments: [(1280, 1, "#ffffff"), (1280, 0, "#15171b"), (500, 1, "#ffffff")])
    func textIsReadable(width: Int, scheme: Int, back: String) throws {
        for page in [try Self.race.get(), try Self.matrix()] {
            let title = try Self.measured(
                page,
                [
                    "--window-size=\(width),1400",
                    "--blink-settings=preferredColorScheme=\(scheme)",
                ])
            #expect(
                title
                    == "{\"wide\":false,\"out\":[],\"over\":[],\"faint\":[],\"hints\":[]} \(back)",
                "\(title)")
        }
    }
}
