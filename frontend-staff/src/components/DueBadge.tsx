import {
  CheckCircleOutlined,
  ClockCircleOutlined,
  ExclamationCircleOutlined,
  FireOutlined,
  PauseCircleOutlined,
} from "@ant-design/icons";
import { Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { formatDate } from "@/components/dates";

interface Due {
  due_on: string | null;
  /** The clock stands still: nobody knows a day. */
  paused: boolean;
  remaining_days: number | null;
  /** Monitoring code: 0 normal, 1 warning, 2 yellow card, 5 red card. */
  level: 0 | 1 | 2 | 5;
}

const LEVELS = {
  0: { key: "normal", color: "default", icon: <CheckCircleOutlined /> },
  1: { key: "warning", color: "gold", icon: <ClockCircleOutlined /> },
  2: { key: "yellow", color: "orange", icon: <ExclamationCircleOutlined /> },
  5: { key: "red", color: "red", icon: <FireOutlined /> },
} as const;

/** Working days left, in words, with icon and colour; hover or focus shows the day and the level. */
export function DueBadge({ due }: { due: Due }) {
  const { t } = useTranslation();
  if (due.paused) return <Tag icon={<PauseCircleOutlined />}>{t("due.paused")}</Tag>;
  if (due.due_on === null) return <span className="muted">{t("due.none")}</span>;
  if (due.remaining_days === null) {
    return <span className="muted">{t("due.was", { date: formatDate(due.due_on) })}</span>;
  }
  const { key, color, icon } = LEVELS[due.level];
  const days = due.remaining_days;
  let words = t("due.remaining", { count: days });
  if (days === 0) words = t("due.today");
  if (days < 0) words = t("due.overdue", { count: -days });
  const full = `${t("due.on", { date: formatDate(due.due_on) })} · ${t(`due.level.${key}`)}`;
  return (
    <Tooltip title={full}>
      <Tag className="due-badge" color={color} icon={icon}>
        {words}
        <span className="visually-hidden">, {full}</span>
      </Tag>
    </Tooltip>
  );
}
