import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useMemo } from "react";
import type { components } from "@/api/schema";
import { treeQuery } from "@/components/tree";

type Kind = components["schemas"]["Kind"];

interface Props {
  id?: string;
  value?: string | null;
  onChange?: (code: string | undefined) => void;
  kinds?: Kind[];
  /** Codes to choose from, where not all of the tree fit. */
  only?: string[];
  placeholder?: string;
  ariaLabel?: string;
  allowClear?: boolean;
  disabled?: boolean;
}

/** An organisation of the tree, found by typing its name or code. */
export function OrganisationSelect({
  id,
  value,
  onChange,
  kinds,
  only,
  placeholder,
  ariaLabel,
  allowClear = true,
  disabled,
}: Props) {
  const tree = useQuery(treeQuery);
  const options = useMemo(() => {
    const units = tree.data?.items ?? [];
    const names = new Map(units.map((unit) => [unit.code, unit.name]));
    return units
      .filter((unit) => unit.active)
      .filter((unit) => !kinds || kinds.includes(unit.kind))
      .filter((unit) => !only || only.includes(unit.code))
      .map((unit) => {
        const parent = unit.kind === "street" ? undefined : names.get(unit.parent_code ?? "");
        return { value: unit.code, label: parent ? `${parent} · ${unit.name}` : unit.name };
      });
  }, [tree.data, kinds, only]);
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
      placeholder={placeholder}
      value={value ?? undefined}
      onChange={(code: string | undefined) => onChange?.(code)}
      options={options}
      optionRender={({ data }) => (
        <span className="option-line">
          <span>{data.label}</span>
          <span className="mono muted">{data.value}</span>
        </span>
      )}
    />
  );
}
