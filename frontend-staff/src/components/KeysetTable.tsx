import { useQuery, type QueryKey, type UseQueryOptions } from "@tanstack/react-query";
import { Button, type TableColumnType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { one, useFilters } from "@/app/search";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";

interface PageOf<T> {
  items: T[];
  next_cursor: string | null;
}

interface Props<T, P extends PageOf<T>, K extends QueryKey> {
  query: UseQueryOptions<P, Error, P, K>;
  columns: TableColumnType<T>[];
  rowKey: (row: T) => string;
  /** Names the table for those who do not see it. */
  label: string;
  empty?: ReactNode;
}

/**
 * A page of a keyset list. The cursor lives in the URL; there is no total, since the API gives none:
 * one turns to the next page, back to those seen, or to the first.
 */
export function KeysetTable<T extends object, P extends PageOf<T>, K extends QueryKey>({
  query,
  columns,
  rowKey,
  label,
  empty,
}: Props<T, P, K>) {
  const result = useQuery(query);
  if (result.isError) {
    return <ErrorState error={result.error} onRetry={() => void result.refetch()} />;
  }
  const rows = result.data?.items ?? [];
  if (result.isSuccess && rows.length === 0) return empty ?? <EmptyState />;
  return (
    <div aria-busy={result.isFetching}>
      <DataTable<T>
        label={label}
        columns={columns}
        dataSource={rows}
        rowKey={rowKey}
        loading={result.isPending}
        // Whether there is anything is not known while it loads.
        locale={{ emptyText: " " }}
      />
      <Turner shown={rows.length} next={result.data?.next_cursor ?? null} />
    </div>
  );
}

function Turner({ shown, next }: { shown: number; next: string | null }) {
  const { t } = useTranslation();
  const { search, set } = useFilters();
  const current = one(search["cursor"]);
  const [seen, setSeen] = useState<(string | undefined)[]>([]);
  function turn(cursor: string | undefined, earlier: (string | undefined)[]) {
    setSeen(earlier);
    set({ cursor });
  }
  return (
    <div className="row no-print" style={{ justifyContent: "flex-end", marginTop: 12 }}>
      <span className="muted" role="status">
        {t("page.shown", { count: shown })}
      </span>
      {current && <Button onClick={() => turn(undefined, [])}>{t("page.first")}</Button>}
      {current && seen.length > 0 && (
        <Button onClick={() => turn(seen.at(-1), seen.slice(0, -1))}>{t("page.previous")}</Button>
      )}
      <Button disabled={!next} onClick={() => next && turn(next, [...seen, current])}>
        {t("page.next")}
      </Button>
    </div>
  );
}
