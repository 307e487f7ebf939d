// Jest's own runtime, whose modules are compiled once by a worker and not once for each of its test files. To load the library compiles
// some 1,500 modules, which is half the time of a small test file.
const vm = require('node:vm');

const { compileFunction } = vm;
const scripts = new Map();

vm.compileFunction = (source, parameters, options) => {
  // What may import at run time must be told how, by a function of the test file.
  if (/\bimport\s*\(/.test(source)) return compileFunction(source, parameters, options);
  const { filename, parsingContext } = options;
  const head = `(function (${parameters.join(', ')}) {`;
  const wrapped = `${head}${source}\n})`;
  let known = scripts.get(filename);
  if (known?.wrapped !== wrapped) {
    // The first line starts where it does in the file, so that places in errors are right.
    known = { wrapped, script: new vm.Script(wrapped, { filename, columnOffset: -head.length }) };
    scripts.set(filename, known);
  }
  return known.script.runInContext(parsingContext);
};

module.exports = require('jest-runtime');
