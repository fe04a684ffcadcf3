import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { formatDate } from "@/components/dates";
import "./ledger.css";

type Ledger = components["schemas"]["LedgerOut"];
type Row = Ledger["rows"][number];

const FIGURES = [
  "registered",
  "accepted",
  "not_accepted",
  "in_process",
  "approved",
  "denied",
  "filed",
  "forwarded",
  "withdrawn",
  "terminated",
  "cross_handled",
  "overdue",
] as const;

/** The ledger as it is printed: rows, a subtotal for each group, one total. */
export function LedgerTable({ ledger }: { ledger: Ledger }) {
  const { t } = useTranslation("cases");
  const deepest = ledger.group_by.length;
  const rows = totalsLast(ledger.rows, deepest);
  return (
    <div className="ledger-scroll" role="region" aria-label={t("ledger.label")} tabIndex={0}>
      <table className="ledger">
        <caption className="visually-hidden">{t("ledger.label")}</caption>
        <thead>
          <tr>
            {ledger.group_by.map((dimension) => (
              <th key={dimension} scope="col">
                {t(`ledger.dim.${dimension as "period"}`)}
              </th>
            ))}
            {FIGURES.map((figure) => (
              <th key={figure} scope="col" className="figure">
                {t(`ledger.${figure}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <LedgerLine key={identity(row, ledger.group_by)} row={row} groups={ledger.group_by} deepest={deepest} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What each figure counts: a reader who adds them up is to know why they agree. */
export function Meanings() {
  const { t } = useTranslation("cases");
  return (
    <details className="ledger-meanings">
      <summary>{t("ledger.meanings")}</summary>
      <dl>
        {FIGURES.map((figure) => (
          <div key={figure}>
            <dt>{t(`ledger.${figure}`)}</dt>
            <dd>{t(`ledger.meaning.${figure}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function LedgerLine({ row, groups, deepest }: { row: Row; groups: string[]; deepest: number }) {
  const { t } = useTranslation("cases");
  const kind = row.level === 0 ? "total" : row.level < deepest ? "subtotal" : "detail";
  return (
    <tr className={`ledger-${kind}`}>
      {groups.map((dimension, at) => {
        let words = at < row.level ? cell(row, dimension) : "";
        if (kind !== "detail" && at === row.level) words = t(`ledger.${kind}`);
        return at === 0 ? (
          <th key={dimension} scope="row">
            {words}
          </th>
        ) : (
          <td key={dimension}>{words}</td>
        );
      })}
      {FIGURES.map((figure) => (
        <td key={figure} className={figure === "overdue" && row[figure] > 0 ? "figure late" : "figure"}>
          {row[figure]}
        </td>
      ))}
    </tr>
  );
}

function cell(row: Row, dimension: string): string {
  switch (dimension) {
    case "period":
      return formatDate(row.period);
    case "matter":
      return row.matter_name ?? row.matter_code ?? "—";
    case "organisation":
      return row.organisation?.name ?? "—";
    default:
      return row.clerk?.name ?? "—";
  }
}

function identity(row: Row, groups: string[]): string {
  return [row.level, ...groups.slice(0, row.level).map((one) => cell(row, one))].join("|");
}

/** The API puts a group's subtotal before its rows; on paper it stands after them, the total last. */
function totalsLast(rows: Row[], deepest: number): Row[] {
  const placed: Row[] = [];
  const open: Row[] = [];
  for (const row of rows) {
    while ((open.at(-1)?.level ?? -1) >= row.level) placed.push(...open.splice(-1));
    (row.level === deepest ? placed : open).push(row);
  }
  return [...placed, ...open.toReversed()];
}
