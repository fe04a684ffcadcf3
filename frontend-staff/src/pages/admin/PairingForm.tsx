import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap, type GetBody } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan, useMe } from "@/app/me";
import { formatMoment } from "@/components/dates";
import { Select } from "@/components/Select";
import { treeQuery } from "@/components/tree";
import { useSubmission } from "@/components/useSubmission";
import { useWindows } from "@/devices/window";

type PairingCode = components["schemas"]["PairingCodeOut"];
type Unit = GetBody<"/api/v1/organisations">["items"][number];

/** The page of the bridge on its own computer, at the port that it has unless its settings differ. */
const BRIDGE_PAGE = "http://127.0.0.1:8640";

/** Makes a code that pairs one computer or tablet with a window. */
export function PairingForm() {
  const { t } = useTranslation("devices");
  const { mine } = useWindows();
  const [made, setMade] = useState<PairingCode | null>(null);
  const [form] = Form.useForm<{ window_code: string }>();
  const { submit, busy, notice } = useSubmission(form, async (body) => {
    setMade(await unwrap(client.POST("/api/v1/devices/pairing-codes", { body })));
  });
  return (
    <section className="panel" aria-labelledby="pairing" style={{ marginBottom: 16 }}>
      <h2 id="pairing">{t("admin.pair")}</h2>
      {notice}
      <Form
        form={form}
        layout="vertical"
        className="pairing-form"
        onFinish={submit}
        initialValues={{ window_code: mine?.code }}
      >
        <Form.Item
          name="window_code"
          label={t("admin.pairWindow")}
          rules={[{ required: true, message: t("admin.pairMissing") }]}
        >
          <WindowSelect />
        </Form.Item>
        <Form.Item>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t("admin.make")}
          </Button>
        </Form.Item>
      </Form>
      {made && <Made made={made} />}
    </section>
  );
}

/** A clerk pairs at the windows they may sit at; an administrator at all below them. */
function WindowSelect(props: { id?: string; value?: string; onChange?: (code?: string) => void }) {
  const { t } = useTranslation("devices");
  const { windows } = useWindows();
  const kept = useKeptWindows();
  const known = new Set(windows.map(({ code }) => code));
  return (
    <Select
      {...props}
      aria-label={t("admin.pairWindow")}
      showSearch={{ optionFilterProp: "label" }}
      options={[...windows, ...kept.filter(({ code }) => !known.has(code))].map(({ code, name }) => ({
        value: code,
        label: name,
      }))}
    />
  );
}

/** Windows and communities below those that I administer, each with its street. */
function useKeptWindows(): { code: string; name: string }[] {
  const can = useCan();
  const { grants } = useMe();
  const tree = useQuery({ ...treeQuery, enabled: can("organisations.edit") });
  const units = tree.data?.items ?? [];
  const byCode = new Map(units.map((unit) => [unit.code, unit]));
  const mine = new Set(
    grants.filter(({ role }) => role === "system_admin").map(({ organisation }) => organisation.code),
  );

  function above(unit: Unit): Unit[] {
    const parent = byCode.get(unit.parent_code ?? "");
    return parent ? [parent, ...above(parent)] : [];
  }

  return units
    .filter(({ kind, active }) => active && (kind === "window" || kind === "community"))
    .filter((unit) => [unit, ...above(unit)].some(({ code }) => mine.has(code)))
    .map((unit) => {
      const body = above(unit).find(({ kind }) => kind === "street" || kind === "community");
      return { code: unit.code, name: body ? `${body.name} ${unit.name}` : unit.name };
    });
}

function Made({ made }: { made: PairingCode }) {
  const { t } = useTranslation("devices");
  return (
    <Alert
      type="success"
      role="status"
      title={t("admin.codeTitle", { window: made.window.name })}
      description={
        <>
          <p className="mono pairing-code">{made.code}</p>
          <p>{t("admin.codeHint", { time: formatMoment(made.expires_at) })}</p>
          <p>
            {t("admin.onComputer", { page: BRIDGE_PAGE })}{" "}
            <Typography.Text code copyable>{location.origin}</Typography.Text>
          </p>
          <p>
            {t("admin.byCommand")}{" "}
            <Typography.Text code copyable>
              {`tongban-bridge pair ${made.code} --server ${location.origin}`}
            </Typography.Text>
          </p>
          <p>
            {t("admin.onTablet")}{" "}
            <Typography.Text code copyable>{`${location.origin}/tablet`}</Typography.Text>
          </p>
        </>
      }
    />
  );
}
