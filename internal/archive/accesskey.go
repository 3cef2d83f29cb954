package archive

import (
	"encoding/hex"
	"fmt"

	"sohoa/internal/fixity"
)

// AccessKey is where an access copy waits for the next reader, in the work bucket: a copy of a version's rendition, as the named writer makes it. Nothing
// refers to it and it may go at any time; what lies in the work bucket longer than a day is cleaned away.
func AccessKey(id DocumentID, version int, rendition fixity.Digest, writer string) string {
	d := fixity.Of([]byte(rendition.String() + " " + writer))
	return fmt.Sprintf("%s/access-%06d-%s.pdf", id, version, hex.EncodeToString(d[:8]))
}
