/** One sample of a series. */
export interface WrittenSample {
  /** Labels, its name as `__name__` among them. */
  readonly labels: { readonly [label: string]: string };
  readonly value: number;
  /** Seconds since 1970. */
  readonly at: number;
}

/** What Prometheus says of what is written to it. */
export interface WriteAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Writes one sample to a Prometheus as another one does, by remote write 1.0.
 *
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export async function remoteWrite(url: string, sample: WrittenSample): Promise<WriteAnswer> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-protobuf',
      'Content-Encoding': 'snappy',
      'X-Prometheus-Remote-Write-Version': '0.1.0',
    },
    body: new Uint8Array(snappy(message(1, series(sample)))),
  });
  return { status: answer.status, text: await answer.text() };
}

function series({ labels, value, at }: WrittenSample): Buffer {
  const number = Buffer.alloc(9);
  number.writeUInt8((1 << 3) | 1);
  number.writeDoubleLE(value, 1);
  const time = Buffer.concat([varint(2 << 3), varint(Math.round(at * 1000))]);
  // Labels are in the order of their names.
  const named = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([
    ...named.map(([name, text]) => message(1, message(1, Buffer.from(name)), message(2, Buffer.from(text)))),
    message(2, number, time),
  ]);
}

/** A field of protobuf that has a length. */
function message(field: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  return Buffer.from([...bytes, left]);
}

/**
 * The block format of Snappy with everything as it is, in literals of at most 60 bytes.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
function snappy(content: Buffer): Buffer {
  const parts = [varint(content.length)];
  for (let from = 0; from < content.length; from += 60) {
    const literal = content.subarray(from, from + 60);
    parts.push(Buffer.from([(literal.length - 1) << 2]), literal);
  }
  return Buffer.concat(parts);
}
