import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { templateFault } from '../../lib/metrics/contract/template-faults';
import { TEMPLATE_FUNCTIONS } from '../../lib/metrics/contract/template-functions';
import { onPath, testWith } from '../monitoring/support';

const promtool = onPath('promtool');
const withPromtool = testWith('promtool');

/** Functions of Prometheus 3 that Debian's 2.42 does not have yet. */
const NEWER = ['toDuration', 'now', 'urlQueryEscape'];

const RIGHT = [
  'no template',
  '',
  'a } } {b} }}',
  '{{ $labels.pod }} waits {{ $value | humanizeDuration }}',
  '{{$labels.pod}}{{$value|humanize}}{{- $value -}}',
  '{{-  $value   -}} {{ -3 }} {{ 0x1F }} {{ 1.5e3 | humanize }} {{ .5 }}',
  '{{ printf "%.2f" $value }} {{ printf `%d\\d` 3 }} {{ "a\\n\\"b" }} {{ \'x\' | printf "%c" }}',
  '{{ with query "up" }}{{ . | first | value | humanize }}{{ else }}none{{ end }}',
  '{{ range $i, $s := query "up" }}{{ $i }} {{ $s.Labels.pod }}{{ else }}{{ end }}',
  '{{ range query "up" }}{{ .Value }}{{ if eq .Value 1.0 }}{{ break }}{{ else }}{{ continue }}{{ end }}{{ end }}',
  '{{ if gt $value 1.0 }}a{{ else if lt $value 0.0 }}b{{ else }}c{{ end }}',
  '{{/* a comment }} */}}{{- /* another */ -}}',
  '{{ $x := $value }}{{ $x }}{{ $x = 3.0 }}{{ $.Labels.pod }}{{ . }}',
  '{{ (query "up" | first).Labels.pod }} {{ index $labels "a-b" }} {{ index (query "up") 0 | value }}',
  '{{ define "t" }}{{ . }}{{ $ }}{{ end }}{{ template "t" $value }}{{ template "t" }}',
  '{{ $value\n| humanize }} {{ $externalURL }} {{ $externalLabels.cluster }} {{ true }} {{ and true false }}',
  '{{ $value | }}',
  '{{ if and (gt $value 1.0) (lt $value 2.0) }}x{{ end }}',
];
const WRONG: [template: string, message: RegExp][] = [
  ['{{ $labels.pod ', /'\{\{ \$labels.pod ' has no '\}\}' behind it/],
  ['{{ $labels.pod }', /has no '\}\}' behind it/],
  ['{{ $value | humanise }}', /no function 'humanise'; nearest: humanize,/],
  ['{{ $label.pod }}', /the variable \$label is not known; known are \$, \$labels/],
  ['{{ labels.pod }}', /no function 'labels'/],
  ['{{ $labels.a-b }}', /'-' may not follow '.a'; a label with it is read by index/],
  ['{{ $value / 100 }}', /'\/' is no operator of templates; compute in expr/],
  ['{{ $value * 100 }}', /'\*' is no operator/],
  ['{{ humanize($value) }}', /arguments stand behind a space/],
  ['{{ $value | | humanize }}', /a value is missing/],
  ['{{ }}', /a value is missing/],
  ['{{ | humanize }}', /a value is missing/],
  ['{{ $value | "x" }}', /a function must follow '\|'; got "x"/],
  ['{{ if $value }}a', /\{\{ if \}\} has no \{\{ end \}\}/],
  ['{{ if }}a{{ end }}', /a value is missing in if/],
  ['a{{ end }}', /\{\{ end \}\} closes nothing/],
  ['{{ else }}', /\{\{ else \}\} stands outside/],
  ['{{ if true }}{{ else }}{{ else }}{{ end }}', /or is their second/],
  ['{{ break }}', /stands outside \{\{ range \}\}/],
  ['{{ printf "%s }}', /has no end/],
  ["{{ printf '%s' $value }}", /write it in double quotes/],
  ['{{ reReplaceAll "\\d+" "" $labels.pod }}', /escape \\d, which a string does not know/],
  ['{{ (query "up" | first }}', /'\(' has no '\)' behind it/],
  ['{{ $value) }}', /'\)' has no '\(' before it/],
  ['{{ with $x := $value }}{{ end }}{{ $x }}', /the variable \$x is not known/],
  ['{{ define "t" }}{{ $value }}{{ end }}', /the variable \$value is not known/],
  ['{{ if true }}{{ define "t" }}{{ end }}{{ end }}', /stands inside another block/],
  ['{{ define t }}{{ end }}', /needs a name in quotes/],
  ['{{/* no end }}', /a comment must end/],
  ['{{ "a" "b"c }}', /'c' may not follow '"b"'/],
  ['{{ end }', /has no '\}\}' behind it/],
  ['{{ tmpl "x" . }}', /no function 'tmpl'/],
];

describe('templates of alerts', () => {
  test.each(RIGHT)('takes %s', (text) => expect(templateFault(text)).toBeUndefined());
  test.each(WRONG)('refuses %s', (text, message) => expect(templateFault(text)).toMatch(message));

  withPromtool('agrees with Prometheus on each of them, and on every function', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'templates-'));
    const file = path.join(folder, 'rules.json');
    const accepts = (texts: string[]): boolean => {
      const annotations = Object.fromEntries(texts.map((text, i) => [`a${i}`, text]));
      writeFileSync(
        file,
        JSON.stringify({ groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'up', annotations }] }] }),
      );
      try {
        execFileSync(promtool as string, ['check', 'rules', file], { stdio: 'pipe' });
        return true;
      } catch {
        return false;
      }
    };
    try {
      const functions = TEMPLATE_FUNCTIONS.filter((name) => !NEWER.includes(name)).map((name) => `{{ ${name} }}`);
      expect([...RIGHT, ...functions].filter((text) => !accepts([text]))).toEqual([]);
      expect(WRONG.map(([text]) => text).filter((text) => accepts([text]))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
