package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // old signatures are judged by what they were made with; reports name it
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/smallstep/pkcs7"

	"sohoa/internal/archive"
)

// maxContents bounds the gap a signature stands in: real ones reserve 16 to 64 KiB.
const maxContents = 1 << 20

// Range is a ByteRange of four numbers: what is signed before the gap, and after it.
type Range struct {
	From, Length int64 // before
	Then, Rest   int64 // after
}

// Judge judges the signature that stands in the gap of a range of a file of size bytes. Without roots nobody is known. claimed is the time that
// the file states beside the signature, zero for none; one inside the signature goes before it.
func Judge(file io.ReaderAt, size int64, r Range, claimed time.Time, roots *x509.CertPool) archive.Signature {
	s := archive.Signature{Integrity: archive.Unreadable, Trust: archive.NotJudged, SignedAt: claimed}
	contents, err := r.gap(file, size)
	if err != nil {
		s.Detail = err.Error()
		return s
	}
	s.Covered, s.Whole = r.Then+r.Rest, r.Then+r.Rest == size
	if err := judge(&s, contents, r.reader(file), roots); err != nil {
		s.Detail = shown(err.Error()) // may quote the certificate
	}
	if y := s.SignedAt.Year(); y < 1900 || y > 9000 { // no time anybody signed at, and not every store of times takes it
		s.SignedAt = time.Time{}
	}
	return s
}

// reader gives the bytes that were signed.
func (r Range) reader(file io.ReaderAt) io.Reader {
	return io.MultiReader(io.NewSectionReader(file, r.From, r.Length), io.NewSectionReader(file, r.Then, r.Rest))
}

// gap reads the signature out of what the range leaves out: one hexadecimal string and nothing else.
func (r Range) gap(file io.ReaderAt, size int64) ([]byte, error) {
	end := r.From + r.Length
	switch {
	case r.From != 0:
		return nil, errors.New("what is signed does not begin with the file")
	case r.Length < 0 || r.Rest < 0 || end < 0 || r.Then <= end || r.Then > size || r.Rest > size-r.Then:
		return nil, errors.New("the signed ranges do not lie in the file")
	case r.Then-end > maxContents:
		return nil, fmt.Errorf("the signature has more than %d bytes", maxContents)
	}
	gap := make([]byte, r.Then-end)
	if _, err := file.ReadAt(gap, end); err != nil {
		return nil, fmt.Errorf("read the signature: %w", err)
	}
	inner, ok := bytes.CutPrefix(gap, []byte("<"))
	if ok {
		inner, ok = bytes.CutSuffix(inner, []byte(">"))
	}
	if !ok {
		return nil, errors.New("the signed ranges leave out more than the signature")
	}
	contents := make([]byte, hex.DecodedLen(len(inner)))
	if _, err := hex.Decode(contents, inner); err != nil {
		return nil, errors.New("the signature is not hexadecimal")
	}
	return contents, nil
}

func judge(s *archive.Signature, contents []byte, signed io.Reader, roots *x509.CertPool) error {
	p, err := parse(contents)
	if err != nil {
		return err
	}
	if len(p.Signers) != 1 {
		return fmt.Errorf("the signature names %d signers, not one", len(p.Signers))
	}
	signer := p.Signers[0]
	var cert *x509.Certificate
	for _, c := range p.Certificates {
		id := signer.IssuerAndSerialNumber
		if c.SerialNumber != nil && id.SerialNumber != nil && c.SerialNumber.Cmp(id.SerialNumber) == 0 && bytes.Equal(c.RawIssuer, id.IssuerName.FullBytes) {
			cert = c
		}
	}
	if cert == nil {
		return errors.New("the signer's certificate is missing")
	}
	s.Signer = shown(cert.Subject.CommonName)
	s.Organisation = shown(strings.Join(append(append([]string{}, cert.Subject.OrganizationalUnit...), cert.Subject.Organization...), ", "))
	hash, name := hashOf(signer.DigestAlgorithm.Algorithm)
	if hash == 0 {
		return fmt.Errorf("signed with an unknown hash, %s", signer.DigestAlgorithm.Algorithm)
	}
	s.Digest = name
	h := hash.New()
	if _, err := io.Copy(h, signed); err != nil {
		return fmt.Errorf("read what was signed: %w", err)
	}
	digest := h.Sum(nil)
	if len(signer.AuthenticatedAttributes) > 0 {
		var stated []byte
		if err := p.UnmarshalSignedAttribute(pkcs7.OIDAttributeMessageDigest, &stated); err != nil {
			return errors.New("the signature does not say what was signed")
		}
		if !bytes.Equal(stated, digest) {
			s.Integrity = archive.Altered
			return errors.New("the file was changed after it was signed")
		}
		var at time.Time
		if p.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &at) == nil {
			s.SignedAt = at
		}
		var attrs []attribute
		for _, a := range signer.AuthenticatedAttributes {
			attrs = append(attrs, attribute{a.Type, a.Value})
		}
		body, err := asn1.Marshal(struct {
			A []attribute `asn1:"set"`
		}{attrs})
		if err != nil {
			return fmt.Errorf("signed attributes: %w", err)
		}
		var set asn1.RawValue
		if _, err := asn1.Unmarshal(body, &set); err != nil {
			return fmt.Errorf("signed attributes: %w", err)
		}
		h.Reset()
		h.Write(set.Bytes)
		digest = h.Sum(nil)
	}
	if err := check(cert.PublicKey, signer.DigestEncryptionAlgorithm.Algorithm, hash, digest, signer.EncryptedDigest); err != nil {
		s.Integrity = archive.Altered
		return err
	}
	s.Integrity = archive.Intact
	var why error
	s.Trust, why = trust(cert, p.Certificates, roots, s.SignedAt)
	return why
}

