package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// pki is a folder of certificates and keys. Control planes that share one accept each other's clients.
type pki struct{ dir string }

func (p pki) file(name string) string { return filepath.Join(p.dir, name) }

// ensurePKI makes the folder's files unless they are there already.
func ensurePKI(ctx context.Context, dir string) (pki, error) {
	p := pki{dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return p, err
	}
	lock, err := waitLock(ctx, p.file("lock"), 30*time.Second)
	if err != nil {
		return p, err
	}
	defer lock.Close()
	if _, err := os.Stat(p.file("complete")); err == nil {
		return p, nil
	}
	if err := p.make(); err != nil {
		return p, err
	}
	return p, os.WriteFile(p.file("complete"), nil, 0o600)
}

func (p pki) make() error {
	ca, caKey, err := p.certificate("ca", nil, nil, &x509.Certificate{
		Subject:               pkix.Name{CommonName: "nodeusage-test-ca"},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IsCA:                  true,
		BasicConstraintsValid: true,
	})
	if err != nil {
		return err
	}
	client := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	for name, template := range map[string]*x509.Certificate{
		"server": {
			Subject:     pkix.Name{CommonName: "kube-apiserver"},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		},
		"admin":       {Subject: pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}}, ExtKeyUsage: client},
		"front-proxy": {Subject: pkix.Name{CommonName: "front-proxy"}, ExtKeyUsage: client},
	} {
		if _, _, err := p.certificate(name, ca, caKey, template); err != nil {
			return err
		}
	}
	return p.serviceAccountKeys()
}

// certificate signs the template with the CA, or with its own key where there is none, and writes NAME.crt and NAME.key.
func (p pki) certificate(name string, ca *x509.Certificate, caKey *ecdsa.PrivateKey, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template.NotBefore = time.Now().Add(-time.Hour)
	template.NotAfter = time.Now().AddDate(10, 0, 0)
	if ca == nil {
		ca, caKey = template, key
	} else {
		template.KeyUsage = x509.KeyUsageDigitalSignature
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca, &key.PublicKey, caKey)
	if err != nil {
		return nil, nil, err
	}
	if err := p.writePEM(name+".crt", "CERTIFICATE", der); err != nil {
		return nil, nil, err
	}
	if err := p.writeKey(name+".key", key); err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return certificate, key, err
}

func (p pki) serviceAccountKeys() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	if err := p.writePEM("service-account.pub", "PUBLIC KEY", public); err != nil {
		return err
	}
	return p.writeKey("service-account.key", key)
}

func (p pki) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return p.writePEM(name, "EC PRIVATE KEY", der)
}

func (p pki) writePEM(name, kind string, der []byte) error {
	return os.WriteFile(p.file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
