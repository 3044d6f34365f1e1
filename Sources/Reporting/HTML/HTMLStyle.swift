// SPDX-License-Identifier: GPL-2.0-only

// How a page looks: in light, in dark, on a narrow screen and on paper. Colours are named once for
// each, the picture of a run uses the same names, and no colour says anything that a word does not
// say too. Contrast of text is at least 4.5 to 1 in both.

/// The style sheet of a report.
enum HTMLStyle {
    static let sheet = colours + page + table + witness + picture + patch + paper

    private static let colours = """
        :root {
          color-scheme: light dark;
          --back: #ffffff; --fore: #1b1d21; --soft: #595f69; --line: #c9cdd4; --panel: #f5f6f8;
          --link: #0b57b7; --pass: #12652a; --fail: #a8201a; --fail-back: #fdeceb;
          --warn: #7a4a00; --warn-back: #fff3d6; --read: #cfe3fb; --write: #f9d9b4;
          --entry: #dcd3f5; --edge: #50586a; --ran-back: #e5f5e9;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #15171b; --fore: #e7e9ed; --soft: #a9b0bc; --line: #434955; --panel: #1f2228;
            --link: #8ab8ff; --pass: #7fd593; --fail: #ff9c93; --fail-back: #4a1d1b;
            --warn: #ffcf70; --warn-back: #43340f; --read: #234468; --write: #63431b;
            --entry: #443a6b; --edge: #a3abba; --ran-back: #173420;
          }
        }

        """

    private static let page = """
        * { box-sizing: border-box; }
        html { background: var(--back); color: var(--fore);
          font: 16px/1.5 system-ui, "Liberation Sans", "DejaVu Sans", sans-serif; }
        body { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-top: .75rem;
          border-top: 1px solid var(--line); overflow-wrap: anywhere; }
        h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
        p { margin: .5rem 0; max-width: 46rem; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .skip { position: absolute; left: -999rem; background: var(--back); padding: .5rem 1rem; }
        .skip:focus { left: 1rem; top: .5rem; z-index: 1; }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 1rem 0;
          list-style: none; }
        dl { margin: .5rem 0; }
        dl > div { display: grid; grid-template-columns: 7rem 1fr; gap: 0 1rem; }
        dt { color: var(--soft); }
        dd { margin: 0; overflow-wrap: anywhere; }
        pre, code { font: .8125rem/1.45 ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace; }
        pre { margin: 0; padding: .75rem 1rem; background: var(--panel); width: max-content;
          min-width: 100%; }
        details { margin: .75rem 0; border: 1px solid var(--line); border-radius: 4px; }
        summary { padding: .4rem .75rem; cursor: pointer; color: var(--link); }
        .scroll { overflow-x: auto; max-width: 100%; }
        /* Where there is more to the right, a line says so. */
        .scroll::before { content: "Scrolls sideways \\2192"; display: block; position: sticky;
          left: 0; width: max-content; max-height: 0; overflow: hidden; padding: 0 .75rem;
          font-size: .8125rem; color: var(--soft); animation: hint linear both;
          animation-timeline: scroll(nearest inline); }
        @keyframes hint { from, to { max-height: 2rem; } }
        .pass { color: var(--pass); } .fail { color: var(--fail); font-weight: 600; }
        .none, .soft { color: var(--soft); }
        .onPaper { display: none; }
        @media (max-width: 40rem) {
          dl > div { grid-template-columns: 1fr; margin-bottom: .5rem; }
        }

        """

    private static let table = """
        table { border-collapse: collapse; font-size: .9375rem; }
        caption { text-align: left; color: var(--soft); padding: 0 0 .5rem; }
        .verdicts th, .verdicts td { border-bottom: 1px solid var(--line); padding: .35rem .75rem;
          text-align: left; vertical-align: top; }
        .verdicts thead th { vertical-align: bottom; overflow-wrap: anywhere; min-width: 6.5rem; }
        .verdicts tbody th { font-weight: 600; min-width: 11rem; max-width: 26rem; }
        .verdicts tbody th span { display: block; font-weight: 400; font-size: .8125rem;
          color: var(--soft); }
        .verdicts td small { display: block; color: var(--soft); }

        """

