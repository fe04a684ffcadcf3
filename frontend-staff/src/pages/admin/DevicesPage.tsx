import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tag, type TableColumnType } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { DataTable } from "@/components/DataTable";
import { formatMoment } from "@/components/dates";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { PageHeader } from "@/components/PageHeader";
import { useProblemMessage } from "@/components/problems";
import { DeviceTag } from "@/devices/DeviceTag";
import { bridgesQuery, bridgeWord, windowsQuery } from "@/devices/window";
import { PairingForm } from "@/pages/admin/PairingForm";
import "@/devices/devices.css";

type Bridge = components["schemas"]["BridgeOut"];

/** A bridge pairs itself elsewhere, without an event to those who look at this page. */
const LOOK_AGAIN_MS = 5_000;

/** What is paired with which window; a code for the next one; revoking. */
export function DevicesPage() {
  const { t } = useTranslation("devices");
  const query = useQuery({ ...bridgesQuery, refetchInterval: LOOK_AGAIN_MS });
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t("admin.title")} hint={t("admin.hint")} />
      <PairingForm />
      <Loaded query={query}>
        {(bridges) =>
          bridges.length === 0 ? (
            <EmptyState title={t("admin.none")} hint={t("admin.noneHint")} />
          ) : (
            <DataTable<Bridge>
              label={t("admin.title")}
              columns={columns}
              dataSource={bridges}
              rowKey="id"
            />
          )
        }
      </Loaded>
    </>
  );
}

function useColumns(): TableColumnType<Bridge>[] {
  const { t } = useTranslation("devices");
  return [
    { title: t("admin.window"), render: (_, row) => row.window.name },
    { title: t("admin.name"), dataIndex: "name" },
    { title: t("admin.kind"), render: (_, row) => t(`bridge.kind.${row.kind}`) },
    {
      title: t("admin.state"),
      render: (_, row) => (
        <Tag color={row.online ? "green" : "default"}>
          {t(bridgeWord(row))}
        </Tag>
      ),
    },
    { title: t("admin.devices"), className: "wrap", render: (_, row) => <Devices bridge={row} /> },
    { title: t("admin.queued"), dataIndex: "queued", align: "right" },
    { title: t("admin.seen"), render: (_, row) => formatMoment(row.seen_at) },
    { title: t("admin.paired"), render: (_, row) => formatMoment(row.paired_at) },
    { title: t("admin.version"), dataIndex: "version" },
    { title: t("admin.revoke"), render: (_, row) => <RevokeButton bridge={row} /> },
  ];
}

function Devices({ bridge }: { bridge: Bridge }) {
  const { t } = useTranslation("devices");
  if (bridge.devices.length === 0) return <span className="muted">{t("admin.noDevices")}</span>;
  return (
    <ul className="device-list">
      {bridge.devices.map((device) => (
        <li key={device.id}>
          {device.name} <DeviceTag device={{ ...device, online: bridge.online }} />
        </li>
      ))}
    </ul>
  );
}

function RevokeButton({ bridge }: { bridge: Bridge }) {
  const { t } = useTranslation("devices");
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const report = useProblemMessage();

  async function revoke() {
    try {
      const params = { path: { bridge_id: bridge.id } };
      await unwrap(client.DELETE("/api/v1/devices/bridges/{bridge_id}", { params }));
      message.success(t("admin.revoked"));
    } catch (error) {
      report(error);
    }
    await Promise.all([
      queries.invalidateQueries({ queryKey: bridgesQuery.queryKey }),
      queries.invalidateQueries({ queryKey: windowsQuery.queryKey }),
    ]);
  }

  return (
    <Button
      size="small"
      danger
      aria-label={`${t("admin.revoke")} ${bridge.name}`}
      onClick={() =>
        modal.confirm({
          title: t("admin.revokeTitle", { name: bridge.name }),
          content: t("admin.revokeHint"),
          okText: t("admin.revoke"),
          okButtonProps: { danger: true },
          onOk: revoke,
        })
      }
    >
      {t("admin.revoke")}
    </Button>
  );
}
