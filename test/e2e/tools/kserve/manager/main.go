// KServe's own webhooks and its controller of InferenceServices, as its manager sets them up, on the loopback interface only: the manager itself
// listens on all of them. Beside them the webhooks and the controller of LLMInferenceServices, which KServe has in a second program; it keeps other
// objects in its cache, so that it is a second manager here.
package main

import (
	"context"
	"flag"
	"os"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/manager/signals"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/kserve/kserve/pkg/apis/serving/v1alpha2"
	"github.com/kserve/kserve/pkg/apis/serving/v1beta1"
	"github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc"
	"github.com/kserve/kserve/pkg/controller/v1beta1/inferenceservice"
	kservescheme "github.com/kserve/kserve/pkg/scheme"
	"github.com/kserve/kserve/pkg/webhook/admission/llminferenceservice"
	"github.com/kserve/kserve/pkg/webhook/admission/pod"
	"github.com/kserve/kserve/pkg/webhook/admission/servingruntime"
)

func main() {
	port := flag.Int("webhook-port", 9443, "port of the webhooks")
	certificates := flag.String("webhook-certificates", "", "folder with tls.crt and tls.key")
	flag.Parse()
	ctrl.SetLogger(zap.New())
	if err := run(*port, *certificates); err != nil {
		ctrl.Log.Error(err, "KServe does not run")
		os.Exit(1)
	}
}

func run(port int, certificates string) error {
	access, err := config.GetConfig()
	if err != nil {
		return err
	}
	clients, err := kubernetes.NewForConfig(access)
	if err != nil {
		return err
	}
	cache, err := inferenceservice.NewCacheOptions()
	if err != nil {
		return err
	}
	mgr, err := manager.New(access, manager.Options{
		Metrics:       metricsserver.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: port, CertDir: certificates}),
		Cache:         cache,
	})
	if err != nil {
		return err
	}
	if err := kservescheme.AddAll(mgr.GetScheme()); err != nil {
		return err
	}
	if err := kservescheme.AddLLMISVCAPIs(mgr.GetScheme()); err != nil {
		return err
	}
	if err := addWebhooks(mgr, clients); err != nil {
		return err
	}
	if err := addController(mgr, clients); err != nil {
		return err
	}
	second, err := llmManager(access, clients)
	if err != nil {
		return err
	}
	both, ctx := errgroup.WithContext(signals.SetupSignalHandler())
	both.Go(func() error { return mgr.Start(ctx) })
	both.Go(func() error { return second.Start(ctx) })
	return both.Wait()
}

func llmManager(access *rest.Config, clients kubernetes.Interface) (manager.Manager, error) {
	mgr, err := manager.New(access, manager.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		return nil, err
	}
	if err := kservescheme.AddAll(mgr.GetScheme()); err != nil {
		return nil, err
	}
	if err := kservescheme.AddLLMISVCAPIs(mgr.GetScheme()); err != nil {
		return nil, err
	}
	validator := &v1alpha2.LLMInferenceServiceValidator{}
	return mgr, (&llmisvc.LLMISVCReconciler{
		Client:        mgr.GetClient(),
		Config:        access,
		Clientset:     clients,
		EventRecorder: recorder(mgr, clients, "LLMInferenceServiceController"),
		Validator: func(ctx context.Context, service *v1alpha2.LLMInferenceService) error {
			_, err := validator.ValidateCreate(ctx, service)
			return err
		},
	}).SetupWithManager(mgr)
}

func recorder(mgr manager.Manager, clients kubernetes.Interface, component string) record.EventRecorder {
	events := record.NewBroadcaster()
	events.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: clients.CoreV1().Events("")})
	return events.NewRecorder(mgr.GetScheme(), corev1.EventSource{Component: component})
}

func addWebhooks(mgr manager.Manager, clients kubernetes.Interface) error {
	decoder := admission.NewDecoder(mgr.GetScheme())
	server := mgr.GetWebhookServer()
	server.Register("/mutate-pods", &webhook.Admission{
		Handler: &pod.Mutator{Client: mgr.GetClient(), Clientset: clients, Decoder: decoder},
	})
	server.Register("/validate-serving-kserve-io-v1alpha1-servingruntime", &webhook.Admission{
		Handler: &servingruntime.ServingRuntimeValidator{Client: mgr.GetClient(), Decoder: decoder},
	})
	if err := ctrl.NewWebhookManagedBy(mgr).
		For(&v1beta1.InferenceService{}).
		WithDefaulter(&v1beta1.InferenceServiceDefaulter{}).
		WithValidator(&v1beta1.InferenceServiceValidator{}).
		Complete(); err != nil {
		return err
	}
	if err := (&v1alpha2.LLMInferenceServiceValidator{}).SetupWithManager(mgr); err != nil {
		return err
	}
	return ctrl.NewWebhookManagedBy(mgr).
		For(&v1alpha2.LLMInferenceService{}).
		WithDefaulter(&llminferenceservice.LLMInferenceServiceDefaulterV1Alpha2{Client: mgr.GetClient(), Clientset: clients}).
		Complete()
}

func addController(mgr manager.Manager, clients kubernetes.Interface) error {
	settings, err := v1beta1.GetInferenceServiceConfigMap(context.Background(), clients)
	if err != nil {
		return err
	}
	deploy, err := v1beta1.NewDeployConfig(settings)
	if err != nil {
		return err
	}
	ingress, err := v1beta1.NewIngressConfig(settings)
	if err != nil {
		return err
	}
	// It keeps which resources are GPUs for all that asks.
	if _, err := v1beta1.NewMultiNodeConfig(settings); err != nil {
		return err
	}
	return (&inferenceservice.InferenceServiceReconciler{
		Client:    mgr.GetClient(),
		Clientset: clients,
		Log:       ctrl.Log.WithName("InferenceService"),
		Scheme:    mgr.GetScheme(),
		Recorder:  recorder(mgr, clients, "InferenceService"),
	}).SetupWithManager(mgr, deploy, ingress)
}
