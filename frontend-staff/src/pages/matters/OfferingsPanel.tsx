import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Radio, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan } from "@/app/me";
import { FormDialog } from "@/components/FormDialog";
import { Loaded } from "@/components/Loaded";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { TextItem } from "@/pages/matters/draft/Items";
import { ListEditor } from "@/pages/matters/draft/ListEditor";

const PATH = "/api/v1/matters/{code}/offerings";

type Offering = components["schemas"]["OfferingOut"];
type Values = components["schemas"]["OfferingsIn"];

/** Where a matter is not offered although it is in scope, or offered again below such a place. */
export function OfferingsPanel({ code }: { code: string }) {
  const { t } = useTranslation("matters");
  const { t: c } = useTranslation();
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const offerings = useQuery(apiQuery(PATH, { path: { code } }));
  return (
    <section className="panel" aria-labelledby="matter-offerings">
      <div className="panel-title">
        <h2 id="matter-offerings" className="panel-title">
          {t("offerings.title")}
        </h2>
        {can("catalogue.edit") && (
          <Button size="small" onClick={() => setEditing(true)}>
            {c("action.edit")}
          </Button>
        )}
      </div>
      <p className="muted">{t("offerings.hint")}</p>
      <Loaded query={offerings}>
        {({ items }) => (
          <>
            <Exceptions items={items} />
            {editing && (
              <OfferingsDialog code={code} items={items} onClose={() => setEditing(false)} />
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Exceptions({ items }: { items: Offering[] }) {
  const { t } = useTranslation("matters");
  if (items.length === 0) return <p className="muted">{t("offerings.none")}</p>;
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {items.map((item) => (
        <li key={item.organisation.code}>
          {item.organisation.name}{" "}
          <Tag color={item.offered ? "green" : "red"}>
            {item.offered ? t("offerings.offered") : t("offerings.notOffered")}
          </Tag>
          {item.note}
        </li>
      ))}
    </ul>
  );
}

interface DialogProps {
  code: string;
  items: Offering[];
  onClose: () => void;
}

/** Only the exceptions that the editor may change are edited; the others stay as they are. */
function OfferingsDialog({ code, items, onClose }: DialogProps) {
  const { t } = useTranslation("matters");
  const { t: c } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();

  async function save({ items: wanted }: Values) {
    await unwrap(
      client.PUT(PATH, { params: { path: { code } }, body: { items: wanted ?? [] } }),
    );
    await queries.invalidateQueries({ queryKey: [PATH] });
    message.success(c("saved"));
    onClose();
  }

  return (
    <FormDialog
      title={t("offerings.title")}
      width={680}
      form={form}
      onSubmit={save}
      onClose={onClose}
      initialValues={{
        items: items
          .filter((item) => item.editable)
          .map(({ organisation, offered, note }) => ({
            organisation_code: organisation.code,
            offered,
            note,
          })),
      }}
    >
      <ListEditor name={["items"]} addLabel={c("action.add")} blank={{ offered: false, note: "" }}>
        {({ name }) => (
          <>
            <Form.Item
              name={[name, "organisation_code"]}
              label={t("offerings.where")}
              rules={[
                { required: true, message: t("draft.missing", { title: t("offerings.where") }) },
              ]}
            >
              <OrganisationSelect allowClear={false} />
            </Form.Item>
            <Form.Item name={[name, "offered"]}>
              <Radio.Group
                aria-label={t("offerings.title")}
                options={[
                  { value: false, label: t("offerings.notOffered") },
                  { value: true, label: t("offerings.offered") },
                ]}
              />
            </Form.Item>
            <TextItem name={[name, "note"]} label={t("material.note")} />
          </>
        )}
      </ListEditor>
    </FormDialog>
  );
}