// maxName bounds a name taken from a certificate, in bytes; RFC 5280 allows 64 characters for each part.
const maxName = 512

// shown makes a name out of a certificate fit to be stored and shown: valid UTF-8 without characters that hide or reverse others, of bounded length.
func shown(name string) string {
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(name, "�"))
	for len(name) > maxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return strings.TrimSpace(name)
}

// attribute mirrors CMS's Attribute; Value holds the whole set of values.
type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue `asn1:"set"`
}

// parse reads the CMS structure at the start of contents: zeros fill what was reserved. The library may panic on rubble.
func parse(contents []byte) (p *pkcs7.PKCS7, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, errors.New("the signature is damaged")
		}
	}()
	var first asn1.RawValue
	if rest, derr := asn1.Unmarshal(contents, &first); derr == nil {
		contents = contents[:len(contents)-len(rest)]
	}
	if p, err = pkcs7.Parse(contents); err != nil {
		return nil, errors.New("the signature is not CMS, or damaged")
	}
	return p, nil
}

func hashOf(oid asn1.ObjectIdentifier) (crypto.Hash, string) {
	for _, k := range []struct {
		oid  asn1.ObjectIdentifier
		hash crypto.Hash
		name string
	}{
		{pkcs7.OIDDigestAlgorithmSHA256, crypto.SHA256, "SHA-256"}, {pkcs7.OIDDigestAlgorithmSHA384, crypto.SHA384, "SHA-384"},
		{pkcs7.OIDDigestAlgorithmSHA512, crypto.SHA512, "SHA-512"}, {pkcs7.OIDDigestAlgorithmSHA1, crypto.SHA1, "SHA-1"},
	} {
		if oid.Equal(k.oid) {
			return k.hash, k.name
		}
	}
	return 0, ""
}

// check verifies the signature proper. RSA with PSS names itself (RFC 4055); all else with RSA keys is PKCS #1 1.5.
func check(key any, algorithm asn1.ObjectIdentifier, hash crypto.Hash, digest, signature []byte) error {
	ok := false
	switch k := key.(type) {
	case *rsa.PublicKey:
		if algorithm.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}) {
			ok = rsa.VerifyPSS(k, hash, digest, signature, nil) == nil
		} else {
			ok = rsa.VerifyPKCS1v15(k, hash, digest, signature) == nil
		}
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(k, digest, signature)
	default:
		return fmt.Errorf("signed with an unknown kind of key, %T", key)
	}
	if !ok {
		return errors.New("the signature does not fit the signer's key")
	}
	return nil
}

// trust follows the certificates up to a configured root, as of a time; where none is known, as of now.
func trust(cert *x509.Certificate, others []*x509.Certificate, roots *x509.CertPool, at time.Time) (archive.Trust, error) {
	if at.IsZero() {
		at = time.Now()
	}
	if roots == nil {
		roots = x509.NewCertPool()
	}
	between := x509.NewCertPool()
	for _, c := range others {
		between.AddCert(c)
	}
	// Signing certificates carry critical extensions that TLS knows nothing of.
	leaf := *cert
	leaf.UnhandledCriticalExtensions = nil
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err == nil {
		return archive.Trusted, nil
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return archive.Expired, errors.New("the certificate was not valid when the paper was signed")
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		if at.Before(cert.NotBefore) || at.After(cert.NotAfter) {
			return archive.Expired, errors.New("the certificate was not valid when the paper was signed, and its authority is not configured")
		}
		return archive.UnknownRoot, errors.New("the authority that issued the certificate is not configured")
	}
	return archive.Untrusted, fmt.Errorf("the certificate cannot be followed to a root: %w", err)
}
