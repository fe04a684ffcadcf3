import type { TablePaginationConfig } from "antd";
import { cloneElement, isValidElement, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { one, useFilters } from "@/app/search";

/** Pages of a list that is there as a whole; the one that is shown stands in the address. */
export function usePages(): TablePaginationConfig {
  const { t } = useTranslation();
  const { search, set } = useFilters();
  return {
    current: Number(one(search["page"])) || 1,
    onChange: (page) => set({ page: page > 1 ? String(page) : undefined }),
    pageSize: 50,
    showSizeChanger: false,
    hideOnSinglePage: true,
    itemRender: (_, kind, button) =>
      (kind === "prev" || kind === "next") && isValidElement(button)
        ? cloneElement(button as ReactElement<{ "aria-label": string }>, {
            "aria-label": t(kind === "prev" ? "page.previous" : "page.next"),
          })
        : button,
  };
}
