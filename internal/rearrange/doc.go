// Package rearrange changes which pages make which documents, at people's wish: documents are split and joined, pages moved, put in another order, turned,
// taken out, put back, or replaced by a new scan.
//
// Each change makes a new version of each document it touches; masters, and the versions before, stay as they are, so every change can be undone by
// another. Pages are neither lost nor doubled: every page of the documents of a request is in one of them afterwards, as a page or left out. A request says
// which versions were seen; when one of them is not current any more, nothing is changed. What was read on pages is used again; turned pages are read anew.
package rearrange
