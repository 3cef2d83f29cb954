// Package watch is the agent of the scanner's workstation: it hands in whatever a scanner puts into a folder.
//
// The folder is the queue. A file that is whole (its size and time stand still, nobody has it open where the system can tell, its end is
// where its kind of file ends) is moved at once into the hidden folder .sohoa, so a scanner that uses the same name again takes nothing
// away; from there it is sent, and then lies in sent/YYYY-MM-DD. What the server refuses lies in rejected, with a text beside it that says
// why and what to do. Each step is written down before it is done, so that the agent goes on after a restart or a power cut where it was:
// nothing is lost, and nothing comes twice, since the server knows a paper by its bytes.
//
// With Keep the files stay where they are and a list in .sohoa tells which were sent.
//
// It runs on Windows, macOS and Linux without cgo.
package watch
