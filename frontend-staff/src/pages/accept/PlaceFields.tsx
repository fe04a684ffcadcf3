import { Form } from "antd";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/me";
import { MatterSelect } from "@/components/MatterSelect";
import { OrganisationSelect } from "@/components/OrganisationSelect";

/** The organisations at which I am a clerk: where a case can be accepted by me. */
export function useCounters(): { code: string; name: string }[] {
  const { grants } = useMe();
  return grants.filter((grant) => grant.role === "clerk").map((grant) => grant.organisation);
}

/** Which matter, for whose home, at which window. */
export function PlaceFields({ locked }: { locked: boolean }) {
  const { t } = useTranslation("cases");
  const counters = useCounters();
  return (
    <div className="field-grid place-grid">
      <Form.Item
        name="matter_code"
        label={t("accept.matter")}
        rules={[{ required: true, message: t("accept.matterMissing") }]}
      >
        <MatterSelect autoFocus={!locked} allowClear={false} disabled={locked} activeOnly />
      </Form.Item>
      <Form.Item
        name="home_code"
        label={t("accept.home")}
        rules={[{ required: true, message: t("accept.homeMissing") }]}
      >
        <OrganisationSelect
          kinds={["community"]}
          allowClear={false}
          placeholder={t("accept.homePlaceholder")}
        />
      </Form.Item>
      {counters.length > 1 && (
        <Form.Item name="accepting_code" label={t("accept.accepting")}>
          <OrganisationSelect only={counters.map((counter) => counter.code)} disabled={locked} />
        </Form.Item>
      )}
    </div>
  );
}
