package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// samplesLabel marks with "none" the nodes that no sample can be had of.
	samplesLabel  = "nodeusage.test/samples"
	loadNamespace = "simulated-load"
	gpu           = corev1.ResourceName("nvidia.com/gpu")
	longestName   = 63 // of a label's value, and the name is also one: kubernetes.io/hostname
)

// machine is a kind of node.
type machine struct {
	pool, instance, arch string
	cores                int64
	memoryGiB            int64
	gpus                 int64
	swapGiB              int64
	hugepages            string
	taints               []corev1.Taint
}

func noSchedule(key, value string) corev1.Taint {
	return corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffectNoSchedule}
}

var controlPlaneMachine = machine{
	pool: "control-plane", instance: "m6i.xlarge", arch: "amd64", cores: 4, memoryGiB: 16, hugepages: "0",
	taints: []corev1.Taint{noSchedule("node-role.kubernetes.io/control-plane", "")},
}

// machines come in turn; those that are listed more than once are so in clusters, too.
var machines = []machine{
	{pool: "general", instance: "m6i.xlarge", arch: "amd64", cores: 4, memoryGiB: 16, hugepages: "0"},
	{pool: "general", instance: "m6i.2xlarge", arch: "amd64", cores: 8, memoryGiB: 32, hugepages: "0"},
	{pool: "general", instance: "m7g.4xlarge", arch: "arm64", cores: 16, memoryGiB: 64, hugepages: "0"},
	{pool: "compute", instance: "c7g.8xlarge", arch: "arm64", cores: 32, memoryGiB: 64, hugepages: "0"},
	{pool: "edge", instance: "t3.medium", arch: "amd64", cores: 2, memoryGiB: 4, swapGiB: 2, hugepages: "0",
		taints: []corev1.Taint{{Key: "dedicated", Value: "edge", Effect: corev1.TaintEffectPreferNoSchedule}}},
	{pool: "general", instance: "m6i.2xlarge", arch: "amd64", cores: 8, memoryGiB: 32, hugepages: "0"},
	{pool: "memory", instance: "r6i.4xlarge", arch: "amd64", cores: 16, memoryGiB: 128, swapGiB: 8, hugepages: "4Gi",
		taints: []corev1.Taint{noSchedule("dedicated", "databases")}},
	{pool: "general", instance: "m6i.xlarge", arch: "amd64", cores: 4, memoryGiB: 16, hugepages: "0"},
	{pool: "compute", instance: "c6i.24xlarge", arch: "amd64", cores: 96, memoryGiB: 192, hugepages: "0"},
	{pool: "gpu", instance: "g5.12xlarge", arch: "amd64", cores: 48, memoryGiB: 192, gpus: 4, hugepages: "0",
		taints: []corev1.Taint{noSchedule(string(gpu), "present")}},
	{pool: "general", instance: "m7g.4xlarge", arch: "arm64", cores: 16, memoryGiB: 64, hugepages: "0"},
	{pool: "gpu", instance: "p4d.24xlarge", arch: "amd64", cores: 96, memoryGiB: 1152, gpus: 8, hugepages: "2Gi",
		taints: []corev1.Taint{noSchedule(string(gpu), "present"), {Key: "spot", Value: "true", Effect: corev1.TaintEffectNoExecute}}},
}

// What is special about a node follows from its index alone; the numbers have few common factors with the count of
// machines, so that the special things meet all kinds of them.
func isControlPlane(index int) bool { return index < 3 }
func isCordoned(index int) bool     { return index%13 == 7 }
func isUnscraped(index int) bool    { return index%19 == 11 } // it runs, but its figures can't be read
func isLost(index int) bool         { return index%37 == 23 } // its kubelet is gone
func hasSample(index int) bool      { return !isUnscraped(index) && !isLost(index) }
func hasLongName(index int) bool    { return index%11 == 4 }
func underPressure(index int) bool  { return index%31 == 17 }

func machineOf(index int) machine {
	if isControlPlane(index) {
		return controlPlaneMachine
	}
	return machines[index%len(machines)]
}

func zoneOf(index int) (region, zone string) {
	region = []string{"eu-central-1", "eu-central-1", "us-east-1"}[index/7%3]
	return region, region + string("abc"[(index+index/len(machines))%3])
}

func nodeName(index int) string {
	_, zone := zoneOf(index)
	name := fmt.Sprintf("%s-%s-%05d", machineOf(index).pool, zone, index)
	if hasLongName(index) {
		name += "-" + strings.Repeat(digits(name), 4)[:longestName-len(name)-1]
	}
	return name
}

// digits gives 16 hexadecimal digits that always are the same for the text.
func digits(text string) string {
	hash := fnv.New64a()
	hash.Write([]byte(text))
	return fmt.Sprintf("%016x", hash.Sum64())
}

