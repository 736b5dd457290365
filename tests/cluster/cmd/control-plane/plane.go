package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const (
	etcd          = "etcd"
	kubeAPIServer = "kube-apiserver"
	metricsServer = "metrics-server"
	kwok          = "kwok"
)

// plane is one control plane: its files, ports and processes.
type plane struct {
	dir        string
	bin        string
	pki        pki
	ports      map[string]int
	held       []net.PacketConn // see freePort
	processes  map[string]*process
	kubeconfig string
	client     *rest.Config
	http       *http.Client // for health and metrics, by the admin's certificate
}

func newPlane(ctx context.Context, dir, pkiDir string, metricResolution time.Duration) (*plane, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &plane{
		dir:        dir,
		bin:        filepath.Dir(self),
		ports:      map[string]int{},
		kubeconfig: filepath.Join(dir, "kubeconfig"),
	}
	if p.pki, err = ensurePKI(ctx, pkiDir); err != nil {
		return nil, err
	}
	for _, name := range []string{etcd, kubeAPIServer, metricsServer, kwok} {
		if p.ports[name], err = p.freePort(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		return nil, err
	}
	if err := p.writeKubeconfig(); err != nil {
		return nil, err
	}
	if err := p.makeClients(); err != nil {
		return nil, err
	}
	p.defineProcesses(metricResolution)
	return p, nil
}

// freePort finds a port that is free for TCP. Its UDP twin is held as long as this process lives: that tells other
// control planes to keep off, also while the program meant for the port does not run. It lies below the ports which the
// kernel gives to outgoing connections.
func (p *plane) freePort() (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(12000)
		address := loopback(port)
		twin, err := net.ListenPacket("udp4", address)
		if err != nil {
			continue
		}
		listener, err := net.Listen("tcp4", address)
		if err != nil {
			twin.Close()
			continue
		}
		listener.Close()
		p.held = append(p.held, twin)
		return port, nil
	}
	return 0, errors.New("no free port found")
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func (p *plane) address(name string) string { return loopback(p.ports[name]) }

func (p *plane) server() string { return "https://" + p.address(kubeAPIServer) }

func (p *plane) writeKubeconfig() error {
	contents := map[string][]byte{}
	for _, name := range []string{"ca.crt", "admin.crt", "admin.key"} {
		content, err := os.ReadFile(p.pki.file(name))
		if err != nil {
			return err
		}
		contents[name] = content
	}
	const name = "nodeusage-test"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: p.server(), CertificateAuthorityData: contents["ca.crt"]}
	config.AuthInfos["admin"] = &clientcmdapi.AuthInfo{
		ClientCertificateData: contents["admin.crt"],
		ClientKeyData:         contents["admin.key"],
	}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: "admin"}
	config.CurrentContext = name
	return clientcmd.WriteToFile(*config, p.kubeconfig)
}

func (p *plane) makeClients() error {
	var err error
	if p.client, err = clientConfig(p.kubeconfig); err != nil {
		return err
	}
	ca, err := os.ReadFile(p.pki.file("ca.crt"))
	if err != nil {
		return err
	}
	admin, err := tls.LoadX509KeyPair(p.pki.file("admin.crt"), p.pki.file("admin.key"))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	p.http = &http.Client{
		Timeout: 5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{
			RootCAs:      roots,
			Certificates: []tls.Certificate{admin},
		}},
	}
	return nil
}

func clientConfig(kubeconfig string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // no limit
	config.Timeout = 30 * time.Second
	return config, nil
}

