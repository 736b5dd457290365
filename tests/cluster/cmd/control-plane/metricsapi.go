package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
)

const (
	apiServiceName   = "v1beta1.metrics.k8s.io"
	serviceNamespace = "kube-system"
	serviceName      = "metrics-server"
)

// registerMetrics makes the server send metrics.k8s.io/v1beta1 to the port of this machine. If something listens there,
// it returns when the server has found it.
func (p *plane) registerMetrics(ctx context.Context, port int) error {
	// Made anew, so that no condition of a former port is left.
	if err := p.unregisterMetrics(ctx); err != nil {
		return err
	}
	core, aggregation, err := p.metricsClients()
	if err != nil {
		return err
	}
	number := int32(port)
	_, err = core.CoreV1().Services(serviceNamespace).Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: serviceName},
		Spec: corev1.ServiceSpec{
			Type:         corev1.ServiceTypeExternalName,
			ExternalName: "localhost",
			Ports:        []corev1.ServicePort{{Port: number}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	services := aggregation.ApiregistrationV1().APIServices()
	_, err = services.Create(ctx, &apiregistration.APIService{
		ObjectMeta: metav1.ObjectMeta{Name: apiServiceName},
		Spec: apiregistration.APIServiceSpec{
			Group:                 "metrics.k8s.io",
			Version:               "v1beta1",
			GroupPriorityMinimum:  100,
			VersionPriority:       100,
			InsecureSkipTLSVerify: true, // no certificate holds the name of a Service
			Service:               &apiregistration.ServiceReference{Namespace: serviceNamespace, Name: serviceName, Port: &number},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	connection, err := net.Dial("tcp4", loopback(port))
	if err != nil {
		return nil // registered, though nothing answers: a case worth testing
	}
	connection.Close()
	return poll(ctx, 30*time.Second, "the metrics API", func(ctx context.Context) error {
		service, err := services.Get(ctx, apiServiceName, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range service.Status.Conditions {
			if condition.Type == apiregistration.Available {
				if condition.Status == apiregistration.ConditionTrue {
					_, err := p.get(ctx, p.server()+"/apis/metrics.k8s.io/v1beta1")
					return err
				}
				return errors.New(condition.Message)
			}
		}
		return errors.New("not yet judged available")
	})
}

// unregisterMetrics takes the registration away, if there is one, and returns when the server has forgotten it.
func (p *plane) unregisterMetrics(ctx context.Context) error {
	core, aggregation, err := p.metricsClients()
	if err != nil {
		return err
	}
	err = aggregation.ApiregistrationV1().APIServices().Delete(ctx, apiServiceName, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	err = core.CoreV1().Services(serviceNamespace).Delete(ctx, serviceName, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	return poll(ctx, 30*time.Second, "the metrics API's end", func(ctx context.Context) error {
		groups, err := core.Discovery().ServerGroups()
		if err != nil {
			return err
		}
		for _, group := range groups.Groups {
			if group.Name == "metrics.k8s.io" {
				return fmt.Errorf("%s is still listed", group.Name)
			}
		}
		return nil
	})
}

func (p *plane) metricsClients() (*kubernetes.Clientset, *aggregator.Clientset, error) {
	core, err := kubernetes.NewForConfig(p.client)
	if err != nil {
		return nil, nil, err
	}
	aggregation, err := aggregator.NewForConfig(p.client)
	return core, aggregation, err
}
