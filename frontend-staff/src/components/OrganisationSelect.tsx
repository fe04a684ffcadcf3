import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { Select } from "@/components/Select";
import { treeQuery, unitLabels } from "@/components/tree";

type Kind = components["schemas"]["Kind"];

interface Props {
  id?: string;
  value?: string | null;
  onChange?: (code: string | undefined) => void;
  kinds?: Kind[];
  /** Codes to choose from, where not all of the tree fit. */
  only?: string[];
  /** Which organisations fit, where it takes more than a list. */
  fits?: (code: string) => boolean;
  placeholder?: string;
  ariaLabel?: string;
  allowClear?: boolean;
  disabled?: boolean;
  /** In filters: those switched off have cases too, and come last. */
  withInactive?: boolean;
}

/** An organisation of the tree, found by typing its name or code. */
export function OrganisationSelect({
  id,
  value,
  onChange,
  kinds,
  only,
  fits,
  placeholder,
  ariaLabel,
  allowClear = true,
  disabled,
  withInactive = false,
}: Props) {
  const { t } = useTranslation();
  const tree = useQuery(treeQuery);
  const options = useMemo(() => {
    const units = tree.data?.items ?? [];
    const labels = unitLabels(units);
    return units
      // What was chosen before keeps its name when it is no longer to be chosen.
      .filter((unit) => unit.code === value || ((unit.active || withInactive) && (!fits || fits(unit.code))))
      .filter((unit) => !kinds || kinds.includes(unit.kind))
      .filter((unit) => !only || only.includes(unit.code))
      .toSorted((one, other) => (withInactive ? Number(other.active) - Number(one.active) : 0))
      .map((unit) => ({
        value: unit.code,
        label: labels.get(unit.code) ?? unit.name,
        off: withInactive && !unit.active,
      }));
  }, [tree.data, kinds, only, fits, value, withInactive]);
  return (
    <Select
      id={id}
      aria-label={ariaLabel}
      style={{ width: "100%" }}
      showSearch={{
        filterOption: (typed, option) =>
          option !== undefined &&
          (option.label.includes(typed.trim()) || option.value.startsWith(typed.trim())),
      }}
      allowClear={allowClear}
      disabled={disabled}
      loading={tree.isPending}
      placeholder={placeholder ?? t("organisationHint")}
      value={value ?? undefined}
      onChange={(code: string | undefined) => onChange?.(code)}
      options={options}
      optionRender={({ data }) => (
        <span className="option-line">
          <span>
            {data.label}
            {data.off && <span className="muted"> {t("switchedOff")}</span>}
          </span>
          <span className="mono muted">{data.value}</span>
        </span>
      )}
    />
  );
}
