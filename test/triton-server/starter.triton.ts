import { writeFileSync, mkdirSync } from 'fs';
import * as path from 'path';
import { RealTriton, workFolder } from './real-triton';

const IO =
  'max_batch_size: 4\ninput { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }\n';

function repository(models: { [name: string]: string }): string {
  const folder = workFolder('repository');
  for (const [name, config] of Object.entries(models)) {
    mkdirSync(path.join(folder, name, '1'), { recursive: true });
    writeFileSync(path.join(folder, name, 'config.pbtxt'), config);
  }
  return folder;
}

test('a server tells which models it loads and why it refuses the others', async () => {
  const folder = repository({
    good: `name: "good"\nbackend: "onnxruntime"\n${IO}instance_group { count: 1 kind: KIND_CPU }\n`,
    bad: `name: "bad"\nbackend: "onnxruntime"\n${IO}instance_group { count: 1 kind: KIND_CPU gpus: [ 0 ] }\n`,
    unread: `name: "unread"\nbackend: "onnxruntime"\nno_such_field: 1\n`,
  });
  const triton = await RealTriton.start({
    args: [`--model-repository=${folder}`, '--model-control-mode=explicit', '--disable-auto-complete-config'],
  });
  try {
    expect(await triton.load('good')).toBeUndefined();
    expect(await triton.load('bad')).toContain('instance group bad_0');
    expect(await triton.load('unread')).toContain('failed to load');
    expect(triton.log).toContain('no_such_field');
    const x = { name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] };
    expect(await triton.infer('good', [x])).toMatchObject({ status: 200 });
    expect(await triton.index()).toContainEqual(expect.objectContaining({ name: 'good', state: 'READY' }));
  } finally {
    await triton.stop();
  }
});
