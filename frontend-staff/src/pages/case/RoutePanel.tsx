import {
  CheckCircleFilled,
  ClockCircleOutlined,
  MergeCellsOutlined,
  PlayCircleFilled,
  StopOutlined,
} from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { formatDate } from "@/components/dates";
import { useRoleName, useWords } from "@/components/words";

type Case = components["schemas"]["CaseOut"];
type Step = Case["path"][number];

/** A step as both a case's route and a preview show it. */
export interface RouteStep {
  key: string;
  function: string;
  organisation: { code: string; name: string };
  role: string;
  limit_days: number;
  parallel_group: string | null;
  merged_into: string | null;
  state?: Step["state"];
  /** Depends on what the form says. */
  conditional?: boolean;
}

const ICONS = {
  waiting: <ClockCircleOutlined />,
  open: <PlayCircleFilled style={{ color: "#155078" }} />,
  done: <CheckCircleFilled style={{ color: "#20683f" }} />,
  merged: <MergeCellsOutlined />,
  not_done: <StopOutlined />,
};

/** Steps in order; those of one parallel group stand under one another. */
function stages(path: RouteStep[]): RouteStep[][] {
  const found: RouteStep[][] = [];
  for (const step of path) {
    const last = found.at(-1);
    if (step.parallel_group && last?.[0]?.parallel_group === step.parallel_group) last.push(step);
    else found.push([step]);
  }
  return found;
}

export function RouteGraph({ path, tasks }: { path: RouteStep[]; tasks?: Case["tasks"] }) {
  return (
    <div className="route-box">
      <ol className="route">
      {stages(path).map((steps) => (
        <li key={steps[0]?.key} className="route-stage">
          {steps.map((step) => (
            <StepBox
              key={step.key}
              step={step}
              task={tasks?.findLast((task) => task.step_key === step.key)}
            />
          ))}
        </li>
      ))}
      </ol>
    </div>
  );
}

/** A step as it stands; its task says who really has it, after a transfer too. */
function StepBox({ step, task }: { step: RouteStep; task: Case["tasks"][number] | undefined }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const roleName = useRoleName();
  const limit =
    step.limit_days === 0 ? t("case.limitSameDay") : t("case.limit", { count: step.limit_days });
  return (
    <div className={`route-step route-${step.state ?? "waiting"}`}>
      <strong>
        {step.state && (
          <span role="img" aria-label={t(`stepState.${step.state}`)} title={t(`stepState.${step.state}`)}>
            {ICONS[step.state]}
          </span>
        )}
        {words("function", step.function)}
        {step.conditional && <small className="muted">（{t("case.conditional")}）</small>}
        {step.parallel_group && <small className="muted">（{t("case.parallel")}）</small>}
      </strong>
      <span>{(task ?? step).organisation.name}</span>
      <span>
        {step.merged_into
          ? t("case.mergedInto", { step: words("function", step.merged_into) })
          : `${roleName(step.role)} · ${limit}`}
      </span>
      {task?.state === "open" && (
        <span>
          {task.claimed_by?.name ?? t("tasks.pool")}
          {task.due_on && ` · ${formatDate(task.due_on)}`}
        </span>
      )}
    </div>
  );
}

export function RoutePanel({ path, tasks }: { path: Case["path"]; tasks: Case["tasks"] }) {
  const { t } = useTranslation("cases");
  if (path.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="case-route">
      <h2 id="case-route">{t("case.route")}</h2>
      <RouteGraph path={path} tasks={tasks} />
    </section>
  );
}
