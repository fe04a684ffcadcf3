import { PlusOutlined } from "@ant-design/icons";
import { Button, Tag, type TableColumnType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan } from "@/app/me";
import { one, useFilters } from "@/app/search";
import { formatMoment } from "@/components/dates";
import { EmptyState } from "@/components/EmptyState";
import { FilterBar, FilterField, SearchField } from "@/components/FilterBar";
import { KeysetTable } from "@/components/KeysetTable";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { PageHeader } from "@/components/PageHeader";
import { Select } from "@/components/Select";
import { useRoleName } from "@/components/words";
import { AccountDrawer } from "@/pages/admin/AccountDrawer";
import { NewAccountDialog } from "@/pages/admin/NewAccountDialog";
import { ROLES } from "@/pages/admin/roles";

type Row = components["schemas"]["StaffRow"];
type Role = components["schemas"]["Role"];

/** Accounts: made by the system administrator, given roles by the security administrator. */
export function AccountsPage() {
  const { t } = useTranslation("admin");
  const can = useCan();
  const { search, set } = useFilters();
  const [making, setMaking] = useState(false);
  const open = one(search["account"]);
  const active = one(search["active"]);
  const columns = useColumns((row) => set({ account: row.username, cursor: one(search["cursor"]) }));
  return (
    <>
      <PageHeader
        title={t("accounts.title")}
        hint={t("accounts.hint")}
        actions={
          can("accounts.edit") && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
              {t("accounts.new")}
            </Button>
          )
        }
      />
      <AccountFilters />
      <KeysetTable
        label={t("accounts.label")}
        query={apiQuery("/api/v1/staff", {
          query: {
            q: one(search["q"]),
            organisation: one(search["organisation"]),
            role: one(search["role"]) as Role | undefined,
            active: active === undefined ? undefined : active === "true",
            cursor: one(search["cursor"]),
          },
        })}
        columns={columns}
        rowKey={(row) => row.username}
        empty={<EmptyState title={t("accounts.none")} hint={t("accounts.noneHint")} />}
      />
      {open && <AccountDrawer username={open} onClose={() => set({ account: undefined })} />}
      {making && <NewAccountDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function AccountFilters() {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { search, set, clear } = useFilters();
  const roleName = useRoleName();
  return (
    <FilterBar>
      <SearchField label={t("accounts.q")} />
      <FilterField label={t("accounts.organisation")}>
        <OrganisationSelect
          ariaLabel={t("accounts.organisation")}
          placeholder={c("all")}
          value={one(search["organisation"])}
          onChange={(organisation) => set({ organisation })}
        />
      </FilterField>
      <FilterField label={t("accounts.role")}>
        <Select
          aria-label={t("accounts.role")}
          allowClear
          placeholder={c("all")}
          style={{ width: "100%" }}
          value={one(search["role"])}
          onChange={(role: string | undefined) => set({ role })}
          options={ROLES.map((value) => ({ value, label: roleName(value) }))}
        />
      </FilterField>
      <FilterField label={t("accounts.state")}>
        <Select
          aria-label={t("accounts.state")}
          allowClear
          placeholder={c("all")}
          style={{ width: "100%" }}
          value={one(search["active"])}
          onChange={(value: string | undefined) => set({ active: value })}
          options={[
            { value: "true", label: t("accounts.active") },
            { value: "false", label: t("accounts.inactive") },
          ]}
        />
      </FilterField>
      <Button onClick={clear} className="filter-buttons">
        {c("action.reset")}
      </Button>
    </FilterBar>
  );
}

function useColumns(onOpen: (row: Row) => void): TableColumnType<Row>[] {
  const { t } = useTranslation("admin");
  const roleName = useRoleName();
  return [
    {
      title: t("accounts.username"),
      render: (_, row) => <span className="mono">{row.username}</span>,
    },
    { title: t("accounts.name"), dataIndex: "name" },
    { title: t("accounts.organisation"), render: (_, row) => row.organisation.name },
    {
      title: t("accounts.roles"),
      className: "wrap",
      render: (_, row) =>
        row.grants.length === 0 ? (
          <span className="muted">{t("accounts.noRoles")}</span>
        ) : (
          <span className="status">
            {row.grants.map((grant) => (
              <Tag key={`${grant.role} ${grant.organisation.code}`}>
                {roleName(grant.role)}
                {grant.organisation.code !== row.organisation.code && ` @ ${grant.organisation.name}`}
              </Tag>
            ))}
          </span>
        ),
    },
    {
      title: t("accounts.state"),
      render: (_, row) => (
        <>
          <Tag color={row.active ? "green" : "default"}>
            {row.active ? t("accounts.active") : t("accounts.inactive")}
          </Tag>
          {row.locked_until && (
            <Tag color="red">{t("accounts.locked", { time: formatMoment(row.locked_until) })}</Tag>
          )}
          {row.must_change_password && <Tag color="gold">{t("accounts.mustChange")}</Tag>}
        </>
      ),
    },
    {
      title: t("accounts.lastSignIn"),
      render: (_, row) =>
        row.last_sign_in_at ? formatMoment(row.last_sign_in_at) : t("accounts.never"),
    },
    {
      title: t("accounts.manage"),
      render: (_, row) => (
        <Button
          size="small"
          aria-label={`${t("accounts.manage")} ${row.username}`}
          onClick={() => onOpen(row)}
        >
          {t("accounts.manage")}
        </Button>
      ),
    },
  ];
}
