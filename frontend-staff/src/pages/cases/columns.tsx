import type { TableColumnType } from "antd";
import { useTranslation } from "react-i18next";
import type { components, paths } from "@/api/schema";
import { CaseNumber } from "@/components/CaseNumber";
import { formatMoment } from "@/components/dates";
import { DueBadge } from "@/components/DueBadge";
import { StatusTag } from "@/components/StatusTag";
import { useWords } from "@/components/words";

export type CaseRow = components["schemas"]["CaseRow"];

export const ENDED = new Set<CaseRow["status"]>([
  "not_accepted",
  "concluded",
  "issued",
  "archived",
  "withdrawn",
  "terminated",
]);

type SheetColumn = NonNullable<
  NonNullable<paths["/api/v1/cases.xlsx"]["get"]["parameters"]["query"]>["columns"]
>[number];

export const COLUMN_KEYS = [
  "number",
  "matter",
  "applicant",
  "id_number",
  "mobile",
  "status",
  "due",
  "registered",
  "registered_by",
  "accepting",
  "home",
  "responsible",
  "deciding",
  "channel",
  "handling",
  "case_kind",
  "cross_handling",
  "linkage",
  "concluded",
] as const satisfies SheetColumn[];

export type ColumnKey = (typeof COLUMN_KEYS)[number];

export const USUAL_COLUMNS: ColumnKey[] = [
  "number",
  "matter",
  "applicant",
  "status",
  "due",
  "accepting",
  "home",
  "registered",
];

/** The chosen columns in a sheet, where how a case ended has a column of its own. */
export function sheetColumns(chosen: readonly ColumnKey[]): SheetColumn[] {
  return chosen.flatMap((key): SheetColumn[] => (key === "status" ? [key, "outcome"] : [key]));
}

/** Names and moments break into two lines, so that the usual columns fit a screen of 1366 pixels. */
const BREAKING = new Set<ColumnKey>([
  "matter",
  "registered",
  "registered_by",
  "accepting",
  "home",
  "responsible",
  "deciding",
  "concluded",
]);

/** The chosen columns of a list of cases. */
export function useCaseColumns(chosen: readonly ColumnKey[]): TableColumnType<CaseRow>[] {
  const { t } = useTranslation("cases");
  const words = useWords();
  const draw: Record<ColumnKey, (row: CaseRow) => React.ReactNode> = {
    number: (row) => <CaseNumber number={row.number} id={row.id} />,
    matter: (row) => row.matter_name,
    applicant: (row) => row.applicant.name || "—",
    id_number: (row) => <span className="mono">{row.applicant.id_number}</span>,
    mobile: (row) => <span className="mono">{row.applicant.mobile || "—"}</span>,
    status: (row) => <StatusTag row={row} />,
    due: (row) => <DueBadge due={row.due} />,
    registered: (row) => formatMoment(row.registered_at),
    registered_by: (row) => row.registered_by.name,
    accepting: (row) => row.accepting.name,
    home: (row) => row.home.name,
    responsible: (row) => row.responsible.name,
    deciding: (row) => row.deciding?.name ?? "—",
    channel: (row) => t(`channel.${row.channel}`),
    handling: (row) => words("handling", row.handling),
    case_kind: (row) => words("caseKind", row.case_kind),
    cross_handling: (row) => words("cross", row.cross_handling),
    linkage: (row) => words("linkage", row.linkage),
    concluded: (row) => formatMoment(row.concluded_at),
  };
  return chosen.map((key) => ({
    key,
    title: t(`col.${key}`),
    className: BREAKING.has(key) ? "wrap-narrow" : undefined,
    render: (_, row) => draw[key](row),
  }));
}
