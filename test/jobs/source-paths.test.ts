import { ModelFiles, ModelSource } from '../../lib/jobs';
import { sourceFaults } from '../../lib/jobs/source-faults';
import { idsOf } from '../support/faults';

test.each(['./b', 'a//b', 'a/', 'a/./b', 'a/..', '/b', '.'])('the path %j is not the one form of it', (path) => {
  expect(idsOf(sourceFaults(ModelSource.urls([{ url: 'https://a/b', path }])))).toEqual([
    'INVALID_FORMAT source.files[0].path',
  ]);
  expect(idsOf(sourceFaults(ModelSource.volumeClaim('a', path)))).toEqual(['INVALID_FORMAT source.folder']);
});

test.each(['a', 'a/b.json', '.hidden/x', 'a-1/b_2@c=d'])('the path %j is', (path) => {
  expect(sourceFaults(ModelSource.urls([{ url: 'https://a/b', path }]))).toEqual([]);
  expect(sourceFaults(ModelSource.volumeClaim('a', path))).toEqual([]);
});

test.each<[ModelFiles, string[]]>([
  [{ allow: [] }, ['NOTHING_TO_IMPORT source.allow']],
  [{ ignore: ['*'] }, ['NOTHING_TO_IMPORT source.ignore']],
  [{ allow: ['*'], ignore: ['*'] }, ['NOTHING_TO_IMPORT source.ignore']],
  [{ allow: ['*.json', 'a/'], ignore: ['x', '**'] }, ['NOTHING_TO_IMPORT source.ignore']],
  [{ allow: ['*.json', 'a/'], ignore: ['a/', '*.json'] }, ['NOTHING_TO_IMPORT source.ignore']],
  [{ allow: ['*.json', 'a/'], ignore: ['a/'] }, []],
  [{ ignore: [] }, []],
])('%j', (files, expected) => {
  expect(idsOf(sourceFaults(ModelSource.volumeClaim('a', 'b', files)))).toEqual(expected);
});
