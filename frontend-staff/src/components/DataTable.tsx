import { Table, type TableColumnType, type TableProps } from "antd";
import { ScrollBox } from "@/components/ScrollBox";

interface Props<T> extends Omit<TableProps<T>, "columns" | "size" | "className"> {
  /** Names the table for those who do not see it. */
  label: string;
  columns: TableColumnType<T>[];
}

/** A table of rows; on a phone its lines become cards. Shows all its rows unless told how to page. */
export function DataTable<T extends object>({ label, columns, ...rest }: Props<T>) {
  return (
    <ScrollBox label={label}>
      <Table<T>
        size="small"
        className="stacking"
        columns={labelled(columns)}
        pagination={false}
        {...rest}
      />
    </ScrollBox>
  );
}

/** Each cell says what it is, for a phone. */
function labelled<T>(columns: TableColumnType<T>[]): TableColumnType<T>[] {
  return columns.map((column) => ({
    ...column,
    onCell: (row, at) => ({ ...column.onCell?.(row, at), "data-label": column.title as string }),
  }));
}