// newNode describes the node as a kubelet would that listens on kubeletPort.
func newNode(index, kubeletPort int) *corev1.Node {
	m := machineOf(index)
	name := nodeName(index)
	region, zone := zoneOf(index)
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				corev1.LabelHostname:           name,
				corev1.LabelArchStable:         m.arch,
				corev1.LabelOSStable:           "linux",
				corev1.LabelInstanceTypeStable: m.instance,
				corev1.LabelTopologyRegion:     region,
				corev1.LabelTopologyZone:       zone,
				"pool":                         m.pool,
			},
			Annotations: map[string]string{"metrics.k8s.io/resource-metrics-path": "/metrics/nodes/" + name + "/metrics/resource"},
		},
		Spec: corev1.NodeSpec{
			ProviderID: fmt.Sprintf("aws:///%s/i-0%s", zone, digits(name)),
			Taints:     append([]corev1.Taint(nil), m.taints...),
		},
		Status: corev1.NodeStatus{
			Phase:           corev1.NodeRunning,
			Conditions:      conditions(index),
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(kubeletPort)}},
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: "127.0.0.1"}, // where the stand-in for its kubelet listens
				{Type: corev1.NodeHostName, Address: name},
			},
			NodeInfo: nodeInfo(name, m),
			Images:   images(index),
		},
	}
	node.Status.Capacity, node.Status.Allocatable = resources(index, m)
	taint := func(key string, effect corev1.TaintEffect) {
		node.Spec.Taints = append(node.Spec.Taints, corev1.Taint{Key: key, Effect: effect})
	}
	if isControlPlane(index) {
		node.Labels["node-role.kubernetes.io/control-plane"] = ""
	}
	if isCordoned(index) {
		node.Spec.Unschedulable = true
		taint(corev1.TaintNodeUnschedulable, corev1.TaintEffectNoSchedule)
	}
	if underPressure(index) {
		taint(corev1.TaintNodeMemoryPressure, corev1.TaintEffectNoSchedule)
	}
	if isLost(index) {
		taint(corev1.TaintNodeUnreachable, corev1.TaintEffectNoSchedule)
		taint(corev1.TaintNodeUnreachable, corev1.TaintEffectNoExecute)
	}
	if !hasSample(index) {
		node.Labels[samplesLabel] = "none"
		delete(node.Annotations, "metrics.k8s.io/resource-metrics-path") // without it there is nothing to scrape
	}
	return node
}

// resources gives capacity and allocatable, which is less by what the kubelet keeps for itself and the system: the
// shares that managed clusters reserve.
func resources(index int, m machine) (capacity, allocatable corev1.ResourceList) {
	memory := m.memoryGiB<<20 - m.memoryGiB<<14 - 1024 - int64(index%977)*4 // Ki; the kernel takes some, never the same
	hugepages := resource.MustParse(m.hugepages)
	capacity = corev1.ResourceList{
		corev1.ResourceCPU:              *resource.NewQuantity(m.cores, resource.DecimalSI),
		corev1.ResourceMemory:           *resource.NewQuantity(memory<<10, resource.BinarySI),
		corev1.ResourceEphemeralStorage: resource.MustParse("83873772Ki"),
		corev1.ResourcePods:             resource.MustParse("110"),
		"hugepages-1Gi":                 resource.MustParse("0"),
		"hugepages-2Mi":                 hugepages,
	}
	if m.gpus > 0 {
		capacity[gpu] = *resource.NewQuantity(m.gpus, resource.DecimalSI)
	}
	allocatable = capacity.DeepCopy()
	allocatable[corev1.ResourceCPU] = *resource.NewMilliQuantity(1000*m.cores-reservedMilliCores(m.cores), resource.DecimalSI)
	reserved := 100<<10 + reservedShare(memory, []int64{4 << 20, 4 << 20, 8 << 20, 112 << 20, math.MaxInt64}, []int64{2500, 2000, 1000, 600, 200})
	allocatable[corev1.ResourceMemory] = *resource.NewQuantity((memory-reserved)<<10-hugepages.Value(), resource.BinarySI)
	allocatable[corev1.ResourceEphemeralStorage] = resource.MustParse("76224326324") // the kubelet writes bytes here
	return capacity, allocatable
}

func reservedMilliCores(cores int64) int64 {
	return reservedShare(1000*cores, []int64{1000, 1000, 2000, math.MaxInt64}, []int64{600, 100, 50, 25})
}

// reservedShare adds up, layer by layer, so many ten-thousandths of each layer.
func reservedShare(amount int64, layers, tenThousandths []int64) (sum int64) {
	for i, layer := range layers {
		part := min(amount, layer)
		sum += part * tenThousandths[i] / 10_000
		amount -= part
	}
	return sum
}

