module gpu-inference-constructs/test/e2e/tools/ai-gateway

go 1.26.0

// Nothing of them is compiled: the charts in them have the definitions by which the API server judges.
require (
	github.com/envoyproxy/ai-gateway v1.0.0
	github.com/envoyproxy/gateway v1.8.1
	sigs.k8s.io/gateway-api-inference-extension v1.6.0
)
