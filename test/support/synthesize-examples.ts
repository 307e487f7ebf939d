// Synthesizes examples, one after the other in this process: node --import tsx synthesize-examples.ts OUTPUT NAME...
// Each as its user does: from its folder, by its `main.ts`, into OUTPUT/NAME. Before what an example prints stands its name in a line.
import * as path from 'path';

const [output, ...names] = process.argv.slice(2);

async function main(): Promise<void> {
  for (const name of names) {
    const folder = path.join(__dirname, '..', '..', 'examples', name);
    process.chdir(folder);
    process.env.CDKTF_OUTDIR = path.join(output, name);
    process.stdout.write(`\n--- ${name}\n`);
    process.stderr.write(`\n--- ${name}\n`);
    await import(path.join(folder, 'main.ts'));
  }
}

void main();
