// Package signaturetest makes certificate authorities and papers that they sign, for tests.
package signaturetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

// Authority is a certificate with its key: an authority's, or a signer's.
type Authority struct {
	Cert *x509.Certificate
	Key  crypto.Signer
}

// Issue makes a certificate valid from one time to another: issued by an authority, by itself where there is none. curved asks for an ECDSA
// key instead of RSA.
func Issue(t testing.TB, by *Authority, name string, from, to time.Time, curved bool) Authority {
	t.Helper()
	key := newKey(t, curved)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Tỉnh Quảng Minh"}, OrganizationalUnit: []string{"Văn phòng"}},
		NotBefore: from, NotAfter: to, IsCA: by == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.Cert, by.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return Authority{cert, key}
}

// Pool holds the certificates of authorities as roots.
func Pool(of ...Authority) *x509.CertPool {
	p := x509.NewCertPool()
	for _, a := range of {
		p.AddCert(a.Cert)
	}
	return p
}

func newKey(t testing.TB, curved bool) crypto.Signer {
	t.Helper()
	var k crypto.Signer
	var err error
	if curved {
		k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		k, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}
