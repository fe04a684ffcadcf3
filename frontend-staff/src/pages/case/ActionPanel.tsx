import { Alert, App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { one, useFilters } from "@/app/search";
import { useProblemMessage } from "@/components/problems";
import { useRoleName } from "@/components/words";
import { ActionDialog } from "@/pages/case/ActionDialog";
import { ACTION_FIELDS, CONCLUDING, GRAVE, LEADING, meantTasks, type Action } from "@/pages/case/actions";
import { useAct } from "@/pages/case/useAct";

type Case = components["schemas"]["CaseOut"];

function arranged(actions: Action[]): Action[] {
  const leading = LEADING.filter((action) => actions.includes(action));
  return [...leading, ...actions.filter((action) => !leading.includes(action))];
}

interface Props {
  data: Case;
  number: string;
  /** The case was concluded or its result handed over by who sits here. */
  onConcluded: () => void;
}

/** The API's `allowed_actions` as buttons; the likeliest one first. */
export function ActionPanel({ data, number, onConcluded }: Props) {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const { search, set } = useFilters();
  const report = useProblemMessage();
  const { act: send } = useAct(data, number);
  const [busy, setBusy] = useState<Action | null>(null);
  const actions = arranged(data.allowed_actions);
  const asked = actions.find((action) => action === one(search["action"]));

  async function act(body: Parameters<typeof send>[0]) {
    const done = await send(body);
    if (done && CONCLUDING.has(body.action)) onConcluded();
    return done;
  }

  async function take(action: Action) {
    if (ACTION_FIELDS[action].length > 0 || meantTasks(data.tasks).length > 1) {
      set({ action });
      return;
    }
    setBusy(action);
    try {
      if (!(await act({ action }))) return;
      message.success(t("dialog.done", { action: t(`action.${action}`) }));
    } catch (error) {
      report(error);
    } finally {
      setBusy(null);
    }
  }

  return (
    <section className="panel no-print" aria-labelledby="case-actions">
      <h2 id="case-actions">{t("case.actions")}</h2>
      <Handlers data={data} />
      {data.flags.promise_open && (
        <Alert type="warning" showIcon title={t("case.promiseOpen")} style={{ marginBottom: 12 }} />
      )}
      {actions.length === 0 ? (
        <p className="muted" style={{ margin: 0 }}>
          {t("case.noActions")}
          <br />
          {t("case.noActionsHint")}
        </p>
      ) : (
        <div className="actions">
          {actions.map((action, at) => (
            <Button
              key={action}
              type={at === 0 && LEADING.includes(action) ? "primary" : "default"}
              danger={GRAVE.has(action)}
              loading={busy === action}
              onClick={() => void take(action)}
            >
              {t(`action.${action}`)}
            </Button>
          ))}
        </div>
      )}
      {asked && (
        <ActionDialog
          key={asked}
          action={asked}
          data={data}
          act={act}
          onClose={() => set({ action: undefined })}
        />
      )}
    </section>
  );
}

/** Who handles the case now: its open tasks. */
function Handlers({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const roleName = useRoleName();
  const open = data.tasks.filter((task) => task.state === "open");
  if (open.length === 0) return null;
  return (
    <p className="muted">
      {t("case.handler")}
      {t("colon", { ns: "common" })}
      {open
        .map((task) =>
          task.claimed_by
            ? `${task.organisation.name} · ${task.claimed_by.name}`
            : t("case.pool", {
                organisation: task.organisation.name,
                role: roleName(task.role),
              }),
        )
        .join(t("semicolon", { ns: "common" }))}
    </p>
  );
}
