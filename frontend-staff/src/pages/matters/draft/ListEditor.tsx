import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  name: (string | number)[];
  addLabel: string;
  blank: unknown;
  children: (row: { name: number; at: number }) => ReactNode;
}

/** A list whose rows are edited, moved, removed and added; each row is a card. */
export function ListEditor({ name, addLabel, blank, children }: Props) {
  const { t } = useTranslation("matters");
  const { t: c } = useTranslation();
  return (
    <Form.List name={name}>
      {(rows, { add, remove, move }, { errors }) => (
        <>
          {rows.map((row, at) => (
            <div key={row.key} className="edit-row">
              <div className="edit-row-body">{children({ name: row.name, at })}</div>
              <div className="edit-row-buttons">
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowUpOutlined />}
                  disabled={at === 0}
                  aria-label={`${t("draft.up")} ${at + 1}`}
                  onClick={() => move(at, at - 1)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowDownOutlined />}
                  disabled={at === rows.length - 1}
                  aria-label={`${t("draft.down")} ${at + 1}`}
                  onClick={() => move(at, at + 1)}
                />
                <Button
                  type="text"
                  size="small"
                  danger
                  icon={<DeleteOutlined />}
                  aria-label={`${c("action.remove")} ${at + 1}`}
                  onClick={() => remove(row.name)}
                />
              </div>
            </div>
          ))}
          <Form.ErrorList errors={errors} />
          <Button icon={<PlusOutlined />} onClick={() => add(blank)}>
            {addLabel}
          </Button>
        </>
      )}
    </Form.List>
  );
}
