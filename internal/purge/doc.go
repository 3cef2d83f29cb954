// Package purge removes papers that may not stay: secret ones, and such as came in by mistake. One person asks, another decides, and what was decided
// is carried out in steps that can be broken off and repeated at any moment.
//
// The steps, each driven by what rows and store say and each safe to repeat:
//
//  1. The decision, one transaction: the documents leave the catalogue with all they said; the tombstone is frozen; the bytes are not taken in again.
//  2. The tombstone is stored. From here on a rebuild or a restore knows.
//  3. Where other papers lie in the same file, a substitute is made without the pages that go, and kept like any master, with an accession record that
//     says what it was made of. The other papers get a version that refers to its pages; what was read on them is copied, not recognised again.
//  4. Once the manifests of those versions are stored, the old masters are disposed of, unless one is held from disposal: a hold wins.
//  5. The objects go: masters, records, manifests, renditions, results, data keys, access copies.
//
// Whatever comes back, from a backup or because it was under way, is removed again by the next run.
package purge
