package main

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// The tests that use these nodes count on each kind's being among the first forty.
func TestFortyNodesHoldEveryKind(t *testing.T) {
	seen := map[string]bool{}
	for index := range 40 {
		node, load := newNode(index, 1), newLoad(index)
		allocatable := node.Status.Allocatable
		used := resource.MustParse(load.Annotations["kwok.x-k8s.io/usage-cpu"])
		cpu := used.AsApproximateFloat64() / allocatable.Cpu().AsApproximateFloat64()
		_, isControlPlane := node.Labels["node-role.kubernetes.io/control-plane"]
		for kind, is := range map[string]bool{
			"2 cores":         node.Status.Capacity.Cpu().Value() == 2,
			"96 cores":        node.Status.Capacity.Cpu().Value() == 96,
			"arm64":           node.Status.NodeInfo.Architecture == "arm64",
			"tainted":         len(node.Spec.Taints) > 0,
			"untainted":       len(node.Spec.Taints) == 0,
			"cordoned":        node.Spec.Unschedulable,
			"GPU":             !allocatable.Name(gpu, "").IsZero(),
			"swap":            node.Status.NodeInfo.Swap != nil,
			"hugepages":       !allocatable.Name("hugepages-2Mi", "").IsZero(),
			"longest name":    len(node.Name) == longestName,
			"control plane":   isControlPlane,
			"unscraped":       isUnscraped(index),
			"lost":            isLost(index),
			"pressure":        underPressure(index) && node.Status.Conditions[0].Status == corev1.ConditionTrue,
			"idle":            cpu < 0.02,
			"busy":            cpu > 0.9,
			"zone us-east-1c": node.Labels[corev1.LabelTopologyZone] == "us-east-1c",
		} {
			seen[kind] = seen[kind] || is
		}
	}
	for kind, is := range seen {
		if !is {
			t.Errorf("no node of the first 40: %s", kind)
		}
	}
}

func TestNamesAreUniqueAndNotTooLong(t *testing.T) {
	seen := map[string]bool{}
	for index := range 5000 {
		name := nodeName(index)
		if seen[name] || len(name) > longestName {
			t.Errorf("node %d: %q is taken or too long", index, name)
		}
		seen[name] = true
	}
}
