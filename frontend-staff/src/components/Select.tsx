/** antd's Select, whose clear button is called "Clear" in every language but here. */
import { CloseCircleFilled } from "@ant-design/icons";
import { Select as AntSelect, type SelectProps } from "antd";
import type { BaseOptionType, DefaultOptionType } from "antd/es/select";
import { useTranslation } from "react-i18next";

interface Props<V, O extends BaseOptionType | DefaultOptionType>
  extends Omit<SelectProps<V, O>, "allowClear"> {
  allowClear?: boolean;
}

export function Select<V = unknown, O extends BaseOptionType | DefaultOptionType = DefaultOptionType>({
  allowClear = false,
  ...rest
}: Props<V, O>) {
  const { t } = useTranslation();
  const clear = { label: t("action.clear"), clearIcon: <CloseCircleFilled /> };
  return <AntSelect<V, O> {...rest} allowClear={allowClear && clear} />;
}