func conditions(index int) []corev1.NodeCondition {
	now := metav1.Now()
	since := metav1.NewTime(now.Add(-time.Duration(index%240+1) * time.Hour))
	condition := func(kind corev1.NodeConditionType, bad bool, reason, message string) corev1.NodeCondition {
		status := corev1.ConditionFalse
		if bad != (kind == corev1.NodeReady) {
			status = corev1.ConditionTrue
		}
		if isLost(index) {
			status, reason, message = corev1.ConditionUnknown, "NodeStatusUnknown", "Kubelet stopped posting node status."
		}
		return corev1.NodeCondition{
			Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: since,
		}
	}
	memory := condition(corev1.NodeMemoryPressure, false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available")
	if underPressure(index) {
		memory = condition(corev1.NodeMemoryPressure, true, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
	}
	return []corev1.NodeCondition{
		memory,
		condition(corev1.NodeDiskPressure, false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
		condition(corev1.NodePIDPressure, false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
		condition(corev1.NodeReady, false, "KubeletReady", "kubelet is posting ready status"),
	}
}

func nodeInfo(name string, m machine) corev1.NodeSystemInfo {
	info := corev1.NodeSystemInfo{
		MachineID:               digits(name+"machine") + digits(name),
		SystemUUID:              "ec2" + digits(name + "system")[:5] + "-0000-4000-8000-" + digits(name)[:12],
		BootID:                  "b0070000-0000-4000-8000-" + digits(name + "boot")[:12],
		KernelVersion:           "6.12.48-cloud-" + m.arch,
		OSImage:                 "Debian GNU/Linux 13 (trixie)",
		ContainerRuntimeVersion: "containerd://2.1.4",
		KubeletVersion:          "v1.37.2",
		OperatingSystem:         "linux",
		Architecture:            m.arch,
	}
	if m.swapGiB > 0 {
		capacity := m.swapGiB << 30
		info.Swap = &corev1.NodeSwapStatus{Capacity: &capacity}
	}
	return info
}

// images gives 40 images of two names each, as many as a kubelet tells of. Most of a Node's bytes are these.
func images(index int) []corev1.ContainerImage {
	list := make([]corev1.ContainerImage, 40)
	for i := range list {
		number := (index%20 + i) % 60
		repository := fmt.Sprintf("registry.example.com/platform/team-%d/component-with-a-usual-name-%02d", number%7, number)
		digest := strings.Repeat(digits(repository), 4)
		list[i] = corev1.ContainerImage{
			Names: []string{
				repository + "@sha256:" + digest,
				fmt.Sprintf("%s:v%d.%d.%d-%s", repository, number%5, number%17, number, digest[:40]),
			},
			SizeBytes: 1_200_000_000 - int64(i)*29_000_017,
		}
	}
	return list
}

// newLoad describes the pod whose use of the node is the node's use, from almost idle to over 90 per cent.
func newLoad(index int) *corev1.Pod {
	_, allocatable := resources(index, machineOf(index))
	cpu, memory := allocatable[corev1.ResourceCPU], allocatable[corev1.ResourceMemory]
	random := rand.New(rand.NewPCG(uint64(index), 1))
	usedNanoCores := int64(float64(cpu.MilliValue()) * 1e6 * useShare(index, random))
	usedBytes := int64(float64(memory.Value()) * useShare(index, random))
	requests := corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(cpu.MilliValue()*int64(20+random.IntN(70))/100, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(memory.Value()*int64(20+random.IntN(70))/100, resource.BinarySI),
	}
	limits := corev1.ResourceList{corev1.ResourceMemory: memory}
	noToken, noGrace := false, int64(0)
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name:      fmt.Sprintf("load-%05d", index),
			Namespace: loadNamespace,
			Annotations: map[string]string{
				"kwok.x-k8s.io/usage-cpu":    fmt.Sprintf("%dn", usedNanoCores),
				"kwok.x-k8s.io/usage-memory": fmt.Sprint(usedBytes),
			},
		},
		Spec: corev1.PodSpec{
			NodeName:                      nodeName(index),
			AutomountServiceAccountToken:  &noToken,
			TerminationGracePeriodSeconds: &noGrace,
			Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
			Containers: []corev1.Container{{
				Name:      "load",
				Image:     "registry.example.com/platform/load:v1",
				Resources: corev1.ResourceRequirements{Requests: requests, Limits: limits},
			}},
		},
	}
}

// useShare gives the part of allocatable that is in use, never a round one. Every seventeenth node is busy and another
// one idle; of the others most are used moderately.
func useShare(index int, random *rand.Rand) float64 {
	switch share := random.Float64(); index % 17 {
	case 5:
		return 0.92 + 0.06*share
	case 9:
		return 0.003 + 0.01*share
	default:
		return 0.03 + 0.82*math.Pow(share, 1.5)
	}
}
