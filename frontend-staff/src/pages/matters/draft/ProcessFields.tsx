import { Form } from "antd";
import { useTranslation } from "react-i18next";
import { useRoleName, useWords } from "@/components/words";
import { ConditionItems } from "@/pages/matters/draft/ConditionItems";
import type { StepValue } from "@/pages/matters/draft/content";
import { ChoiceItem, NumberItem, SuggestItem, TextItem } from "@/pages/matters/draft/Items";
import { ListEditor } from "@/pages/matters/draft/ListEditor";
import { ProcessGraph } from "@/pages/matters/ProcessTab";
import { useMatterWords } from "@/pages/matters/words";

const FUNCTIONS = ["accept", "first_review", "review", "carry_out", "approve", "file"] as const;
const ROLES = ["clerk", "pre_reviewer", "reviewer", "agent_runner"] as const;
const UNITS = [
  "accepting",
  "home_hall",
  "home_community",
  "home_community:",
  "home_street:",
  "district:",
];
const BLANK = { key: "", function: "review", unit: "home_hall", role: "reviewer", limit_days: 1 };

/** The steps, and the graph that they make while they are edited. */
export function ProcessFields() {
  const { t } = useTranslation("matters");
  const words = useWords();
  const roleName = useRoleName();
  return (
    <>
      <LiveGraph />
      <ListEditor name={["process"]} addLabel={t("draft.addStep")} blank={BLANK}>
        {({ name }) => (
          <div className="field-grid">
            <TextItem name={[name, "key"]} label={t("field.key")} required />
            <ChoiceItem
              name={[name, "function"]}
              label={t("process.step")}
              options={FUNCTIONS.map((value) => ({ value, label: words("function", value) }))}
            />
            <UnitItem name={name} />
            <ChoiceItem
              name={[name, "role"]}
              label={t("process.role")}
              options={ROLES.map((value) => ({ value, label: roleName(value) }))}
            />
            <NumberItem
              name={[name, "limit_days"]}
              label={t("process.limit")}
              required
              min={0}
              max={365}
            />
            <TextItem name={[name, "parallel_group"]} label={t("process.group")} />
            <ConditionItems name={name} />
          </div>
        )}
      </ListEditor>
      <p className="muted">{t("draft.unitHint")}</p>
    </>
  );
}

/** Which unit does the step: in the definition's words, and below in the office's. */
function UnitItem({ name }: { name: number }) {
  const { t } = useTranslation("matters");
  const { selector } = useMatterWords();
  const unit: string | undefined = Form.useWatch(["process", name, "unit"]);
  return (
    <SuggestItem
      name={[name, "unit"]}
      label={t("process.unit")}
      hint={unit && selector(unit)}
      options={UNITS.map((value) => ({
        value,
        label: selector(value.endsWith(":") ? `${value}…` : value),
      }))}
    />
  );
}

function LiveGraph() {
  const steps: StepValue[] | undefined = Form.useWatch("process");
  const drawn = (steps ?? []).filter((step) => step?.key && step.unit);
  return (
    <div style={{ marginBottom: 16 }}>
      <ProcessGraph
        process={drawn.map(({ condition, ...step }) => ({
          ...step,
          condition: condition?.field ? { field: condition.field } : null,
        }))}
      />
    </div>
  );
}
