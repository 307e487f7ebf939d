import { Refusal } from '../judge/refusal';

interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** How a service says that it refuses a request: the first refusal's code, and every reason. */
export function refusalAnswer(service: string, refusals: readonly Refusal[]): Answer {
  const [{ code }] = refusals;
  const reasons = refusals.map(({ reason, source }) => (source ? `${reason} (${source})` : reason)).join('; ');
  const message = `the AWS stand-in refuses this: ${reasons}`;
  const status = 400;
  if (service === 'ec2') {
    return xml(
      `<Response><Errors><Error>${fields(code, message)}</Error></Errors><RequestID>judge</RequestID></Response>`,
    );
  }
  if (service === 's3') return xml(`<Error>${fields(code, message)}<RequestId>judge</RequestId></Error>`);
  if (['iam', 'sts', 'autoscaling', 'sns'].includes(service)) {
    const error = `<Error><Type>Sender</Type>${fields(code, message)}</Error>`;
    return xml(`<ErrorResponse>${error}<RequestId>judge</RequestId></ErrorResponse>`);
  }
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code };
  return { status, headers, body: JSON.stringify({ __type: code, message }) };
}

function xml(content: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${content}`;
  return { status: 400, headers: { 'content-type': 'text/xml' }, body };
}

function fields(code: string, message: string): string {
  const text = message.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<Code>${code}</Code><Message>${text}</Message>`;
}
