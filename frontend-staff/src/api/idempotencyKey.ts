/**
 * A key for one intent of the user, sent again with every retry of it. `crypto.randomUUID` is missing
 * where the page is not served over HTTPS, as in a hall's own network; random bytes are always there.
 */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
