"""How the page looks: as the report of a release does, and what tables of figures, tiles and maps need besides."""

from omniart_data.release.report.style import STYLE as OF_RELEASES

_MORE = """
:root { --fine: #2c6a3a; }
@media (prefers-color-scheme: dark) { :root { --fine: #8fcf98; } }
.wide { margin: .6rem 0; }
.figures th small, .figures td small { display: block; font-weight: 400; font-size: .78rem; color: var(--quiet);
  white-space: nowrap; }
.figures th:first-child { position: sticky; left: 0; background: var(--paper); }
.figures td { min-width: 6.5rem; }
.figures tbody th { min-width: 9rem; text-align: left; }
.figures .own th:first-child, .figures .own td { background: var(--card); font-weight: 600; }
.figures .paper th, .figures .paper td { color: var(--quiet); font-style: italic; }
.figures td small.better { color: var(--fine); } .figures td small.worse { color: var(--mark); }
.figures td small.same { color: var(--ink); } .figures .paper small { white-space: normal; }
@media (max-width: 40rem) { .figures tbody th { min-width: 6rem; max-width: 7.5rem; } }
.fine { color: var(--fine); } .tiles .apart { font-weight: 400; }
.tiles { list-style: none; padding: 0; margin: .6rem 0; display: grid; gap: .6rem;
  grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }
.tiles li { background: var(--card); border-radius: .4rem; padding: .6rem; font-size: .8rem; min-width: 0; }
.tiles .frame { height: 96px; display: flex; align-items: center; color: var(--quiet); margin-bottom: .4rem; }
.tiles img { max-width: 96px; max-height: 96px; display: block; font-size: .7rem; }
.tiles .words > * { display: block; } .tiles .quiet { font-size: inherit; }
.strip li:first-child { outline: 2px solid var(--line); }
.pairs .pair { padding: 0; background: none; grid-template-columns: 1fr 1fr; }
.maps { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.maps .each { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); align-content: start; }
.maps figcaption { font-weight: 400; font-size: .85rem; margin: .2rem 0 0; }
svg.matrix { display: block; height: auto; max-width: none; }
svg.matrix text { font-size: 11px; } svg.matrix .cell { font-size: 10px; fill: var(--ink); }
svg.matrix .dark { fill: var(--paper); }
@media (prefers-color-scheme: dark) { svg.matrix .mid { fill: var(--paper); } }
svg .dots { fill: none; stroke-width: 5; stroke-linecap: round; stroke-opacity: .8; }
svg .small .dots, svg .faint { stroke: var(--lost); stroke-opacity: .35; }
svg .s0 { stroke: var(--c0); } svg .s1 { stroke: var(--c1); } svg .s2 { stroke: var(--c2); }
svg .s3 { stroke: var(--c3); } svg .s4 { stroke: var(--c4); } svg .s5 { stroke: var(--c5); }
svg .train { stroke: var(--quiet); stroke-dasharray: 5 4; fill: none; }
svg .validation { stroke: var(--c0); stroke-width: 2; fill: none; } svg .kept { fill: var(--c0); }
"""

STYLE = OF_RELEASES + _MORE
