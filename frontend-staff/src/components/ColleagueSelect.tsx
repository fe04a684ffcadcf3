import { useQuery, type UseQueryOptions } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { useTell } from "@/components/problems";
import { Select } from "@/components/Select";
import { useRoleName } from "@/components/words";

type Colleague = components["schemas"]["Colleague"];

interface Props<K extends readonly unknown[]> {
  id?: string;
  value?: string;
  onChange?: (username: string | undefined) => void;
  /** Who there is to choose from, of those whom the words find. */
  query: (q: string | undefined) => UseQueryOptions<Colleague[], Error, Colleague[], K>;
  allowClear?: boolean;
  disabled?: boolean;
  placeholder?: string;
  /** What is said where there is nobody to choose. */
  none?: string;
}

/** A member of staff, found by typing part of the name or the start of the user name. */
export function ColleagueSelect<K extends readonly unknown[]>({
  id,
  value,
  onChange,
  query,
  allowClear = true,
  disabled,
  placeholder,
  none,
}: Props<K>) {
  const { t } = useTranslation();
  const tell = useTell();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<Colleague>();
  const found = useQuery({
    ...query(typed.trim() || undefined),
    enabled: !disabled,
    placeholderData: (before) => before,
  });
  const people = found.data ?? [];
  // What was chosen keeps its name, whatever is looked for next.
  const kept = chosen && chosen.username === value && !people.some((one) => one.username === value);
  return (
    <Select
      id={id}
      style={{ width: "100%" }}
      allowClear={allowClear}
      disabled={disabled}
      loading={found.isFetching}
      placeholder={placeholder ?? t("colleague.placeholder")}
      notFoundContent={
        <span className="muted">
          {found.isError
            ? tell(found.error).title
            : found.isFetching
              ? t("loading")
              : (none ?? t("colleague.none"))}
        </span>
      }
      // The answer to earlier words stands until the new one comes: Enter must not take from it.
      showSearch={{
        onSearch: setTyped,
        filterOption: (words, option) => option !== undefined && fits(option.colleague, words),
      }}
      value={value}
      onChange={(username: string | undefined) => {
        setChosen(people.find((one) => one.username === username));
        onChange?.(username);
      }}
      options={(kept ? [chosen, ...people] : people).map((one) => ({
        value: one.username,
        label: `${one.name}（${one.username}）`,
        colleague: one,
      }))}
      optionRender={({ data }) => <Line one={data.colleague} />}
    />
  );
}

function fits({ name, username }: Colleague, words: string): boolean {
  const typed = words.trim();
  return name.includes(typed) || username.startsWith(typed.toLowerCase());
}

function Line({ one }: { one: Colleague }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  return (
    <span className="option-lines">
      <span className="option-line">
        <span>
          {one.name} <span className="mono muted">{one.username}</span>
        </span>
        <span className="muted">{t("colleague.open", { count: one.open_tasks })}</span>
      </span>
      <span className="muted">
        {[
          one.organisation.name,
          one.roles.map(roleName).join(t("comma")),
          !one.active && t("colleague.inactive"),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </span>
  );
}