    private static let witness = """
        article { margin: 1.5rem 0 2.5rem; }
        figure { margin: 1rem 0; border: 1px solid var(--line); border-radius: 4px; }
        figcaption { padding: .5rem .75rem; color: var(--soft); font-size: .875rem;
          border-bottom: 1px solid var(--line); }
        figure svg { display: block; margin: 0 auto; }

        """

    private static let picture = """
        svg text { font: 12px ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace;
          fill: var(--fore); }
        svg .lane { fill: var(--panel); }
        svg .head { font-weight: 700; }
        svg .function { fill: var(--soft); font-style: italic; }
        svg .bar { stroke: var(--edge); stroke-width: 1; }
        svg .bar.read { fill: var(--read); } svg .bar.write { fill: var(--write); }
        svg .bar.entry { fill: var(--entry); }
        svg .label { font-size: 10px; }
        svg .bracket { fill: none; stroke: var(--fore); stroke-width: 1.5; }
        svg .bracket.open { stroke: var(--fail); stroke-dasharray: 5 3; }
        svg .switch { fill: none; stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
        svg .switch.way { stroke: var(--link); stroke-width: 1.5; stroke-dasharray: none; }
        svg .way text, svg text.way { fill: var(--link); }
        svg .mark.failure, svg .mark.stuck { fill: var(--fail-back); stroke: var(--fail); }
        svg .mark.warning, svg .mark.breaks { fill: var(--warn-back); stroke: var(--warn); }
        svg text.failure, svg text.stuck { fill: var(--fail); font-weight: 700; }
        svg text.warning, svg text.breaks { fill: var(--warn); font-weight: 700; }
        svg .wanted { fill: none; stroke: var(--fail); stroke-width: 2; }
        svg .tip { fill: var(--fail); } svg .tip.way { fill: var(--link); }
        svg .tip.soft { fill: var(--soft); }

        """

    private static let patch = """
        .diff { width: 100%; }
        .diff td { padding: 0 .75rem; vertical-align: top; white-space: pre; }
        .diff td:first-child { color: var(--soft); text-align: right; font-size: .75rem;
          border-right: 1px solid var(--line); width: 7.5rem; user-select: none; }
        .diff .meta code { color: var(--soft); } .diff .hunk code { color: var(--link); }
        .diff .ran { background: var(--ran-back); } .diff .ran td:first-child { color: var(--pass); }
        .diff .missed { background: var(--fail-back); }
        .diff .missed td:first-child { color: var(--fail); font-weight: 600; }
        .diff .removed code { color: var(--soft); text-decoration: line-through; }

        """

    private static let paper = """
        @media print {
          :root { color-scheme: light;
            --back: #ffffff; --fore: #000000; --soft: #444444; --line: #aaaaaa; --panel: #ffffff;
            --link: #0b57b7; --pass: #12652a; --fail: #a8201a; --fail-back: #fdeceb;
            --warn: #7a4a00; --warn-back: #fff3d6; --read: #cfe3fb; --write: #f9d9b4;
            --entry: #dcd3f5; --edge: #50586a; --ran-back: #e5f5e9; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          html { font-size: 11px; }
          body { max-width: none; padding: 0; }
          nav, .skip { display: none; }
          details::details-content { display: block; content-visibility: visible; height: auto; }
          details { border: none; }
          .scroll { overflow: visible; }
          .scroll::before { display: none; }
          .several figure, .several details { display: none; }
          .several .onPaper { display: block; }
          pre { white-space: pre-wrap; width: auto; overflow-wrap: anywhere; }
          .diff td { white-space: pre-wrap; }
          figure svg { width: 100%; height: auto; max-height: 24cm; }
          figure, tr, dl > div { break-inside: avoid; }
          h2, h3, figcaption { break-after: avoid; }
        }

        """
}
