import { apiQuery } from "@/api/client";

/** The whole tree as a flat list, parents before children. */
export const treeQuery = { ...apiQuery("/api/v1/organisations"), staleTime: 5 * 60_000 };
