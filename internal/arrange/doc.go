// Package arrange takes a stack apart: it says which pages of a file make which documents, which are left out of their renditions and why, and
// where a person must look. It is pure: the same pages and settings give the same plan, and each page of the file is in exactly one document of
// it, once, as a page or left out. A document of a plan, planned again by itself, is itself.
//
// Separator sheets always part. What a sheet says is obeyed only where its code is whole and names neither another unit nor another batch. A sheet whose
// codes are lost still parts, with a question. Without separator sheets a cut is made only by layout, where the batch asks for it, and only where motto,
// agency and number stand on a page and a signature on the page before; anything less is a question. Annexes and drafts with letterheads of their
// own stay where they are.
//
// Blank pages are left out in stacks: in files with a separator sheet, where the batch asks for cuts by layout, and where sides were scanned one
// after the other. A single paper keeps its blank pages, since its sender may count them.
package arrange
