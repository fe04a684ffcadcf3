import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { idempotencyKey } from "@/api/idempotencyKey";
import { ApiProblem } from "@/api/problem";
import type { components } from "@/api/schema";

type ActionIn = components["schemas"]["ActionIn"];

/**
 * Takes an action on the version of the case that is on screen. The idempotency key changes only
 * after success, so that a lost answer can be asked for again. A stale version reloads the case, and
 * `act` answers false: what was typed stays, to be judged anew.
 */
export function useAct(data: { version: number }, number: string) {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [key, setKey] = useState(() => idempotencyKey());

  async function act(action: ActionIn): Promise<boolean> {
    try {
      await unwrap(
        client.POST("/api/v1/cases/{number}/actions", {
          params: {
            path: { number },
            header: { "Idempotency-Key": key, "If-Match": `"${data.version}"` },
          },
          body: action,
        }),
      );
      setKey(idempotencyKey());
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 412)) throw error;
      message.warning(t("dialog.stale"));
      return false;
    } finally {
      await queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) =>
          typeof path === "string" && /^\/api\/v1\/(cases|tasks|handovers|ledger)/.test(path),
      });
    }
  }

  return { act };
}
