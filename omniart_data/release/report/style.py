"""How the report looks: light and dark as the reader has it, one column on a phone, two on a desk."""

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Nothing is fetched, and nothing runs, whatever a museum's words hold."""

SERIES = 6
"""Colours that tell sources apart; the seventh has the first one's again, and the table beside it tells all."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1b19; --paper: #fdfcf9; --card: #f5f2ec; --line: #d8d3c8;
  --quiet: #5a564e; --mark: #a3311f; --link: #1f4f99;
  --c0: #2f6690; --c1: #c77d0a; --c2: #4f8a4c; --c3: #8d5a97; --c4: #b5523b; --c5: #6b7a80; --lost: #a89f91; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece8df; --paper: #191816; --card: #23211e; --line: #45413a;
  --quiet: #b5afa3; --mark: #f0937f; --link: #9cc0f5;
  --c0: #6aa5d3; --c1: #e8ab4f; --c2: #86bd80; --c3: #c096cb; --c4: #e08b74; --c5: #a3b1b7; --lost: #7d766b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
header, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; }
p { max-width: 46rem; margin: .4rem 0; }
a { color: var(--link); }
nav ul { list-style: none; padding: 0; margin: 1rem 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
nav a { display: inline-block; padding: .2rem 0; }
.invented { border-left: 4px solid var(--mark); padding: .5rem 1rem; background: var(--card); }
.quiet { color: var(--quiet); font-size: .9rem; }
.told { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.told div { background: var(--card); padding: .6rem .8rem; border-radius: .4rem; display: flex;
  flex-direction: column-reverse; }
.told dd { font-size: 1.5rem; font-weight: 600; margin: 0; line-height: 1.2; font-variant-numeric: tabular-nums; }
.told dt { color: var(--quiet); font-size: .85rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1.5rem 2rem;
  align-items: start; }
figure { margin: 0; min-width: 0; }
figure.plot > svg { display: block; width: 100%; max-width: 29.5rem; height: auto; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1rem; padding: 0; margin: 0 0 .4rem;
  font-size: .85rem; }
.key svg { width: .8rem; height: .8rem; margin-right: .35rem; vertical-align: -.05rem; }
ul.plain { margin: .2rem 0; padding-left: 1.2rem; max-width: 60rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--link); padding: .2rem 0; font-size: .9rem; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem; text-align: right; vertical-align: top; }
th:first-child, .words { text-align: left; }
thead th { color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 500; min-width: 7rem; overflow-wrap: anywhere; }
td.words { min-width: 12rem; overflow-wrap: anywhere; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .soft { fill: var(--quiet); }
svg .axis { stroke: var(--line); fill: none; }
svg .ground { fill: var(--card); }
svg .curve { stroke: var(--c0); stroke-width: 2; fill: none; }
svg .dot { fill: var(--c0); }
svg .mark { stroke: var(--ink); stroke-width: 1.5; fill: none; }
svg .limit { stroke: var(--mark); stroke-dasharray: 4 3; fill: none; }
svg .c0 { fill: var(--c0); } svg .c1 { fill: var(--c1); } svg .c2 { fill: var(--c2); }
svg .c3 { fill: var(--c3); } svg .c4 { fill: var(--c4); } svg .c5 { fill: var(--c5); }
svg .lost { fill: var(--lost); }
.sheet { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr));
  gap: .4rem; margin: .6rem 0; }
.sheet li { background: var(--card); border-radius: .3rem; display: flex; align-items: center;
  justify-content: center; height: 104px; overflow: hidden; }
.sheet img, .pair img { max-width: min(96px, 100%); max-height: 96px; display: block; font-size: .7rem; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1rem; }
.pair { background: var(--card); border-radius: .4rem; padding: .7rem; }
.pair figcaption { font-weight: 400; font-size: .85rem; margin: .5rem 0 0; }
.side { display: flex; gap: .7rem; align-items: flex-start; font-size: .85rem; margin-bottom: .5rem; }
.side .frame { flex: 0 0 96px; min-height: 3rem; color: var(--quiet); }
.side .words { min-width: 0; }
.apart { color: var(--mark); font-weight: 600; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
footer { margin-top: 3rem; padding: 1rem; border-top: 1px solid var(--line); }
"""
