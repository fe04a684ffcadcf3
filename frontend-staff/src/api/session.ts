/**
 * The sign-in of this tab. The access token lives in memory only; the refresh token is an httpOnly
 * cookie that scripts cannot read.
 */
import { problemOf, type ApiProblem } from "@/api/problem";

let accessToken: string | null = null;
let running: Promise<boolean> | null = null;
const listeners = new Set<() => void>();
const waiting: ((back: boolean) => void)[] = [];

export function getAccessToken(): string | null {
  return accessToken;
}

export function setAccessToken(token: string | null): void {
  accessToken = token;
  for (const listener of listeners) listener();
}

export function subscribeToSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Fetches a new access token for the cookie; calls in flight share one request. Tabs take turns by
 * a lock, since a refresh cookie that is used twice ends the session.
 */
export function refresh(): Promise<boolean> {
  running ??= exclusively(requestToken).finally(() => {
    running = null;
  });
  return running;
}

function exclusively(work: () => Promise<boolean>): Promise<boolean> {
  return "locks" in navigator ? navigator.locks.request("tongban-refresh", work) : work();
}

async function requestToken(): Promise<boolean> {
  const response = await fetch("/api/v1/auth/refresh", { method: "POST" });
  if (response.ok) {
    const body = (await response.json()) as { access_token: string };
    setAccessToken(body.access_token);
    return true;
  }
  if (response.status === 401) {
    setAccessToken(null);
    return false;
  }
  throw await problemFrom(response);
}

/**
 * Settles once somebody has signed in again on this page: true, and what was under way goes on.
 * False when they have left for the login page.
 */
export function signedInAgain(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

export function settleWaiting(back: boolean): void {
  for (const resolve of waiting.splice(0)) resolve(back);
}

/** What went wrong, read from an answer that nobody has read yet. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const body: unknown = response.headers.get("content-type")?.includes("json")
    ? await response.json()
    : undefined;
  return problemOf(response, body);
}
