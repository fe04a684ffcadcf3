import { InboxOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { State } from "@/components/State";

export function EmptyState({
  title,
  hint,
  children,
}: {
  title?: string;
  hint?: string;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <State icon={<InboxOutlined />} title={title ?? t("empty.title")} hint={hint ?? t("empty.hint")}>
      {children}
    </State>
  );
}
