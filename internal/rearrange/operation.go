package rearrange

import (
	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// What an operation does.
const (
	Split   = "split"    // the pages from Before on become a document of their own, called As in the operations after
	Merge   = "merge"    // the pages of Documents follow each other in the first of them; the others are emptied
	Move    = "move"     // Pages of Document go to To, before page Before (0: after its last); a document that has none left is emptied
	Order   = "order"    // the pages of Document in the order of Pages, which names every one of them
	Turn    = "turn"     // Pages of Document are turned clockwise by Turn
	TakeOut = "take_out" // Pages of Document are left out of its rendition, for Reason
	PutBack = "put_back" // LeftOut pages of Document, counted from 1 as they lie, are pages again
	Replace = "replace"  // page With of document By takes the place of the one page in Pages of Document, which is left out
)

// Operation is one change. Ordinals are those after the operations before it.
type Operation struct {
	Do        string                `json:"do" enum:"split,merge,move,order,turn,take_out,put_back,replace" doc:"What is done."`
	Document  archive.DocumentID    `json:"document,omitempty" maxLength:"64" doc:"The document it is done to; for all but merge."`
	Documents []archive.DocumentID  `json:"documents,omitempty" maxItems:"100" doc:"For merge: in the order in which their pages follow each other. The first one stays."`
	Pages     []int                 `json:"pages,omitempty" maxItems:"5000" doc:"Ordinals of pages, from 1."`
	Before    int                   `json:"before,omitempty" minimum:"0" doc:"For split and move: the ordinal of a page. 0 with move: after the last."`
	To        archive.DocumentID    `json:"to,omitempty" maxLength:"64" doc:"For move: the document the pages go to."`
	Turn      page.Turn             `json:"turn,omitempty" enum:"90,180,270" doc:"For turn: clockwise, in degrees."`
	Reason    archive.LeftOutReason `json:"reason,omitempty" enum:"separator,blank,duplicate,removed" doc:"For take_out; removed when left out."`
	LeftOut   []int                 `json:"left_out,omitempty" maxItems:"5000" doc:"For put_back: which of the pages that are left out, from 1."`
	By        archive.DocumentID    `json:"by,omitempty" maxLength:"64" doc:"For replace: the document that holds the new scan."`
	With      int                   `json:"with,omitempty" minimum:"0" doc:"For replace: the page of it."`
	As        archive.DocumentID    `json:"as,omitempty" maxLength:"64" doc:"For split: what the new document is called in the operations after this one."`
}

// Request asks for a change.
type Request struct {
	Expected   map[archive.DocumentID]int `json:"expected" doc:"The version that was seen of each document the operations name."`
	Operations []Operation                `json:"operations" minItems:"1" maxItems:"200" doc:"One after the other, all or none."`
}

// Limits of a request.
const (
	maxOperations = 200
	maxDocuments  = 100
)
