// npm run vllm-cpu: vLLM on the CPU of this machine, for tests with a real engine. Without arguments it is only made ready; arguments go to
// vLLM's own program: npm run vllm-cpu -- serve FOLDER --load-format dummy --skip-tokenizer-init --enforce-eager
// Another version than the default's comes first: npm run vllm-cpu -- --release 0.32.0 serve FOLDER
import { run } from './support.mjs';
import { releaseOf, vllmEnvironment, vllmVariables } from './vllm-cpu/environment.mjs';

const { release, words } = releaseOf(process.argv.slice(2));
const { vllm, python } = await vllmEnvironment(release);
if (words.length === 0) console.log(python);
else process.exitCode = (await run([vllm, ...words], { env: vllmVariables() })).code;
