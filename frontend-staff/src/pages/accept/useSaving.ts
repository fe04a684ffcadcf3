import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, unwrap } from "@/api/client";
import { idempotencyKey } from "@/api/idempotencyKey";
import type { TakeOver } from "@/pages/accept/PapersElsewhere";
import { caseEdit, caseIn, type AcceptValues, type Case } from "@/pages/accept/values";

export type Way = "submit" | "receive" | "draft";

async function edit(before: Case, values: AcceptValues): Promise<Case> {
  return unwrap(
    client.PATCH("/api/v1/cases/{number}", {
      params: {
        path: { number: before.number ?? before.id },
        header: { "If-Match": `"${before.version}"` },
      },
      body: caseEdit(values),
    }),
  );
}

/**
 * Registers, edits and submits. A form has one idempotency key for its whole life: whatever is lost
 * on the way, sending it again never makes a second case.
 */
export function useSaving(draft: Case | undefined) {
  const queries = useQueryClient();
  const [key] = useState(() => idempotencyKey());
  const [stored, setStored] = useState(draft);

  async function create(values: AcceptValues, way: Way): Promise<Case> {
    const body = caseIn(values, { submit: way !== "draft", receive_only: way === "receive" });
    // A draft and the case that it becomes are two bodies, and one key answers for one body.
    const header = { "Idempotency-Key": `${key}-${way}` };
    return unwrap(client.POST("/api/v1/cases", { params: { header }, body }));
  }

  async function submit(data: Case, way: Way): Promise<Case> {
    return unwrap(
      client.POST("/api/v1/cases/{number}/actions", {
        params: {
          path: { number: data.number ?? data.id },
          header: { "Idempotency-Key": `${key}-${way}` },
        },
        body: { action: "submit", receive_only: way === "receive" },
      }),
    );
  }

  /** Saves in one of three ways and gives the case as it then is. */
  async function save(values: AcceptValues, way: Way): Promise<Case> {
    let data = stored ? await edit(stored, values) : await create(values, way);
    if (stored && way !== "draft" && stored.status === "draft") {
      setStored(data);
      data = await submit(data, way);
    }
    setStored(data);
    await queries.invalidateQueries({ queryKey: ["/api/v1/cases"] });
    return data;
  }

  const takeOver: TakeOver = async (values, material, paper) => {
    const kept = await save(values, "draft");
    const data = await unwrap(
      client.POST("/api/v1/cases/{number}/materials/{key}/reuse", {
        params: { path: { number: kept.number ?? kept.id, key: material } },
        body: paper,
      }),
    );
    setStored(data);
    return data;
  };

  return { save, takeOver, stored };
}

export async function discardDraft(id: string): Promise<void> {
  await unwrap(client.DELETE("/api/v1/cases/{number}", { params: { path: { number: id } } }));
}
