// Package retrieve lets people find and fetch what is in the archive, and see where it stands.
//
// Every method asks who wants to know. What an actor may not see is answered as if it did not exist (not_found codes), so that
// nothing can be learnt by guessing ids.
package retrieve
