import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { ChoiceItem, NumberItem, SwitchItem, TextItem } from "@/pages/matters/draft/Items";
import { ListEditor } from "@/pages/matters/draft/ListEditor";

const SUSPENSION_REASONS = [
  "hearing",
  "inspection",
  "testing",
  "quarantine",
  "appraisal",
  "expert_review",
  "public_notice",
  "investigation",
] as const;

function choices<K extends string>(keys: readonly K[], say: (key: K) => string) {
  return keys.map((value) => ({ value, label: say(value) }));
}

/** Everything about a matter that is not its process, materials or form. */
export function BasicsFields() {
  const { t } = useTranslation("matters");
  const { t: cases } = useTranslation("cases");
  const { t: c } = useTranslation();
  return (
    <>
      <div className="field-grid">
        <TextItem name="code" label={t("code")} disabled />
        <TextItem name="name" label={t("name")} required />
        <TextItem name="category" label={t("category")} required />
        <TextItem name="power_type" label={t("powerType")} required />
        <TextItem name="national_code" label={t("nationalCode")} />
        <ChoiceItem
          name="level"
          label={t("level")}
          options={choices(["street", "community"] as const, (key) => t(`levels.${key}`))}
        />
        <ChoiceItem
          name="handling"
          label={t("handling")}
          options={choices(["direct", "carried", "filing"] as const, (key) => cases(`handling.${key}`))}
        />
        <ChoiceItem
          name={["approving_unit", "level"]}
          label={t("approvingLevel")}
          options={choices(["community", "street", "district"] as const, (key) => t(`levels.${key}`))}
        />
        <TextItem name={["approving_unit", "unit"]} label={t("approvingUnit")} required />
        <NumberItem name="statutory_days" label={t("statutoryDays")} required min={0} max={365} />
        <NumberItem name="promised_days" label={t("promisedDays")} required min={0} max={365} />
        <ChoiceItem
          name="cross_handling_scope"
          label={t("scope")}
          options={choices(["own_community", "same_street", "whole_district"] as const, (key) =>
            t(`scopes.${key}`),
          )}
        />
        <ChoiceItem
          name="home_basis"
          label={t("homeBasis")}
          options={choices(["household", "residence", "either"] as const, (key) =>
            t(`homeBases.${key}`),
          )}
        />
        <ChoiceItem
          name="acceptance_mode"
          label={t("mode")}
          options={choices(["window_accepts", "collect_and_forward"] as const, (key) =>
            t(`modes.${key}`),
          )}
        />
        <ChoiceItem
          name="applicant_kinds"
          label={t("applicantKinds")}
          multiple
          options={choices(["person", "organisation"] as const, (key) => c(key))}
        />
        <NumberItem name="fee" label={t("fee")} min={0} />
        <TextItem name={["result", "name"]} label={t("resultName")} />
        <ChoiceItem
          name={["result", "kind"]}
          label={t("resultKind")}
          options={choices(["licence", "document", "none"] as const, (key) => t(`resultKinds.${key}`))}
        />
        <ChoiceItem
          name="missed_promise_action"
          label={t("missedPromise")}
          options={choices(["notify", "terminate", "deny"] as const, (key) => t(`missedPromises.${key}`))}
        />
        <ChoiceItem
          name="suspension_reasons"
          label={t("suspensionReasons")}
          hint={t("suspensionReasonsHint")}
          required={false}
          multiple
          options={choices(SUSPENSION_REASONS, (key) => cases(`suspension.${key}`))}
        />
        <NumberItem name="extension_days_max" label={t("extensionMax")} min={0} max={60} />
        <NumberItem name="retention_years" label={t("retention")} min={1} max={100} />
        <NumberItem name={["guide", "visits"]} label={t("visits")} min={0} max={10} />
        <TextItem name={["guide", "visits_reason"]} label={t("visitsReason")} />
        <TextItem name={["guide", "hours"]} label={t("hours")} />
        <TextItem name={["guide", "place"]} label={t("place")} />
        <TextItem name={["guide", "telephone"]} label={t("telephone")} />
        <SwitchItem name={["guide", "mail"]} label={t("mail")} />
        <SwitchItem name="online_pre_review" label={t("onlinePreReview")} />
      </div>
      {(["conditions", "legal_basis"] as const).map((name) => {
        const title = name === "conditions" ? t("conditions") : t("legalBasis");
        return (
          <fieldset key={name} className="sub-table">
            <legend>{title}</legend>
            <ListEditor name={[name]} addLabel={t("draft.addLine")} blank="">
              {(row) => (
                <Form.Item
                  name={row.name}
                  rules={[{ required: true, message: t("draft.missing", { title }) }]}
                >
                  <Input.TextArea
                    autoSize
                    maxLength={500}
                    aria-label={`${title} ${row.at + 1}`}
                  />
                </Form.Item>
              )}
            </ListEditor>
          </fieldset>
        );
      })}
      <TextItem name="source" label={t("source")} rows={2} />
    </>
  );
}
