/** Who this tablet is: a key that never leaves the browser, and the window it is paired with. */

const DATABASE = "tongban-tablet";
const STORE = "identity";
const VERSION = "1.0.0";

export interface Identity {
  bridgeId: string;
  window: string;
  key: CryptoKey;
}

export class PairingRefused extends Error {}

/** What was paired before, null on a new tablet. */
export async function load(): Promise<Identity | null> {
  const store = await open("readonly");
  return (await done<Identity | undefined>(store.get(STORE))) ?? null;
}

/** Forget the pairing: it was revoked, or somebody wants another window. */
export async function forget(): Promise<void> {
  const store = await open("readwrite");
  await done(store.delete(STORE));
}

/** Make a key and register it with a code from the staff pages. Throws `PairingRefused`. */
export async function pair(code: string, name: string): Promise<Identity> {
  const keys = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const raw = await crypto.subtle.exportKey("raw", keys.publicKey);
  const answer = await fetch("/api/v1/devices/bridges", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      code: code.trim().toUpperCase(),
      kind: "tablet",
      public_key: base64(new Uint8Array(raw)),
      name,
      version: VERSION,
    }),
  });
  if (!answer.ok) {
    throw new PairingRefused(String(answer.status));
  }
  const paired = (await answer.json()) as { id: string; window: { name: string } };
  const identity = { bridgeId: paired.id, window: paired.window.name, key: keys.privateKey };
  const store = await open("readwrite");
  await done(store.put(identity, STORE));
  return identity;
}

/** The answer to the stream's challenge. */
export async function hello(identity: Identity, nonce: string): Promise<string> {
  const signature = await sign(identity, `tongban-stream:${nonce}`);
  return JSON.stringify({
    type: "hello",
    bridge_id: identity.bridgeId,
    signature,
    version: VERSION,
    devices: [],
  });
}

/** POST a body as this tablet: an HTTP message signature (RFC 9421) over method, path and body. */
export async function post(identity: Identity, path: string, body: string): Promise<Response> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const contentDigest = `sha-256=:${base64(new Uint8Array(digest))}:`;
  const nonce = base64(crypto.getRandomValues(new Uint8Array(18)));
  const parameters = [
    '("@method" "@path" "@query" "content-digest")',
    `created=${Math.floor(Date.now() / 1000)}`,
    `nonce="${nonce}"`,
    `keyid="${identity.bridgeId}"`,
    'alg="ed25519"',
  ].join(";");
  const base = [
    '"@method": POST',
    `"@path": ${path}`,
    '"@query": ?',
    `"content-digest": ${contentDigest}`,
    `"@signature-params": ${parameters}`,
  ].join("\n");
  return fetch(path, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Content-Digest": contentDigest,
      "Signature-Input": `bridge=${parameters}`,
      Signature: `bridge=:${await sign(identity, base)}:`,
    },
    body,
  });
}

async function sign(identity: Identity, text: string): Promise<string> {
  const signature = await crypto.subtle.sign("Ed25519", identity.key, new TextEncoder().encode(text));
  return base64(new Uint8Array(signature));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function open(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return done(request).then((database) => database.transaction(STORE, mode).objectStore(STORE));
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("indexedDB"));
  });
}
