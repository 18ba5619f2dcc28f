/** What the API answered of a content becomes what every screen shows of it. */

import { queryClient } from "../../api/cache";
import { contentQuery } from "../../api/contentQueries";
import type { Content } from "../../api/contentTypes";

export async function keepContent(content: Content): Promise<void> {
  const { queryKey } = contentQuery(String(content.id));
  // An answer that was asked for before this one would show the old state again for a moment.
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData(queryKey, content);
  void queryClient.invalidateQueries({ queryKey: ["contents"] });
  void queryClient.invalidateQueries({ queryKey: ["content-versions", content.id] });
}

export async function forgetContent(id: number): Promise<void> {
  queryClient.removeQueries({ queryKey: contentQuery(String(id)).queryKey });
  await queryClient.invalidateQueries({ queryKey: ["contents"] });
}
