/** The one way to the API: the typed client, and helpers for queries, files and downloads. */
import { queryOptions } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import { problemOf } from "@/api/problem";
import type { paths } from "@/api/schema";
import { getAccessToken, problemFrom, refresh, signedInAgain } from "@/api/session";
import { currentLanguage } from "@/app/i18n";

function withHeaders(request: Request): Request {
  const sent = request.clone();
  const token = getAccessToken();
  if (token && !sent.headers.has("authorization")) {
    sent.headers.set("authorization", `Bearer ${token}`);
  }
  sent.headers.set("accept-language", currentLanguage());
  return sent;
}

/**
 * Sends with the access token; an expired one is refreshed once and the request sent again. Where
 * the whole sign-in has ended, the request waits until the same person has signed in again.
 */
async function authorisedFetch(request: Request): Promise<Response> {
  const response = await fetch(withHeaders(request));
  const ownToken = request.headers.has("authorization");
  if (response.status !== 401 || ownToken || request.url.endsWith("/auth/token")) return response;
  return (await refresh()) || (await signedInAgain()) ? fetch(withHeaders(request)) : response;
}

export const client = createClient<paths>({ baseUrl: "/", fetch: authorisedFetch });

interface Answer<D> {
  data?: D;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; anything else is thrown as an `ApiProblem`. */
export async function unwrap<D>(call: Promise<Answer<D>>): Promise<NonNullable<D>> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return data as NonNullable<D>;
}

export type GetPath = {
  [P in keyof paths]: paths[P] extends { get: object } ? P : never;
}[keyof paths];
type GetParams<P extends GetPath> = paths[P] extends { get: { parameters: infer Q } }
  ? { [K in "path" | "query" as K extends keyof Q ? K : never]: K extends keyof Q ? Q[K] : never }
  : never;
export type GetBody<P extends GetPath> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer B } } } };
}
  ? B
  : never;

/** Query options for any GET of the contract; the key is the path and its parameters. */
export function apiQuery<P extends GetPath>(path: P, params: Partial<GetParams<P>> = {}) {
  return queryOptions({
    queryKey: [path, params] as const,
    queryFn: ({ signal }) => getJson(path, params, signal),
  });
}

async function getJson<P extends GetPath>(
  path: P,
  params: Partial<GetParams<P>> = {},
  signal?: AbortSignal,
): Promise<GetBody<P>> {
  const get = client.GET as unknown as (path: P, init: object) => Promise<Answer<GetBody<P>>>;
  return unwrap(get(path, { params, signal })) as Promise<GetBody<P>>;
}

/** Any file of the API (PDF, Excel, scan), fetched with the access token. */
export async function fetchFile(url: string): Promise<Blob> {
  const response = await authorisedFetch(new Request(url));
  if (!response.ok) throw await problemFrom(response);
  return response.blob();
}

/** The body of an answer that goes on and on. */
export async function openStream(url: string, signal: AbortSignal): Promise<ReadableStream<BufferSource>> {
  const response = await authorisedFetch(new Request(url, { signal }));
  if (!response.ok || !response.body) throw await problemFrom(response);
  return response.body as ReadableStream<BufferSource>;
}

/** Uploads one file and gives its id and facts. */
export async function uploadFile(file: File) {
  const body = new FormData();
  body.set("file", file);
  return unwrap(
    client.POST("/api/v1/files", {
      body: body as unknown as { file: string },
      bodySerializer: () => body,
    }),
  );
}
