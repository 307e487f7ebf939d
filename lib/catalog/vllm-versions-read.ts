// Written by scripts/vllm-names/table.mjs from wheels of PyPI (scripts/vllm-names/read.py); do not edit.

/** Names by the first and the last version read that has them, e.g. '0.17.0 0.33.0'. One that went has never come back. @internal */
export type NamesByRange = { readonly [range: string]: string };

/** Versions whose wheels were read, oldest first. @internal */
export const VERSIONS_READ = `
  0.5.5 0.7.3 0.8.1 0.8.4 0.9.0 0.9.2 0.10.0 0.10.1.1 0.10.2 0.11.0 0.11.1 0.12.0 0.13.0 0.14.0 0.14.1 0.15.0
  0.15.1 0.16.0 0.17.0 0.17.1 0.18.0 0.18.1 0.19.0 0.19.1 0.20.0 0.20.1 0.20.2 0.21.0 0.22.0 0.22.1 0.23.0 0.24.0
  0.25.0 0.25.1 0.26.0 0.27.0 0.27.1 0.28.0 0.29.0 0.30.0 0.31.0 0.32.0 0.33.0`
  .trim()
  .split(/\s+/);