func (p *plane) defineProcesses(metricResolution time.Duration) {
	port := func(name string) string { return strconv.Itoa(p.ports[name]) }
	arguments := map[string][]string{
		etcd: {
			"--data-dir=" + filepath.Join(p.dir, "etcd"),
			"--listen-client-urls=http://" + p.address(etcd),
			"--advertise-client-urls=http://" + p.address(etcd),
			"--listen-peer-urls=http://127.0.0.1:0", // it has no peers, but listens all the same
			"--unsafe-no-fsync",
			"--log-level=warn",
		},
		kubeAPIServer: {
			"--etcd-servers=http://" + p.address(etcd),
			"--bind-address=127.0.0.1",
			"--secure-port=" + port(kubeAPIServer),
			"--endpoint-reconciler-type=none", // with any other it refuses a loopback address
			"--service-cluster-ip-range=10.96.0.0/16",
			"--authorization-mode=RBAC",
			// No controllers run that would make the accounts which the first asks for, and take away the taints which
			// the second adds to each new node.
			"--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
			"--cert-dir=" + filepath.Join(p.dir, kubeAPIServer),
			"--client-ca-file=" + p.pki.file("ca.crt"),
			"--tls-cert-file=" + p.pki.file("server.crt"),
			"--tls-private-key-file=" + p.pki.file("server.key"),
			"--service-account-issuer=https://kubernetes.default.svc",
			"--service-account-key-file=" + p.pki.file("service-account.pub"),
			"--service-account-signing-key-file=" + p.pki.file("service-account.key"),
			"--requestheader-client-ca-file=" + p.pki.file("ca.crt"),
			"--requestheader-allowed-names=front-proxy",
			"--requestheader-username-headers=X-Remote-User",
			"--requestheader-group-headers=X-Remote-Group",
			"--requestheader-extra-headers-prefix=X-Remote-Extra-",
			"--proxy-client-cert-file=" + p.pki.file("front-proxy.crt"),
			"--proxy-client-key-file=" + p.pki.file("front-proxy.key"),
		},
		metricsServer: {
			"--bind-address=127.0.0.1",
			"--secure-port=" + port(metricsServer),
			"--tls-cert-file=" + p.pki.file("server.crt"),
			"--tls-private-key-file=" + p.pki.file("server.key"),
			"--kubeconfig=" + p.kubeconfig,
			"--authentication-kubeconfig=" + p.kubeconfig,
			"--authorization-kubeconfig=" + p.kubeconfig,
			"--deprecated-kubelet-completely-insecure", // thousands of TLS handshakes would outlast a round of samples
			"--kubelet-use-node-status-port",
			"--kubelet-preferred-address-types=InternalIP",
			"--kubelet-request-timeout=" + (metricResolution * 8 / 10).String(),
			"--metric-resolution=" + metricResolution.String(),
		},
		kwok: {
			"--kubeconfig=" + p.kubeconfig,
			"--config=" + filepath.Join(p.bin, "kwok.yaml"),
			"--manage-all-nodes=true",
			"--disregard-status-with-label-selector=" + samplesLabel + "=none", // else it would make lost nodes ready
			"--node-ip=127.0.0.1",
			"--node-port=" + port(kwok),
			"--server-address=" + p.address(kwok),
			"--node-lease-duration-seconds=0",
		},
	}
	health := map[string]string{
		etcd:          "http://" + p.address(etcd) + "/readyz",
		kubeAPIServer: p.server() + "/readyz",
		// Its /readyz waits for the first sample, which without nodes never comes.
		metricsServer: "https://" + p.address(metricsServer) + "/livez",
		kwok:          "http://" + p.address(kwok) + "/readyz",
	}
	p.processes = map[string]*process{}
	for name, args := range arguments {
		p.processes[name] = &process{
			name:  name,
			path:  filepath.Join(p.bin, name),
			args:  args,
			dir:   p.dir,
			log:   filepath.Join(p.dir, "logs", name+".log"),
			ready: func(ctx context.Context) error { _, err := p.get(ctx, health[name]); return err },
		}
	}
}

// get reads a page of one of the processes.
func (p *plane) get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := p.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return body, err
}

// end stops all processes: at once first, and after a bound by force.
func (p *plane) end() {
	for _, name := range []string{metricsServer, kwok, kubeAPIServer, etcd} {
		if process := p.processes[name]; process.running() {
			_ = process.askToEnd() // what does not listen is killed below
		}
	}
	deadline := time.After(time.Second) // nothing of theirs is kept
	for _, process := range p.processes {
		if process.done == nil {
			continue
		}
		select {
		case <-process.done:
		case <-deadline:
			deadline = time.After(0)
			if process.running() {
				_ = process.kill() // fails only if it has just ended
			}
		}
	}
}
