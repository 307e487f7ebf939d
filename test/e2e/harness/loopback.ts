/** Throws unless an address is on the loopback interface: nothing here may ever reach a real account. */
export function refuseOffLoopback(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (!/^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname)) {
    throw new Error(`'${endpoint}' is not on the loopback interface; the stand-ins are the only servers allowed here`);
  }
}
