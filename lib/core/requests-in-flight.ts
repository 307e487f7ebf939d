/**
 * The series that a monitoring stack records for servers whose number a scaler sets, and that the scaler reads: requests that wait and
 * requests that are worked on, of all servers of a model together. Its labels are `namespace`, `service`, `model` and `job`.
 *
 * @internal
 */
export const REQUESTS_IN_FLIGHT = 'inference_requests_in_flight';
