//! The page's style sheet: light and dark, wide and narrow, screen and paper.

/// The whole style sheet.
pub const STYLE: &str = "
:root{color-scheme:light dark;--bg:#f7f7f5;--card:#fff;--ink:#1d2530;--soft:#57606c;--rule:#dcdfe3;--accent:#2257a8;
--c1:#1f66c1;--c2:#c2470a;--c3:#0b7d62;--c4:#8a3fa8;--safe:#d9efdf;--low:#b3261e;--room:#eef1f4;
--good:#1c7a45;--fair:#96620a;--poor:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--card:#1c222a;--ink:#e6e9ed;--soft:#a3adb8;--rule:#343c46;
--accent:#8ab8ff;--c1:#6ea8ff;--c2:#ff9d66;--c3:#4fcfae;--c4:#d29bea;--safe:#1d3a2a;--low:#ff8a80;--room:#262d37;
--good:#63d297;--fair:#efbb5c;--poor:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;
overflow-wrap:anywhere}
main{max-width:70rem;margin:0 auto;padding:1rem}
section,header{background:var(--card);border:1px solid var(--rule);border-radius:.75rem;
padding:1rem 1.25rem;margin:0 0 1rem}
header{border-left:.4rem solid var(--tone)}
.good{--tone:var(--good)}.fair{--tone:var(--fair)}.poor{--tone:var(--poor)}
h1{margin:.1rem 0;font-size:clamp(1.5rem,6vw,2.1rem);line-height:1.2;color:var(--tone)}
h2{margin:0 0 .6rem;font-size:1.25rem}
h3{margin:1.1rem 0 .3rem;font-size:1rem}
p{margin:.4rem 0}
.kicker,.note,small,footer{color:var(--soft);font-size:.875rem}
.claim{font-size:1.1rem}
ul{margin:.3rem 0;padding-left:1.2rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:0 2rem}
.columns h3{margin-top:.3rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:.7rem 2rem;margin:0}
.facts.wide{grid-template-columns:1fr}
.facts div{min-width:0}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0}
dd small{display:block}
.number,code,.digest{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;
font-size:.9rem}
.digest{font-size:.75rem}
pre{margin:.4rem 0;padding:.6rem .8rem;background:var(--room);border-radius:.5rem;overflow-x:auto;overflow-wrap:normal}
.scroll{overflow-x:auto;overflow-wrap:normal;margin:.4rem 0}
.tall{max-height:30rem;overflow-y:auto}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{text-align:left;padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--rule);white-space:nowrap}
td:last-child{white-space:normal;min-width:8rem}
th{position:sticky;top:0;background:var(--card);color:var(--soft);font-weight:600}
tr.escape td,tr.not-stationary td,tr.undetermined td{color:var(--low)}
summary{cursor:pointer;color:var(--accent)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem}
figure{margin:0;min-width:0}
figcaption{font-weight:600;font-size:.9rem}
.chart>svg{display:block;width:100%;height:auto;max-width:34rem}
.legend{list-style:none;padding:0;margin:.2rem 0;font-size:.8rem;color:var(--soft)}
.legend li{display:flex;gap:.4rem;align-items:baseline}
.swatch{flex:none;width:18px;height:10px}
svg text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;fill:var(--soft)}
svg .axis{fill:var(--ink)}
path{fill:none}
.grid{stroke:var(--rule);stroke-width:.6}
.frame{stroke:var(--soft);stroke-width:1}
.line{stroke:var(--stroke);stroke-width:1.8;stroke-linejoin:round}
.c1{--stroke:var(--c1)}.c2{--stroke:var(--c2)}.c3{--stroke:var(--c3)}.c4{--stroke:var(--c4)}
.zero{stroke:var(--soft);stroke-width:.8;stroke-dasharray:3 3}
.mark{stroke:var(--soft);stroke-width:.9}
.kink{--stroke:var(--c2);stroke-width:1.2}.idle{stroke-dasharray:3 3}
.area{stroke:none}
.safe{fill:var(--safe)}.room{fill:var(--room)}
.f0,.f1,.f2,.f3,.f4{fill:var(--c1)}
.f0{fill-opacity:.04}.f1{fill-opacity:.14}.f2{fill-opacity:.24}.f3{fill-opacity:.34}.f4{fill-opacity:.46}
.dot{stroke:var(--card);stroke-width:.7;fill:var(--stroke)}
.here{--stroke:var(--ink)}.low{--stroke:var(--low)}.sample{--stroke:var(--ink)}.knot{--stroke:var(--c2)}
footer{max-width:70rem;margin:0 auto;padding:0 1.25rem 1.5rem}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;--room:#eee;--safe:#dcebdf;
--c1:#1f66c1;--c2:#c2470a;--c3:#0b7d62;--c4:#8a3fa8;--low:#b3261e;--good:#1c7a45;--fair:#96620a;--poor:#b3261e}
section,header{border:0;padding:.3rem 0}header{border-left:.3rem solid var(--tone);padding-left:.8rem}
figure,tr,dl div{break-inside:avoid}h2,h3{break-after:avoid}.tall{max-height:none;overflow:visible}
pre,.scroll{overflow:visible;white-space:pre-wrap}}
";
