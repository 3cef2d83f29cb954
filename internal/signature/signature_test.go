package signature_test

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"sohoa/internal/archive"
	"sohoa/internal/signature"
	"sohoa/internal/signature/signaturetest"
)

const before, after = "%PDF-1.7 what stands before ", " and what stands after it %%EOF"

// sign makes a file with a signature in a gap of 16 KiB.
func sign(t testing.TB, by signaturetest.Authority, chain []*x509.Certificate, digest asn1.ObjectIdentifier) ([]byte, signature.Range) {
	t.Helper()
	return signaturetest.Between(t, by, chain, digest, before, after)
}

func TestIntegrityCoverageAndTrustAreApart(t *testing.T) {
	t.Parallel()
	now := time.Now()
	year := 365 * 24 * time.Hour
	root := signaturetest.Issue(t, nil, "Gốc thử nghiệm", now.Add(-5*year), now.Add(5*year), false)
	signer := signaturetest.Issue(t, &root, "Ủy ban nhân dân tỉnh", now.Add(-year), now.Add(year), false)
	curved := signaturetest.Issue(t, &root, "Sở Tư pháp", now.Add(-year), now.Add(year), true)
	stale := signaturetest.Issue(t, &root, "Văn thư cũ", now.Add(-3*year), now.Add(-2*year), false)
	roots := signaturetest.Pool(root)
	chain := []*x509.Certificate{root.Cert}
	same := func(b []byte, r signature.Range) ([]byte, signature.Range) { return b, r }
	for name, tc := range map[string]struct {
		by     signaturetest.Authority
		digest asn1.ObjectIdentifier
		roots  *x509.CertPool
		change func([]byte, signature.Range) ([]byte, signature.Range)
		want   archive.Signature
	}{
		"valid":            {signer, pkcs7.OIDDigestAlgorithmSHA256, roots, same, archive.Signature{Integrity: archive.Intact, Whole: true, Trust: archive.Trusted}},
		"valid by a curve": {curved, pkcs7.OIDDigestAlgorithmSHA256, roots, same, archive.Signature{Integrity: archive.Intact, Whole: true, Trust: archive.Trusted}},
		"valid with the hash of old": {signer, pkcs7.OIDDigestAlgorithmSHA1, roots, same,
			archive.Signature{Integrity: archive.Intact, Whole: true, Trust: archive.Trusted, Digest: "SHA-1"}},
		"by an unknown root": {signer, pkcs7.OIDDigestAlgorithmSHA256, nil, same, archive.Signature{Integrity: archive.Intact, Whole: true, Trust: archive.UnknownRoot}},
		"altered": {signer, pkcs7.OIDDigestAlgorithmSHA256, roots, func(b []byte, r signature.Range) ([]byte, signature.Range) {
			b[10] ^= 1
			return b, r
		}, archive.Signature{Integrity: archive.Altered, Whole: true, Trust: archive.NotJudged}},
		"appended after signing": {signer, pkcs7.OIDDigestAlgorithmSHA256, roots, func(b []byte, r signature.Range) ([]byte, signature.Range) {
			return append(b, "more"...), r
		}, archive.Signature{Integrity: archive.Intact, Whole: false, Trust: archive.Trusted}},
		"by a certificate that had expired": {stale, pkcs7.OIDDigestAlgorithmSHA256, roots, same, archive.Signature{Integrity: archive.Intact, Whole: true, Trust: archive.Expired}},
		"with a gap that leaves out more": {signer, pkcs7.OIDDigestAlgorithmSHA256, roots, func(b []byte, r signature.Range) ([]byte, signature.Range) {
			r.Length -= 4
			return b, r
		}, archive.Signature{Integrity: archive.Unreadable, Trust: archive.NotJudged}},
		"with ranges beyond the file": {signer, pkcs7.OIDDigestAlgorithmSHA256, roots, func(b []byte, r signature.Range) ([]byte, signature.Range) {
			r.Rest = 1 << 60
			return b, r
		}, archive.Signature{Integrity: archive.Unreadable, Trust: archive.NotJudged}},
		"cut off": {signer, pkcs7.OIDDigestAlgorithmSHA256, roots, func(b []byte, r signature.Range) ([]byte, signature.Range) {
			copy(b[r.Length+40:], bytes.Repeat([]byte("0"), 2000))
			return b, r
		}, archive.Signature{Integrity: archive.Unreadable, Whole: true, Trust: archive.NotJudged}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, span := sign(t, tc.by, chain, tc.digest)
			file, span = tc.change(file, span)
			got := signature.Judge(bytes.NewReader(file), int64(len(file)), span, time.Time{}, tc.roots)
			if got.Integrity != tc.want.Integrity || got.Whole != tc.want.Whole || got.Trust != tc.want.Trust || tc.want.Digest != "" && got.Digest != tc.want.Digest {
				t.Errorf("judged %+v", got)
			}
			if got.Integrity != archive.Unreadable && (got.Signer != tc.by.Cert.Subject.CommonName || got.Organisation != "Văn phòng, Tỉnh Quảng Minh") {
				t.Errorf("signed by %q of %q", got.Signer, got.Organisation)
			}
			if clean := got.Integrity == archive.Intact && got.Trust == archive.Trusted; clean != (got.Detail == "") {
				t.Errorf("detail %q of %+v", got.Detail, got)
			}
		})
	}
}

// FuzzJudge: whatever stands in the gap, nothing is called intact that no key signed, and nothing panics.
func FuzzJudge(f *testing.F) {
	now := time.Now()
	root := signaturetest.Issue(f, nil, "gốc", now.Add(-time.Hour), now.Add(time.Hour), true)
	file, span := sign(f, root, nil, pkcs7.OIDDigestAlgorithmSHA256)
	cms, err := hex.DecodeString(strings.TrimRight(string(file[span.Length+1:span.Then-1]), "0") + "0")
	if err != nil {
		cms = nil
	}
	f.Add(cms)
	f.Add([]byte{0x30, 0x80, 0x06, 0x09})
	f.Fuzz(func(t *testing.T, contents []byte) {
		b := fmt.Appendf(nil, "%s<%x>other", before, contents)
		r := signature.Range{Length: int64(len(before)), Then: int64(len(b) - 5), Rest: 5}
		if s := signature.Judge(bytes.NewReader(b), int64(len(b)), r, time.Time{}, nil); s.Integrity == archive.Intact {
			t.Errorf("called intact: %+v", s)
		}
	})
}
