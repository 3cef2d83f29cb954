package signaturetest

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/smallstep/pkcs7"

	"sohoa/internal/signature"
)

// reserved is how many hexadecimal digits the gap of a signature has: real ones reserve 16 to 64 KiB.
const reserved = 16384

// Between signs what stands before and after a gap, and returns the file with the signature in it.
func Between(t testing.TB, by Authority, chain []*x509.Certificate, digest asn1.ObjectIdentifier, before, after string) ([]byte, signature.Range) {
	t.Helper()
	sd, err := pkcs7.NewSignedData([]byte(before + after))
	if err != nil {
		t.Fatal(err)
	}
	sd.SetDigestAlgorithm(digest)
	if err := sd.AddSignerChain(by.Cert, by.Key, chain, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	sd.Detach()
	cms, err := sd.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if 2*len(cms) > reserved {
		t.Fatalf("the signature has %d bytes and does not fit", len(cms))
	}
	gap := "<" + hex.EncodeToString(cms) + strings.Repeat("0", reserved-2*len(cms)) + ">"
	return []byte(before + gap + after), signature.Range{Length: int64(len(before)), Then: int64(len(before) + len(gap)), Rest: int64(len(after))}
}

// PDF makes a paper of one page with a line of text on it, signed as a whole by a signer.
func PDF(t testing.TB, by Authority, chain []*x509.Certificate, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	var at []int
	object := func(body string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	b.WriteString("%PDF-1.7\n")
	object("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>")
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[6 0 R]>>")
	content := fmt.Sprintf("BT /F 24 Tf 72 720 Td (%s) Tj ET\n72 700 200 2 re f", text)
	object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
	object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	object("<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/Rect[0 0 0 0]/F 132/P 3 0 R/V 7 0 R>>")
	// The range is known only once the file is, so its numbers have a width of their own.
	const width = "%010d %010d %010d %010d"
	at = append(at, b.Len())
	fmt.Fprintf(&b, "7 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[")
	span := b.Len()
	fmt.Fprintf(&b, width, 0, 0, 0, 0)
	b.WriteString("]/Contents")
	before := b.Len()
	tail := ">>\nendobj\n"
	end := before + reserved + 2 // where the part after the gap begins
	table := end + len(tail)
	tail += fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		tail += fmt.Sprintf("%010d 00000 n \n", o)
	}
	tail += fmt.Sprintf("trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	head := b.Bytes()
	copy(head[span:], fmt.Sprintf(width, 0, before, end, len(tail)))
	file, _ := Between(t, by, chain, pkcs7.OIDDigestAlgorithmSHA256, string(head), tail)
	return file
}

// Append adds to a signed paper what a program adds when it saves it again: a comment and a copy of its end.
func Append(file []byte) []byte {
	end := bytes.LastIndex(file, []byte("startxref"))
	return append(append(bytes.Clone(file), "% added later\n"...), file[end:]...)
}
