import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Select, Switch, Table, Tag } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { one, useFilters } from "@/app/search";
import { EmptyState } from "@/components/EmptyState";
import { FilterBar, FilterField } from "@/components/FilterBar";
import { FormDialog } from "@/components/FormDialog";
import { Loaded } from "@/components/Loaded";
import { treeQuery } from "@/components/tree";
import { PageHeader } from "@/components/PageHeader";
import { ScrollBox } from "@/components/ScrollBox";

type Unit = components["schemas"]["OrganisationRow"];

const KINDS = ["district", "street", "community", "bureau", "section", "hall", "window"] as const;

/** The tree as a flat list, searched and filtered here: it is loaded whole. */
export function OrganisationsPage() {
  const { t } = useTranslation("admin");
  const tree = useQuery(treeQuery);
  return (
    <>
      <PageHeader title={t("organisations.title")} hint={t("organisations.hint")} />
      <Loaded query={tree}>{({ items }) => <Units units={items} />}</Loaded>
    </>
  );
}

function Units({ units }: { units: Unit[] }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { search, set } = useFilters();
  const [edited, setEdited] = useState<Unit | null>(null);
  const q = one(search["q"]) ?? "";
  const kind = one(search["kind"]);
  const names = useMemo(() => new Map(units.map((unit) => [unit.code, unit.name])), [units]);
  const found = units.filter(
    (unit) =>
      (!kind || unit.kind === kind) &&
      (unit.name.includes(q) || unit.full_name.includes(q) || unit.code.startsWith(q)),
  );
  return (
    <>
      <FilterBar>
        <FilterField label={t("organisations.q")} wide>
          <Input.Search
            key={q}
            aria-label={t("organisations.q")}
            allowClear
            defaultValue={q}
            onSearch={(value) => set({ q: value.trim() })}
          />
        </FilterField>
        <FilterField label={t("organisations.kind")}>
          <Select
            aria-label={t("organisations.kind")}
            allowClear
            placeholder={c("all")}
            style={{ width: "100%" }}
            value={kind}
            onChange={(value: string | undefined) => set({ kind: value })}
            options={KINDS.map((value) => ({ value, label: c(`kind.${value}`) }))}
          />
        </FilterField>
      </FilterBar>
      {found.length === 0 ? (
        <EmptyState title={t("organisations.none")} hint={t("organisations.noneHint")} />
      ) : (
        <ScrollBox label={t("organisations.label")}>
          <Table<Unit>
            size="small"
            dataSource={found}
            rowKey="code"
            pagination={{ pageSize: 50, showSizeChanger: false, hideOnSinglePage: true }}
            columns={[
              {
                title: t("organisations.code"),
                render: (_, unit) => <span className="mono">{unit.code}</span>,
              },
              { title: t("organisations.name"), dataIndex: "name" },
              { title: t("organisations.kind"), render: (_, unit) => c(`kind.${unit.kind}`) },
              {
                title: t("organisations.parent"),
                render: (_, unit) => names.get(unit.parent_code ?? "") ?? "—",
              },
              { title: t("organisations.fullName"), dataIndex: "full_name" },
              {
                title: t("organisations.state"),
                render: (_, unit) => (
                  <Tag color={unit.active ? "green" : "default"}>
                    {unit.active ? t("organisations.active") : t("organisations.inactive")}
                  </Tag>
                ),
              },
              {
                title: c("action.edit"),
                render: (_, unit) => (
                  <Button
                    size="small"
                    aria-label={`${c("action.edit")} ${unit.name}`}
                    onClick={() => setEdited(unit)}
                  >
                    {c("action.edit")}
                  </Button>
                ),
              },
            ]}
          />
        </ScrollBox>
      )}
      {edited && <UnitDialog unit={edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function UnitDialog({ unit, onClose }: { unit: Unit; onClose: () => void }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ name: string; active: boolean }>();

  async function save(body: { name: string; active: boolean }) {
    await unwrap(
      client.PATCH("/api/v1/organisations/{code}", { params: { path: { code: unit.code } }, body }),
    );
    message.success(c("saved"));
    await queries.invalidateQueries({ queryKey: ["/api/v1/organisations"] });
    onClose();
  }

  return (
    <FormDialog
      title={`${t("organisations.edit")} ${unit.code}`}
      form={form}
      onSubmit={save}
      onClose={onClose}
      initialValues={unit}
    >
      <Form.Item
        name="name"
        label={t("organisations.name")}
        rules={[
          { required: true, message: t("accounts.missing", { title: t("organisations.name") }) },
        ]}
      >
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="active" label={t("organisations.state")} valuePropName="checked">
        <Switch
          checkedChildren={t("organisations.active")}
          unCheckedChildren={t("organisations.inactive")}
        />
      </Form.Item>
    </FormDialog>
  );
}
