// Package match finds the dossier a paper is a result of.
//
// It asks in this order: what was given with the paper; the QR codes on it; dossier codes in its text; the name of its file or folder; then
// the register, by the numbers of people and firms on the paper, the day, the type and the unit. The answer is one dossier, or a ranked list
// for a person, or nothing; then the paper waits for its dossier.
//
// What always holds: what was given is never changed, only questioned; a name of a person alone links nothing; where two dossiers could be
// meant, where anything certain speaks against the best one, or where the list of candidates was cut, a person is asked. Precision goes
// before recall: a paper that waits costs seconds, one in the wrong dossier costs a citizen.
//
// Points are summed evidence in nats, roughly; Candidate.Score turns them into a chance. Days are midnight UTC. Numbers of people are
// compared as keyed hashes and shown masked.
package match
