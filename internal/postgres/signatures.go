package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/postgres/sqlc"
)

// putSignatures keeps the digital signatures that inspection found in a file; none leave the row as it is.
func putSignatures(ctx context.Context, q *sqlc.Queries, id archive.AccessionID, found []archive.Signature) error {
	if len(found) == 0 {
		return nil
	}
	b, err := json.Marshal(found)
	if err != nil {
		return fmt.Errorf("signatures: %w", err)
	}
	return q.SetAccessionSignatures(ctx, sqlc.SetAccessionSignaturesParams{ID: string(id), Signatures: b})
}

// signaturesOf reads what putSignatures wrote. What cannot be read is as good as not judged: it must not hide the accession.
func signaturesOf(b []byte) []archive.Signature {
	var out []archive.Signature
	if len(b) == 0 || json.Unmarshal(b, &out) != nil || len(out) == 0 {
		return nil
	}
	return out
}
