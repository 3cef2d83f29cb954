// Package registerpull fetches the register from the city's procedure system over HTTP, on a schedule.
//
// There are many such systems and no common API, so this is one adapter with a configuration (docs/register-pull.md): where the four lists
// are, how they are paged, how changes since a time are asked for, and which JSON path fills which column of the register. What a value
// means is then read as a cell of an imported file is, so that both ways into the register read the same.
//
// A round asks for what changed since the last whole round began, a little earlier so that clocks and slow transactions of the other side
// cost nothing (the register takes what it knows already as unchanged). Each page is one import and one note of where the round is, so a round
// that was interrupted goes on at its last page. Memory is one page.
//
// The other side is not trusted with anything but its own records: it is asked at the configured hosts alone, redirects are not followed,
// bodies and times are bounded. Problems name the path in the answer and never quote an identifier.
package registerpull
