/** What people answered, form by form and question by question. */

import { Text } from "@mantine/core";
import type { ContentNumbers } from "../../../api/contentTypes";
import { Figures, type Row } from "./Figures";
import { count } from "./period";

export function Answers({ forms }: { forms: ContentNumbers["forms"] }) {
  return forms.map((form) => (
    <div key={form.formId} role="group" aria-label={`Answers of ${form.formName}`}>
      <Text mb="xs">
        <strong>{form.formName}</strong>: {form.responses === 1 ? "1 answer" : `${count(form.responses)} answers`}
      </Text>
      <div className="hw-ways">
        {form.fields.map((field) =>
          field.hidden ? (
            <div key={field.label} className="hw-card">
              <h2 className="hw-heading">{field.label}</h2>
              <Text size="sm" mt="xs">
                People's own words show to whoever may read what events carry.
              </Text>
            </div>
          ) : (
            <Figures
              key={field.label}
              title={field.label}
              what="Answer"
              heads={["Times"]}
              none="Nobody answered it in this time."
              rows={field.answers.map(
                (each): Row => ({
                  name: each.value || "(empty)",
                  share: each.count / Math.max(1, field.answers[0]?.count ?? 1),
                  cells: [count(each.count)],
                }),
              )}
            />
          ),
        )}
      </div>
    </div>
  ));
}
