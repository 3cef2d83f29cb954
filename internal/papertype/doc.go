// Package papertype says what papers of each type carry: their fields with labels, which of them a paper of the type must have and how their
// values are written, how long it is kept, and the type's code within codes of digitised results. All of it is data (types.json); the city
// overrides retention and codes in the catalogue (document_types).
//
// A type is known by how its name begins, folded: "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở" is of the type "Giấy chứng nhận
// quyền sử dụng đất". The longest beginning wins; a type that is not listed has the fields that all papers have.
package papertype
