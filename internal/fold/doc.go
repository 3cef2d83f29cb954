// Package fold brings text into the one form in which it is compared and searched, for index and query alike.
//
// Two forms, each a list of tokens joined by single spaces:
//   - Accented keeps Vietnamese diacritics: NFKC, lower case, tone marks in one place (Ủy and Uỷ, HÒA and HOÀ are one word);
//   - Plain drops them: a to z, digits and whatever other scripts have, đ as d.
//
// What always holds: both are idempotent, Plain(Accented(s)) == Plain(s), and a token holds nothing but letters and
// digits. So the parser of Postgres has nothing to tear apart in 12/QĐ-UBND (it becomes 12 qđ ubnd on both sides), and no
// operator of its query language can come through.
package fold
