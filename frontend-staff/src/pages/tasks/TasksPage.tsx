import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Segmented, type TableColumnType } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import type { components, paths } from "@/api/schema";
import { one, useFilters } from "@/app/search";
import { CaseNumber } from "@/components/CaseNumber";
import { DueBadge } from "@/components/DueBadge";
import { EmptyState } from "@/components/EmptyState";
import { KeysetTable } from "@/components/KeysetTable";
import { PageHeader } from "@/components/PageHeader";
import { useProblemMessage } from "@/components/problems";
import { Select } from "@/components/Select";
import { StatusTag } from "@/components/StatusTag";
import { useWords } from "@/components/words";

type TaskRow = components["schemas"]["TaskRow"];
type Queue = "all" | "mine" | "pool";
type TaskFunction = NonNullable<
  NonNullable<paths["/api/v1/tasks"]["get"]["parameters"]["query"]>["function"]
>;

/** 待办事宜: what I claimed and what my roles may claim, soonest due first. */
export function TasksPage() {
  const { t } = useTranslation("cases");
  const words = useWords();
  const { search, set } = useFilters();
  const queue = (one(search["queue"]) ?? "all") as Queue;
  const query = apiQuery("/api/v1/tasks", {
    query: {
      queue,
      function: one(search["function"]) as TaskFunction | undefined,
      cursor: one(search["cursor"]),
    },
  });
  const counts = useQuery(query).data?.counts;
  const columns = useTaskColumns();
  const functions = Object.entries(counts?.by_function ?? {});
  return (
    <>
      <PageHeader title={t("tasks.title")} hint={t("tasks.hint")} />
      <div className="row toolbar">
        <Segmented<Queue>
          aria-label={t("tasks.title")}
          value={queue}
          onChange={(next) => set({ queue: next === "all" ? undefined : next })}
          options={[
            { value: "all", label: label(t("tasks.all"), counts && counts.mine + counts.pool) },
            { value: "mine", label: label(t("tasks.mine"), counts?.mine) },
            { value: "pool", label: label(t("tasks.pool"), counts?.pool) },
          ]}
        />
        <Select
          aria-label={t("tasks.function")}
          allowClear
          style={{ minWidth: 180 }}
          placeholder={t("tasks.function")}
          value={one(search["function"])}
          onChange={(value: string | undefined) => set({ function: value })}
          options={functions.map(([value, count]) => ({
            value,
            label: label(words("function", value), count),
          }))}
        />
        {counts && (
          <span role="status">
            <strong className={counts.overdue > 0 ? "late" : undefined}>
              {t("tasks.overdue")} {counts.overdue}
            </strong>
            <span className="muted">
              {" · "}
              {t("tasks.dueSoon")} {counts.due_soon}
            </span>
          </span>
        )}
      </div>
      <KeysetTable
        label={t("tasks.label")}
        query={query}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("tasks.none")} hint={t("tasks.noneHint")} />}
      />
    </>
  );
}

function label(words: string, count: number | undefined): string {
  return count === undefined ? words : `${words} ${count}`;
}

function useTaskColumns(): TableColumnType<TaskRow>[] {
  const { t } = useTranslation("cases");
  const words = useWords();
  return [
    {
      title: t("col.stepDue"),
      render: (_, task) => <DueBadge due={task} />,
    },
    { title: t("col.step"), render: (_, task) => words("function", task.function) },
    {
      title: t("col.number"),
      render: (_, { case: row }) => <CaseNumber number={row.number} id={row.id} />,
    },
    { title: t("col.matter"), render: (_, task) => task.case.matter_name },
    { title: t("col.applicant"), render: (_, task) => task.case.applicant.name },
    { title: t("col.status"), render: (_, task) => <StatusTag row={task.case} /> },
    { title: t("col.organisation"), render: (_, task) => task.organisation.name },
    { title: t("col.action"), render: (_, task) => <TaskAction task={task} /> },
  ];
}

function TaskAction({ task }: { task: TaskRow }) {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const report = useProblemMessage();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const number = task.case.number ?? task.case.id;
  const claim = useMutation({
    mutationFn: () =>
      unwrap(
        client.POST("/api/v1/cases/{number}/actions", {
          params: { path: { number } },
          body: { action: "claim", task_id: task.id },
        }),
      ),
    onSuccess: async () => {
      message.success(t("tasks.claimed", { number }));
      await queries.invalidateQueries({ queryKey: ["/api/v1/tasks"] });
    },
    onError: report,
  });
  if (task.claimed_by) {
    return (
      <Button
        size="small"
        aria-label={`${t("accept.openCase")} ${number}`}
        onClick={() => void navigate({ to: "/cases/$number", params: { number }, search: {} })}
      >
        {t("accept.openCase")}
      </Button>
    );
  }
  return (
    <Button
      size="small"
      type="primary"
      ghost
      loading={claim.isPending}
      aria-label={`${t("tasks.claim")} ${number}`}
      onClick={() => claim.mutate()}
    >
      {t("tasks.claim")}
    </Button>
  );
}
