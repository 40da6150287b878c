/** The page's only style. It follows the reader's choice of light or dark, and prints. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#d5d9df, #3a414c); --soft: light-dark(#f4f6f8, #1d2229); --ink: light-dark(#1b2330, #e4e8ee); --faint: light-dark(#566173, #9aa5b5); --link: light-dark(#0a58ad, #7db8ff); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: light-dark(#fff, #14181d); }
a { color: var(--link); }
main { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem 6rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
h1 { margin-bottom: 0; line-height: 1.2; }
h2 { margin: 3rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
section.route { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: .75rem 0; }
.method { display: inline-block; min-width: 4.2em; font-weight: 700; text-transform: uppercase; }
.faint { color: var(--faint); }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: 6px; padding: .75rem; overflow: auto; max-height: 30rem; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 6rem; }
summary { cursor: pointer; }
:target { outline: 2px solid var(--link); outline-offset: 4px; }
:focus-visible { outline: 2px solid var(--link); }
@media print { nav { display: none; } details { display: block; } }
`;
