const ENTITIES: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text in a page: what series and dashboards say is never markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

export const STYLE = `
:root { color-scheme: dark; font: 14px/1.4 system-ui, 'DejaVu Sans', sans-serif; background: #111217; color: #ccccdc; }
body { margin: 0 auto; padding: 16px; max-width: 1600px; }
h1 { font-size: 20px; margin: 24px 0 0; } h2 { font-size: 15px; margin: 12px 0 0; grid-column: 1 / -1; }
p { margin: 4px 0; color: #9a9bab; } nav a { color: #6e9fff; margin-right: 16px; }
.grid-of-panels { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); gap: 8px; margin-top: 8px; }
.panel { background: #181b1f; border: 1px solid #2c3235; border-radius: 4px; padding: 8px 10px; min-width: 0; }
@media (max-width: 760px) { .grid-of-panels { grid-template-columns: minmax(0, 1fr); } .panel { grid-column: auto !important; overflow-x: auto; } }
.panel h3 { font-size: 13px; margin: 0 0 4px; font-weight: 600; color: #e0e0ea; }
.panel summary { color: #7b7c8b; font-size: 12px; cursor: pointer; }
.panel pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 11px; color: #9a9bab; }
.empty { color: #ff9830; padding: 16px 0; }
svg { width: 100%; display: block; }
.grid { stroke: #2c3235; } .tick { fill: #9a9bab; font-size: 11px; } .line { fill: none; stroke-width: 1.8; }
.number { font-size: 30px; text-align: center; padding: 10px 0; white-space: nowrap; }
table { width: 100%; border-collapse: collapse; font-size: 12px; } th { text-align: left; color: #9a9bab; font-weight: 500; }
th, td { padding: 3px 6px; border-bottom: 1px solid #23262b; } td.value, th.value { text-align: right; white-space: nowrap; }
.legend td:first-child::before { content: '━ '; color: var(--line); } .legend tr.dashed td:first-child::before { content: '┅ '; }
`;
