/** Who came without a right signature, where the report names nobody: its counts are kept, the names only for a while. */

import type { IdentityReport } from "../../api/types";

export function whoIsUnproven({ doors }: Pick<IdentityReport, "doors">): string {
  const times = doors.reduce((sum, { missing, wrong }) => sum + missing + wrong, 0);
  if (times === 0) return "All of them came with a right signature.";
  const counted = `${times.toLocaleString("en")} came without a right signature, as counted above.`;
  return `${counted} Which user ids they were is no longer known: the names are forgotten when the server is started again. Those that come from now on stand here.`;
}
