// Package register holds what there is to digitise: units, procedures, dossiers and their holders, as the city's procedure system knows them.
//
// Records come in bulk, from files and from other systems, and come again. So every record has a code that never changes, a record that is
// there already and says the same changes nothing, one that is older than what is there (SourceUpdatedAt) changes nothing either, and what
// is deleted stays as a mark, so that who follows the register learns of it.
//
// Identifiers of holders are sealed before they reach a store, found by a keyed hash, and shown masked. A holder is known by number, never
// by name alone; the card of a citizen says which old number and which new one are of the same person.
//
// Days are written YYYY-MM-DD, times are UTC. A bad record is named by its line, the column that is wrong, and what would cure it.
package register
