import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useReach } from "@/app/reach";
import { one, useFilters } from "@/app/search";
import { formatMoment, now } from "@/components/dates";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { PageHeader } from "@/components/PageHeader";
import { Select } from "@/components/Select";
import { treeQuery } from "@/components/tree";
import { useSubmission } from "@/components/useSubmission";
import { DateInput } from "@/forms/DateInput";

type Year = components["schemas"]["YearOut"];
type YearIn = components["schemas"]["YearIn"];

/** The official working calendar: the exceptions of each year, and a loud word on missing years. */
export function CalendarPage() {
  const { t } = useTranslation("admin");
  const { search, set } = useFilters();
  const present = now().year();
  const year = Number(one(search["year"]) ?? present);
  const data = useQuery(apiQuery("/api/v1/calendar/{year}", { path: { year } }));
  return (
    <>
      <PageHeader title={t("calendar.title")} hint={t("calendar.hint")} />
      <Coverage />
      <div className="row toolbar">
        <Select
          aria-label={t("calendar.year")}
          value={year}
          onChange={(next) => set({ year: String(next) })}
          options={[-2, -1, 0, 1, 2].map((step) => ({
            value: present + step,
            label: String(present + step),
          }))}
        />
      </div>
      <Loaded query={data}>{(found) => <YearForm key={found.year} year={found} />}</Loaded>
    </>
  );
}

function Coverage() {
  const { t } = useTranslation("admin");
  const { data } = useQuery(apiQuery("/api/v1/calendar"));
  if (!data) return null;
  const until = data.covered_until;
  return (
    <Alert
      style={{ marginBottom: 16 }}
      showIcon
      type={data.missing_years.length > 0 ? "warning" : "success"}
      title={until ? t("calendar.coverage", { date: until }) : t("calendar.noCoverage")}
      description={
        data.missing_years.length > 0 &&
        t("calendar.missing", { years: data.missing_years.join(t("comma", { ns: "common" })) })
      }
    />
  );
}

/** Whether who is signed in publishes years: the calendar is the whole district's. */
function useMayPublish(): boolean {
  const reaches = useReach("calendar.edit");
  const district = useQuery(treeQuery).data?.items.find(({ kind }) => kind === "district");
  return district !== undefined && reaches(district.code);
}

function YearForm({ year }: { year: Year }) {
  const { t } = useTranslation("admin");
  const mayPublish = useMayPublish();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<YearIn>();
  const { submit, busy, notice } = useSubmission(form, async ({ days }) => {
    await unwrap(
      client.PUT("/api/v1/calendar/{year}", {
        params: { path: { year: year.year } },
        body: { days: (days ?? []).map((day) => ({ ...day, note: day.note ?? "" })) },
      }),
    );
    message.success(t("calendar.done", { year: year.year }));
    await queries.invalidateQueries({
      predicate: ({ queryKey: [path] }) =>
        typeof path === "string" && path.startsWith("/api/v1/calendar"),
    });
  });
  const ask = (values: YearIn) =>
    modal.confirm({
      title: t("calendar.publish"),
      content: t("calendar.publishConfirm"),
      onOk: () => submit(values),
    });
  return (
    <section className="panel">
      <h2>
        {year.year} ·{" "}
        {year.published
          ? t("calendar.published", { time: formatMoment(year.published_at) })
          : t("calendar.unpublished")}
      </h2>
      {notice}
      <Form
        form={form}
        onFinish={ask}
        initialValues={{ days: year.days }}
        disabled={!mayPublish}
      >
        <Form.List name="days">
          {(rows, { add, remove }) => (
            <>
              {rows.length === 0 ? (
                <EmptyState
                  title={t("calendar.none")}
                  hint={t(mayPublish ? "calendar.noneHint" : "calendar.districtOnly")}
                />
              ) : (
                <div className="sub-table sub-table-scroll">
                  <table className="stacking" aria-label={t("calendar.label")}>
                    <thead>
                      <tr>
                        <th scope="col">{t("calendar.date")}</th>
                        <th scope="col">{t("calendar.weekday")}</th>
                        <th scope="col">{t("calendar.working")}</th>
                        <th scope="col">{t("calendar.note")}</th>
                        <th scope="col">{t("action.remove", { ns: "common" })}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {rows.map((row) => (
                        <DayLine
                          key={row.key}
                          name={row.name}
                          year={year.year}
                          onRemove={() => remove(row.name)}
                        />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
              {!mayPublish && rows.length > 0 && <p className="muted">{t("calendar.districtOnly")}</p>}
              <div className="row">
                <Button icon={<PlusOutlined />} onClick={() => add({ is_working: false, note: "" })}>
                  {t("calendar.add")}
                </Button>
                <Button
                  type="primary"
                  htmlType="submit"
                  loading={busy}
                  disabled={!mayPublish || rows.length === 0}
                >
                  {t("calendar.publish")}
                </Button>
              </div>
            </>
          )}
        </Form.List>
      </Form>
    </section>
  );
}

interface LineProps {
  name: number;
  year: number;
  onRemove: () => void;
}

function DayLine({ name, year, onRemove }: LineProps) {
  const { t } = useTranslation("admin");
  const date: string | undefined = Form.useWatch(["days", name, "date"]);
  return (
    <tr>
      <td data-label={t("calendar.date")}>
        <Form.Item
          name={[name, "date"]}
          rules={[{ required: true, message: t("calendar.missingDate") }]}
        >
          <DateInput ariaLabel={t("calendar.date")} min={`${year}-01-01`} />
        </Form.Item>
      </td>
      <td data-label={t("calendar.weekday")} className="calendar-weekday">{date ? dayjs(date).format("ddd") : "—"}</td>
      <td data-label={t("calendar.working")}>
        <Form.Item name={[name, "is_working"]}>
          <Select
            aria-label={t("calendar.working")}
            options={[
              { value: false, label: t("calendar.rest") },
              { value: true, label: t("calendar.work") },
            ]}
          />
        </Form.Item>
      </td>
      <td data-label={t("calendar.note")}>
        <Form.Item name={[name, "note"]}>
          <Input aria-label={t("calendar.note")} maxLength={50} />
        </Form.Item>
      </td>
      <td>
        <Button
          type="text"
          icon={<DeleteOutlined />}
          aria-label={`${t("action.remove", { ns: "common" })} ${date ?? ""}`}
          onClick={onRemove}
        />
      </td>
    </tr>
  );
}
