// The programs of Jobs with the packages of their image, and a model for them.
import path from 'node:path';
import { jobEnvironment, trainedModel } from '../../../scripts/jobs-environment.mjs';
import { ROOT } from '../../../scripts/support.mjs';

/**
 * Makes them ready: the environment with llm-compressor, which has all that the other steps need that run on processors.
 *
 * @returns {Promise<object>} `python`; `folder`, that folder of the programs and of their tests; `model`, the folder of a model that is trained a little
 */
export async function prepareJobPrograms() {
  const { python } = await jobEnvironment('compressor');
  return { python, folder: path.join(ROOT, 'jobs'), model: await trainedModel(python, 'llama') };
}
