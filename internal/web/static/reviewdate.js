// Days and numbers as clerks type them. The server decides (internal/review); this shows at once what it will decide.

// parseDate reads 23, 23/5, 23/5/2024, 23.5.2024, 23 5 2024, 23052024, 2024-05-23 and 5/2024; known (yyyy-mm or yyyy-mm-dd) fills what is
// left out. It gives { iso } or { why }: day, month or ahead.
export function parseDate(typed, known = "", today = new Date()) {
  const m = /^(?:(\d{4})-(\d{1,2})(?:-(\d{1,2}))?|(\d{2})(\d{2})(\d{4})|(\d{1,2})[/. -](\d{4})|(\d{1,2})(?:[/. -](\d{1,2})(?:[/. -](\d{4}))?)?)$/.exec(typed.trim());
  if (!m) return { why: "day" };
  const [ky, km] = known.split("-");
  let year, month, day, whole = false;
  if (m[1]) { [year, month, day] = [m[1], m[2], m[3]]; whole = !m[3]; }
  else if (m[6]) [day, month, year] = [m[4], m[5], m[6]];
  else if (m[8]) { [month, year] = [m[7], m[8]]; whole = true; }
  else [day, month, year] = [m[9], m[10] ?? km, m[11] ?? ky];
  if (!year || !month) return { why: "month" };
  const [y, mo, d] = [Number(year), Number(month), whole ? 1 : Number(day)];
  const t = new Date(Date.UTC(y, mo - 1, d));
  if (t.getUTCFullYear() !== y || t.getUTCMonth() !== mo - 1 || t.getUTCDate() !== d || y < 1900) return { why: "day" };
  if (t.getTime() > today.getTime() + 24 * 3600 * 1000) return { why: "ahead" };
  const iso = t.toISOString().slice(0, 10);
  return { iso: whole ? iso.slice(0, 7) : iso };
}

// showDate writes yyyy-mm-dd as people do: 23/05/2024.
export function showDate(iso) {
  const p = iso.split("-");
  return /^\d{4}-\d\d(-\d\d)?$/.test(iso) ? p.reverse().join("/") : iso;
}

// splitNumberAndDate takes "12 23" or "12 23/5" apart; null where it is a number alone.
export function splitNumberAndDate(text, known) {
  const m = /^(\S*\d\S*)\s+(\S.*)$/.exec(text.trim());
  if (!m) return null;
  const d = parseDate(m[2], known);
  return d.iso ? { number: m[1], typed: m[2], iso: d.iso } : null;
}
