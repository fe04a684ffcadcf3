/** Code of a page that did not come: the server is away, or has a newer edition by now. */
export class PartMissing extends Error {}

/**
 * Loads the code of a page. The router takes a browser's own error for an old edition and reloads,
 * which without a server ends on the browser's error page; this one it shows.
 */
export function part<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    load().catch((cause: unknown) => {
      throw new PartMissing("the code of this page did not come", { cause });
    });
}
