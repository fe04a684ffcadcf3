import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { Loaded } from "@/components/Loaded";
import { caseMatterQuery } from "@/components/matters";
import { ScrollBox } from "@/components/ScrollBox";
import { Pairs } from "@/components/Pairs";
import { inWords, isShown, type FieldDefinition, type FormValues } from "@/forms/definition";

/** What the application says, in the order of the matter's form. */
export function FormPanel({ data }: { data: components["schemas"]["CaseOut"] }) {
  const { t } = useTranslation("cases");
  const matter = useQuery(caseMatterQuery(data));
  return (
    <section className="panel" aria-labelledby="case-form">
      <h2 id="case-form">{t("case.formTitle")}</h2>
      <Loaded query={matter}>
        {({ content }) =>
          content.form.length === 0 ? (
            <p className="muted">{t("case.noForm")}</p>
          ) : (
            <FormReading fields={content.form} values={data.form} />
          )
        }
      </Loaded>
    </section>
  );
}

function FormReading({ fields, values }: { fields: FieldDefinition[]; values: FormValues }) {
  const { t } = useTranslation();
  const shown = fields.filter((field) => isShown(field, values));
  return (
    <>
      <Pairs
        two
        items={shown
          .filter((field) => field.type !== "array")
          .map((field) => [field.title, inWords(values[field.key], t("yes"), t("no"))])}
      />
      {shown
        .filter((field) => field.type === "array")
        .map((field) => (
          <RowsReading
            key={field.key}
            field={field}
            rows={(values[field.key] as FormValues[] | undefined) ?? []}
          />
        ))}
    </>
  );
}

function RowsReading({ field, rows }: { field: FieldDefinition; rows: FormValues[] }) {
  const { t } = useTranslation();
  const columns = field.items ?? [];
  if (rows.length === 0) return null;
  return (
    <ScrollBox label={field.title}>
      <table className="plain-table stacking" style={{ marginTop: 12 }}>
      <caption style={{ textAlign: "left", fontWeight: 600, padding: "4px 0" }}>{field.title}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col">
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={JSON.stringify(row)}>
            {columns.map((column) => (
              <td key={column.key} data-label={column.title}>{inWords(row[column.key], t("yes"), t("no"))}</td>
            ))}
          </tr>
        ))}
      </tbody>
      </table>
    </ScrollBox>
  );
}
